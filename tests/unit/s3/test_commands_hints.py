"""What `cloudlet s3` says of mistakes, and of what it has to leave out."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.main import run
from tests.unit.file_systems import without_rights_of_root


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    monkeypatch.setenv("CLOUDLET_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("CLOUDLET_OUTPUT", raising=False)
    assert run(["s3", "mb", "s3://raw"]) == 0
    capsys.readouterr()
    return tmp_path / "home"


@pytest.mark.parametrize(
    ("words", "said", "hint"),
    [
        (["mb", "s3://new", "--path", "{home}/state.db"], "is no folder", "name the folder that it lies in"),
        (["mb", "s3://new", "--path", "/no/such folder"], "is no folder", "mkdir -p '/no/such folder'"),
        (["mb", "s3://new", "--path", "{home}"], "lie within each other", "leave --path out"),
        (["mb", "s3://UP"], "not valid", "3 to 63 characters; only a-z"),
        (["mb", "s3://u_p"], "not valid", "'u_p': only a-z"),
        (["presign", "s3://raw/a", "--expires-in", "999999999"], "less than a week", "--expires-in takes 0 to 604800"),
        (
            ["add-notification", "s3://raw", "--target", "http://localhost:1/", "--events", "ObjectCreated"],
            "not supported for notifications: ObjectCreated",
            "did you mean s3:ObjectCreated:*",
        ),
        (
            ["add-notification", "s3://raw", "--target", "http://localhost:1/", "--events", "nonsense"],
            "not supported for notifications: nonsense",
            "choose from s3:ObjectCreated:*, s3:ObjectRemoved:*, ",
        ),
    ],
)
def test_a_hint_says_how_it_is_right(
    home: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str, hint: str
) -> None:
    exit_code = run(["s3", *(word.format(home=home) for word in words)])

    error, advice = capsys.readouterr().err.splitlines()
    assert exit_code == 2
    assert error.startswith("error: ")
    assert said in error
    assert advice.startswith("hint: ")
    assert hint in advice
    assert len(advice) < 160


def test_a_listing_says_which_files_may_not_be_read(home: Path) -> None:
    """
    They are in the folder, and no objects: silence would be a riddle.
    """
    for number in range(5):
        (home / "s3" / "raw" / f"v{number}").touch(mode=0)

    listing = subprocess.run(
        [*without_rights_of_root(), sys.executable, "-m", "cli", "s3", "ls", "s3://raw", "--recursive"],
        env=os.environ | {"CLOUDLET_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (listing.returncode, listing.stdout) == (0, "")
    assert listing.stderr.splitlines() == [
        *(f"'v{number}' is left out: this user may not read {home}/s3/raw/v{number}" for number in range(3)),
        "2 more are left out",
        "nothing is under s3://raw",
    ]


def test_keys_that_no_folder_holds_are_named_in_a_short_line(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x").touch()
    for key in ("k" * 300, "//b", "//c", "//d"):
        assert run(["s3", "cp", str(tmp_path / "x"), f"s3://raw/{key}"]) == 0
    capsys.readouterr()

    assert run(["s3", "ls", "s3://raw", "--recursive"]) == 0

    noted = capsys.readouterr().err
    assert (
        noted
        == "the folder cannot hold '//b', '//c', '//d' and 1 more (--output json tells them by InFolder); the API can\n"
    )
    assert run(["s3", "ls", "s3://raw/k", "--recursive"]) == 0
    assert capsys.readouterr().err == f"the folder cannot hold '{'k' * 30}…'; the API can\n"


def test_a_file_in_the_place_of_the_folder_is_said_to_be_one(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = home / "s3" / "raw"
    folder.rmdir()
    folder.touch()
    (tmp_path / "x").touch()
    assert run(["s3", "cp", str(tmp_path / "x"), "s3://raw/a"]) == 0
    capsys.readouterr()

    assert run(["s3", "ls", "s3://raw"]) == 0

    listed = capsys.readouterr()
    assert listed.out.endswith(" a\n")
    assert listed.err == f"{folder} is no folder: what is put lies elsewhere until it is\n"
