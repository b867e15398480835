"""Layers, as functions on a live engine see them."""

import json
from pathlib import Path

import pytest

from emulator.functions.changes import Changes
from emulator.functions.code.archive import MAX_UNZIPPED_BYTES
from emulator.functions.deployment import Deployment
from emulator.functions.errors import InvalidFunctionError
from tests.integration.functions.conftest import Lab

HANDLER = """
import os, json, shared
def handler(event, context):
    found = {}
    for root, _, names in os.walk("/opt"):
        for name in names:
            path = os.path.join(root, name)
            if path.endswith(".txt"):
                found[path] = open(path).read()
    try:
        open("/opt/new", "w")
    except OSError as error:
        found["writing"] = error.strerror
    return {"shared": shared.VALUE, "files": found}
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    source = tmp_path / "source"
    source.mkdir()
    (source / "app.py").write_text(HANDLER)
    return source


def publish(lab: Lab, folder: Path, name: str, **files: str) -> str:
    """Publish a layer of files, `python__shared` standing for python/shared.py."""
    for file, text in files.items():
        path = folder / name / file.replace("__", "/").replace("_py", ".py").replace("_txt", ".txt")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return lab.cloud.functions.layers.publish(name, folder / name).arn("us-east-1")


def test_later_layers_lie_over_earlier_ones_and_none_can_be_written(lab: Lab, source: Path, tmp_path: Path) -> None:
    """The order is the user's, and what is shared is nobody's to change."""
    first = publish(lab, tmp_path, "first", python__shared_py="VALUE = 1", both_txt="first", one_txt="first")
    second = publish(lab, tmp_path, "second", python__shared_py="VALUE = 2", both_txt="second", two_txt="second")

    answers = []
    for layers in ([first, second], [second, first]):
        function = lab.cloud.functions.deploy(Deployment(source, "layered", Changes(layers=tuple(layers))))
        answers.append(json.loads(lab.invoke(function).payload))

    assert [answer["shared"] for answer in answers] == [2, 1]
    assert answers[0]["files"] == {
        "/opt/both.txt": "second",
        "/opt/one.txt": "first",
        "/opt/two.txt": "second",
        "writing": "Read-only file system",
    }
    assert answers[1]["files"]["/opt/both.txt"] == "first"


def test_a_deleted_version_goes_on_in_functions_that_have_it(lab: Lab, source: Path, tmp_path: Path) -> None:
    """As on AWS; and nobody else can have it any more."""
    layers = lab.cloud.functions.layers
    arn = publish(lab, tmp_path, "shared", python__shared_py="VALUE = 7")
    function = lab.cloud.functions.deploy(Deployment(source, "layered", Changes(layers=(arn,))))

    layers.delete("shared", 1)
    (source / "app.py").write_text(HANDLER + "\n# the same layers, other code\n")
    function = lab.cloud.functions.deploy(Deployment(source, "layered"))

    assert json.loads(lab.invoke(function).payload)["shared"] == 7
    with pytest.raises(InvalidFunctionError, match=f"Layer version {arn} does not exist."):
        lab.cloud.functions.deploy(Deployment(source, "another", Changes(layers=(arn,))))


def test_the_same_layers_again_change_nothing(lab: Lab, source: Path, tmp_path: Path) -> None:
    """A Makefile deploys each time; workers must not be replaced each time."""
    arn = publish(lab, tmp_path, "shared", python__shared_py="VALUE = 7")
    first = lab.cloud.functions.deploy(Deployment(source, "layered", Changes(layers=(arn,))))

    second = lab.cloud.functions.deploy(Deployment(source, "layered", Changes(layers=(arn,))))
    kept = lab.cloud.functions.deploy(Deployment(source, "layered"))
    without = lab.cloud.functions.deploy(Deployment(source, "layered", Changes(layers=())))

    assert first == second == kept
    assert without.layers == ()
    assert without.revision_id != first.revision_id


def test_code_and_layers_together_have_one_limit(
    lab: Lab, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of them may be small enough, and nothing is left of what is not."""
    arn = publish(lab, tmp_path, "large", python__shared_py="VALUE = 7", data_txt="x" * 5000)
    monkeypatch.setattr("emulator.functions.code.layers.MAX_UNZIPPED_BYTES", 5200)
    assert MAX_UNZIPPED_BYTES == 262144000

    with pytest.raises(InvalidFunctionError, match="Function code combined with layers exceeds the maximum"):
        lab.cloud.functions.deploy(Deployment(source, "layered", Changes(layers=(arn,))))

    assert lab.cloud.functions.list() == []
    assert not lab.cloud.home.function_codes("layered").exists()
