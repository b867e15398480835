"""Files put into a folder that is still being made: linked where that is possible, so that they take no space twice."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from emulator.functions.code.unfinished import unfinished_folder


@contextmanager
def made_whole(target: Path) -> Iterator[Path]:
    """Yield a new folder beside *target*, which becomes it; after an error nothing is left of it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with unfinished_folder(target.parent, ".building-") as building:
        try:
            yield building
            open_to_workers(building)
            try:
                building.rename(target)
            except OSError:
                if not target.is_dir():  # unless another shell was faster: what it made is the same
                    raise
                shutil.rmtree(building, ignore_errors=True)
        except BaseException:
            shutil.rmtree(building, ignore_errors=True)
            raise


def lay_over(folder: Path, lower: Path) -> None:
    """Put all that *folder* holds over what *lower* holds already: what has the same name is replaced."""
    for root, folders, files in os.walk(folder, followlinks=False):
        into = lower / Path(root).relative_to(folder)
        for name in folders:
            if (Path(root) / name).is_symlink():
                files.append(name)
            else:
                _make_room(into / name, for_folder=True)
                (into / name).mkdir(exist_ok=True)
        for name in files:
            _make_room(into / name, for_folder=False)
            link_or_copy(Path(root) / name, into / name)


def _make_room(path: Path, *, for_folder: bool) -> None:
    if path.is_dir() and not path.is_symlink():
        if not for_folder:
            shutil.rmtree(path)
    else:
        with suppress(FileNotFoundError):
            path.unlink()  # it may be a link: writing through it would change what others have


def link_or_copy(source: Path, target: Path) -> None:
    """Give the file *source* a second name; on another file system, or past its number of names, a copy."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)


def open_to_workers(folder: Path) -> None:
    """Let the workers' user read what a private umask would keep from it."""
    for root, _, files in os.walk(folder):
        Path(root).chmod(0o755)
        for name in files:
            path = Path(root) / name
            if not path.is_symlink() and path.stat().st_mode & 0o044 != 0o044:
                path.chmod(path.stat().st_mode | 0o444)
