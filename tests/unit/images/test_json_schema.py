"""What editors know of an ami.yaml."""

import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from emulator.functions.runtimes.registry import DEFINITIONS as RUNTIMES
from emulator.home import shipped_amis
from emulator.images.json_schema import definition_schema
from emulator.images.schema import AmiModel, BaseModelOfAmi, FileModel

DEFINITIONS = Path(__file__).parents[2] / "definitions"
LEAST = "version: 1\nname: x\nbase: {image: 'debian:bookworm-slim'}\n"

SHIPPED = sorted([*shipped_amis().glob("*/ami.yaml"), *RUNTIMES.glob("*/ami.yaml"), *DEFINITIONS.glob("*/ami.yaml")])


def complaints(text: str) -> list[str]:
    """Return where an editor underlines something, as dotted paths."""
    found = Draft202012Validator(definition_schema()).iter_errors(yaml.safe_load(text))
    return sorted(".".join(str(part) for part in error.absolute_path) for error in found)


def test_the_schema_is_one_itself() -> None:
    """Of the draft that it names."""
    schema = definition_schema()

    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert json.loads(json.dumps(schema)) == schema


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_every_definition_that_comes_along_is_right_by_it(path: Path) -> None:
    """An editor that underlines what is right is switched off."""
    assert complaints(path.read_text()) == []


@pytest.mark.parametrize(
    ("lines", "where"),
    [
        ("packages: ['foo;rm']", "packages.0"),
        ("packages: curl", "packages"),
        ("pip: ['--index-url=http://x']", "pip.0"),
        ("services: ['a b']", "services.0"),
        ("user: 'x; rm'", "user"),
        ("ports: [0]", "ports.0"),
        ("ports: ['80']", "ports.0"),
        ("env: {'A B': c}", "env"),
        ("env: {A: 1}", "env.A"),
        ('env: {A: "x\\ny"}', "env.A"),
        ("init: upstart", "init"),
        ("run: ['  ']", "run.0"),
        ("init: none\nservices: [ssh]", ""),
        ("extends: x", ""),
        ("colour: red", ""),
        ("files: [{path: a, content: b}]", "files.0.path"),
        ("files: [{path: /a/../b, content: b}]", "files.0.path"),
        ("files: [{path: /a//b, content: b}]", "files.0.path"),
        ("files: [{path: '/a$b', content: b}]", "files.0.path"),
        ("files: [{path: /a}]", "files.0"),
        ("files: [{path: /a, content: b, source: ami.yaml}]", "files.0"),
        ("files: [{path: /a, content: b, mode: 0644}]", "files.0.mode"),
        ("files: [{path: /a, content: b, owner: 'a;b'}]", "files.0.owner"),
        ("files: [{path: /a, content: b, sauce: c}]", "files.0"),
    ],
)
def test_what_the_reader_refuses_is_underlined(lines: str, where: str) -> None:
    """While it is written, not when it is built."""
    assert complaints(LEAST + lines) == [where]


@pytest.mark.parametrize("name", ["ami-x", "Web", "a b", "-a", "x" * 64])
def test_a_name_that_no_ami_may_have_is_underlined(name: str) -> None:
    assert complaints(LEAST.replace("name: x", f"name: '{name}'")) == ["name"]


def test_five_mistakes_are_five_lines() -> None:
    """The same file that shows what `ami validate` says."""
    text = (DEFINITIONS / "five-mistakes.yaml").read_text()

    assert complaints(text) == ["", "base.image", "env.WORKERS", "packages.1", "ports.1"]


def test_every_field_has_a_sentence() -> None:
    """It is what an editor shows beside the cursor."""
    fields = [field for model in (AmiModel, BaseModelOfAmi, FileModel) for field in model.model_fields.values()]

    assert all(field.description and field.description.endswith(".") for field in fields)
    assert "null" not in json.dumps(definition_schema())
