"""Bytes on their way in: a file beside the buckets, hashed as it grows, gone unless it is moved into place.

A staged file is locked for as long as its process lives, so leftovers of a killed one can be told apart and removed.
"""

import fcntl
import hashlib
import os
import secrets
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from emulator.buckets.blobs import copy_bytes
from emulator.buckets.refusals import translated

_GRACE_SECONDS = 60
"""A file younger than this may not have got its lock yet."""
_WRITING = "the object cannot be written"


class StagedFile:
    """One object's bytes, written but not in place yet. Leaving the context removes what was not moved away."""

    def __init__(self, folder: Path) -> None:
        self.path = f"{folder}/{secrets.token_hex(8)}"
        with translated(str(folder)):
            # With the permissions of a file that `cp` makes: a temporary one would be private.
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        self._file = os.fdopen(descriptor, "wb", buffering=0)
        self._is_here = True
        self._md5 = hashlib.md5(usedforsecurity=False)
        self.size_bytes = 0

    @property
    def etag(self) -> str:
        """Return the MD5 of what was written so far, in hex."""
        return self._md5.hexdigest()

    def write(self, chunk: bytes) -> None:
        """Append all of *chunk*; StorageError if the disk is full."""
        view = memoryview(chunk)
        with translated(_WRITING):
            while view:
                view = view[self._file.write(view) :]
        self._md5.update(chunk)
        self.size_bytes += len(chunk)

    def append(self, source: BinaryIO) -> None:
        """Append all of the file *source*, unread: the etag says nothing of it."""
        with translated(_WRITING):
            self.size_bytes += copy_bytes(source, self._file)

    def open(self) -> BinaryIO:
        """Open what was written so far for reading."""
        return Path(self.path).open("rb")

    def stamp(self, now_ns: int) -> None:
        """
        Set the file's time, with nothing more to be written.

        No later write within the same tick of the clock will have one with all its digits. The file is closed: to do so
        where it is moved to would tell watchers that it has changed.
        """
        self._file.close()
        os.utime(self.path, ns=(now_ns, now_ns))

    def moved(self) -> None:
        """Know that the file is where it belongs."""
        self._is_here = False

    def close(self) -> None:
        """Remove the file, if it was not moved away."""
        self._file.close()
        if self._is_here:
            with suppress(FileNotFoundError):
                os.unlink(self.path)  # noqa: PTH108

    def __enter__(self) -> "StagedFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def remove_leftovers(folder: Path) -> None:
    """Remove staged files whose process is gone."""
    for path in folder.iterdir():
        with suppress(OSError), path.open("rb") as file:
            if time.time() - path.stat().st_mtime < _GRACE_SECONDS:
                continue
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
