"""Bytes that no folder shows: versions that are no longer current, keys that a folder cannot hold, parts of uploads.

A blob has a random name, is whole from the moment it has it, and never changes. Rows say which blobs there are: a
blob without a row was left by a process that was killed, and `sweep` removes it.
"""

import contextlib
import errno
import os
import secrets
import shutil
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import BinaryIO

from emulator.buckets.refusals import translated

GRACE_SECONDS = 3600.0
"""A blob younger than this may belong to a transaction that is still open."""
_MOST_BYTES = 1 << 30
"""How much the kernel is asked to copy at once."""


class Blobs:
    """The blob store of one home."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, name: str) -> Path:
        """Return where the blob *name* lies."""
        return self._folder / name[:2] / name

    def take(self, staged: str) -> str:
        """Make the file at *staged* a blob, by its renaming if it is on the same file system; return its name."""
        name, path = self._new()
        try:
            Path(staged).replace(path)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            with open(staged, "rb") as file:  # noqa: PTH123
                return self.copy(file)
        return name

    def copy(self, source: BinaryIO) -> str:
        """Make all of the file *source* a blob too; the file system shares the bytes if it can."""
        name, path = self._new()
        unfinished = path.with_suffix(".part")
        try:
            with translated("the bytes cannot be kept"):
                with unfinished.open("xb") as file:
                    copy_bytes(source, file)
                unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
        return name

    def link(self, path: str) -> str:
        """Give the file at *path*, about to be removed or replaced, another life as a blob; return its name."""
        name, place = self._new()
        try:
            os.link(os.path.realpath(path), place)
        except OSError as error:
            if error.errno not in (errno.EXDEV, errno.EPERM, errno.EMLINK):
                raise
            with open(path, "rb") as file:  # noqa: PTH123
                return self.copy(file)
        return name

    def open(self, name: str) -> BinaryIO:
        """Open a blob for reading."""
        return self.path(name).open("rb")

    def remove(self, name: str) -> None:
        """Remove a blob, if it is there."""
        self.path(name).unlink(missing_ok=True)

    def sweep(self, used: Callable[[Collection[str]], set[str]], older_than_seconds: float = GRACE_SECONDS) -> int:
        """Remove the blobs that *used*, asked a shelf at a time, does not return; tell how many those were."""
        removed = 0
        for shelf in self._folder.iterdir() if self._folder.is_dir() else ():
            oldest = time.time() - older_than_seconds
            names = [entry.name for entry in os.scandir(shelf) if _changed_at(entry) < oldest]
            for name in set(names) - used(names):
                self.path(name).unlink(missing_ok=True)
                removed += 1
        return removed

    def _new(self) -> tuple[str, Path]:
        name = secrets.token_hex(16)
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        return name, path


def _changed_at(entry: os.DirEntry[str]) -> float:
    """Return when a blob was made; now, if it has just gone."""
    try:
        return entry.stat().st_ctime
    except FileNotFoundError:
        return time.time()


def copy_bytes(source: BinaryIO, target: BinaryIO) -> int:
    """Append all of the file *source* to *target*, within the kernel if it can; return how many bytes that was."""
    copied = 0
    with contextlib.suppress(OSError):  # not between these file systems: the rest goes through our own hands
        while done := os.copy_file_range(source.fileno(), target.fileno(), _MOST_BYTES, offset_src=copied):
            copied += done
    source.seek(copied)
    end = target.seek(0, os.SEEK_END)
    shutil.copyfileobj(source, target)
    return copied + target.tell() - end
