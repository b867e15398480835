"""The same files are the same AMI; another line is another AMI."""

import shutil
from pathlib import Path

import pytest

from emulator.ids import is_id
from tests.unit.images.conftest import Look, Write


def test_the_same_files_have_the_same_id_in_any_place(write: Write, catalog: Look, tmp_path: Path) -> None:
    """People share definitions, and expect to share ids."""
    (write("x", "files: [{path: /a, source: a}]") / "a").write_text("one")
    shutil.copytree(tmp_path / "amis", tmp_path / "elsewhere" / "deep")

    here, there = catalog("amis").find("x"), catalog("elsewhere/deep").find("x")

    assert is_id(here.id, "ami")
    assert here.id == there.id


@pytest.mark.parametrize("changed", ["x/ami.yaml", "x/a", "parent/ami.yaml", "parent/b"])
def test_a_changed_byte_gives_another_id(write: Write, catalog: Look, tmp_path: Path, changed: str) -> None:
    """In the definition, in a file it names, and in either of a parent: each makes another image."""
    (write("parent", "files: [{path: /b, source: b}]") / "b").write_text("two")
    folder = write("x", whole="version: 1\nname: x\nextends: parent\nfiles: [{path: /a, source: a}]\n")
    (folder / "a").write_text("one")
    before = catalog().find("x").id

    with (tmp_path / "amis" / changed).open("a") as file:
        file.write("# more\n")

    assert catalog().find("x").id != before


def test_a_file_that_is_not_named_does_not_count(write: Write, catalog: Look) -> None:
    """A note or an editor's backup beside the ami.yaml must cause no build."""
    folder = write("x")
    before = catalog().find("x").id

    (folder / "README").write_text("about x")

    assert catalog().find("x").id == before


def test_bytes_cannot_move_between_files_unnoticed(write: Write, catalog: Look) -> None:
    """Hashed end to end, `ab` + `c` would be `a` + `bc`."""
    folder = write("x", "files: [{path: /a, source: a}, {path: /b, source: b}]")
    (folder / "a").write_text("ab")
    (folder / "b").write_text("c")
    before = catalog().find("x").id

    (folder / "a").write_text("a")
    (folder / "b").write_text("bc")

    assert catalog().find("x").id != before
