"""Whoever waits for a save hears of it, however it was made, and of little else."""

import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.functions.code.saves import watching

KINDS = [pytest.param(True, marks=pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")), False]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "code"
    (folder / "deep").mkdir(parents=True)
    (folder / "app.py").write_text("1")
    (folder / "deep" / "inner.py").write_text("1")
    return folder


def rename(folder: Path) -> None:
    (folder / "app.py.new~").write_text("2")
    (folder / "app.py.new~").rename(folder / "app.py")


SAVES: dict[str, Callable[[Path], object]] = {
    "in place": lambda folder: (folder / "app.py").write_text("2"),
    "by a rename": rename,
    "below": lambda folder: (folder / "deep" / "inner.py").write_text("2"),
    "deleted": lambda folder: (folder / "deep" / "inner.py").unlink(),
    "new folder": lambda folder: (folder / "new").mkdir(),
}


@pytest.mark.parametrize("has_inotify", KINDS)
@pytest.mark.parametrize("how", SAVES)
def test_a_save_is_heard(folder: Path, has_inotify: bool, how: str) -> None:
    """Also one from the moment before one waits."""
    with watching(folder, has_inotify=has_inotify) as saves:
        SAVES[how](folder)

        assert saves.wait(30)


@pytest.mark.parametrize("has_inotify", KINDS)
def test_many_saves_at_once_are_one(folder: Path, has_inotify: bool) -> None:
    """A checkout of another branch is one deployment, not a hundred."""
    with watching(folder, has_inotify=has_inotify) as saves:
        for number in range(100):
            (folder / f"{number}.py").write_text("1")

        assert saves.wait(30)
        assert not saves.wait(0.3)


@pytest.mark.parametrize("has_inotify", KINDS)
def test_what_is_in_a_new_folder_is_heard_after_a_look(folder: Path, has_inotify: bool) -> None:
    """One looks before one reads: what comes after the look is heard, what came before is read."""
    with watching(folder, has_inotify=has_inotify) as saves:
        (folder / "new" / "newer").mkdir(parents=True)
        assert saves.wait(30)
        saves.look()

        (folder / "new" / "newer" / "x.py").write_text("1")

        assert saves.wait(30)


@pytest.mark.parametrize("has_inotify", KINDS)
def test_of_a_single_file_its_neighbours_are_nobodys_business(folder: Path, has_inotify: bool) -> None:
    """It may lie on a desktop, or in /tmp."""
    with watching(folder / "app.py", has_inotify=has_inotify) as saves:
        (folder / "other.py").write_text("1")
        assert not saves.wait(0.3)

        rename(folder)

        assert saves.wait(30)


@pytest.mark.parametrize("has_inotify", KINDS)
@pytest.mark.parametrize("name", [".app.py.swp", "app.py~", "4913"])
def test_an_editors_own_files_wake_nobody(folder: Path, has_inotify: bool, name: str) -> None:
    """They are written at every keystroke."""
    with watching(folder, has_inotify=has_inotify) as saves:
        (folder / name).write_text("1")

        assert not saves.wait(0.3)


@pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")
def test_a_file_is_heard_of_when_it_is_whole(folder: Path) -> None:
    """Half a file would be deployed, or refused as broken."""
    with watching(folder) as saves, (folder / "slow.py").open("w") as file:
        file.write("half")
        file.flush()
        assert not saves.wait(0.3)
        threading.Timer(0.1, file.close).start()

        assert saves.wait(30)
