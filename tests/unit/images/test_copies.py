"""Copies of definitions, as files."""

import re
from pathlib import Path

import pytest

from emulator.home import Home
from emulator.images import DefinedAmi
from emulator.images.catalog import Catalog, Shelf
from emulator.images.copies import Copies, DefinitionKeptError, renamed
from tests.unit.images.conftest import Look, Write

FOLDED = """\
# About web.
version: 1
name: 'web'     # in quotes
description: >
  two
  lines

# What it starts from.
base: {image: "debian:bookworm-slim"}
"""


def test_comments_and_all_else_stay() -> None:
    """A shipped definition explains itself in its comments: they are half of what is copied."""
    copied = renamed(FOLDED.encode(), "mine", None).decode()

    assert copied == FOLDED.replace("'web'", "mine")


def test_a_description_takes_the_place_of_the_old_one() -> None:
    """However long that was."""
    copied = renamed(FOLDED.encode(), "mine", 'My "own"').decode()

    assert 'name: mine     # in quotes\ndescription: "My \\"own\\""\n# What it starts from.\n' in copied


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("name: web", 'description: "d"\nname: mine'),
        ("{version: 1, name: web}", '{version: 1, description: "d", name: mine}'),
        ("# ü😀\nname: web  # c\n", '# ü😀\ndescription: "d"\nname: mine  # c\n'),
        ("\ufeffname: web\n", '\ufeffdescription: "d"\nname: mine\n'),
        ("name: >-\n  web\nversion: 1\n", 'description: "d"\nname: mine\nversion: 1\n'),
    ],
)
def test_a_description_is_put_where_there_was_none(raw: str, expected: str) -> None:
    """In whatever style of YAML the rest is."""
    assert renamed(raw.encode(), "mine", "d").decode() == expected


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def copied(write: Write, catalog: Look, home: Home) -> DefinedAmi:
    """A copy, called `mine`, of a definition with a file in a folder beside it."""
    folder = write("web", "files: [{path: /etc/motd, source: etc/motd}]")
    (folder / "etc").mkdir()
    (folder / "etc" / "motd").write_text("Hello")
    Copies(home).make(catalog().find("web"), "mine", None)
    return Catalog([Shelf(home.user_amis, "home")], home.root).find("mine")


def test_a_copy_goes_with_all_that_was_copied(copied: DefinedAmi, home: Home) -> None:
    copies = Copies(home)

    copies.check_removable(copied)
    copies.remove(copied)

    assert [*home.user_amis.iterdir()] == []


@pytest.mark.parametrize(
    ("name", "told"), [("notes.txt", "notes.txt"), ("etc/issue", "etc/issue"), (".git/config", ".git")]
)
def test_a_copy_that_somebody_has_put_a_file_beside_is_kept(
    copied: DefinedAmi, home: Home, name: str, told: str
) -> None:
    """However deep it lies: it is nobody's but theirs, and no copy can be made of it."""
    theirs = home.user_amis / "mine" / name
    theirs.parent.mkdir(exist_ok=True)
    theirs.write_text("mine alone")

    with pytest.raises(DefinitionKeptError, match=f"somebody has put {re.escape(told)}$") as caught:
        Copies(home).check_removable(copied)

    assert caught.value.code == "OperationNotPermitted"
    assert caught.value.hint == f"if you no longer need it, remove its folder: rm -r '{home.user_amis / 'mine'}'"


def test_a_link_beside_a_copy_counts_as_well(copied: DefinedAmi, home: Home, tmp_path: Path) -> None:
    """Wherever it leads."""
    (home.user_amis / "mine" / "site").symlink_to(tmp_path)

    with pytest.raises(DefinitionKeptError, match=r"somebody has put site$"):
        Copies(home).check_removable(copied)
