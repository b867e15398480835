"""One bucket's folder, as the file system sees it. Every path is checked here; none leads out of the folder.

A link to a folder is never followed. A link to a file is, if the file lies in the same bucket. A file that the file
system finds under other names than its own, another case say, is the object of its own name only.
"""

import errno
import os
import shutil
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from emulator.buckets.blobs import copy_bytes
from emulator.buckets.errors import AccessDeniedError, KeyClashError, UnstorableKeyError
from emulator.buckets.keys import OWN_FOLDER, relative_path
from emulator.buckets.records import Fingerprint
from emulator.buckets.spelling import Spelling
from emulator.buckets.staging import remove_leftovers

_MAX_INODE = 2**63 - 1
_ATTEMPTS = 3
_NO_NAME = (errno.EINVAL, errno.EILSEQ, errno.ENAMETOOLONG)
"""What file systems say of names with characters that they do not have; exFAT in user space says ENOENT."""


class Files:
    """The files of one bucket, by key."""

    def __init__(self, folder: str) -> None:
        self._root = os.path.realpath(folder)
        self._spelling = Spelling(self._root)

    def path(self, key: str) -> str:
        return f"{self._root}/{relative_path(key)}"

    def spelling(self, key: str) -> str:
        """Return *key* as the folder spells it; another key means that the file of *key* is that one's."""
        return self._spelling.of(relative_path(key))

    def fingerprint(self, key: str) -> Fingerprint | None:
        """Return what *key*'s file looks like now; None if there is none, or none that is ours to show."""
        seen = self.look(key)
        return seen if seen is None or self.spelling(key) == key else None

    def look(self, key: str) -> Fingerprint | None:
        """Return what `fingerprint` does, of what is found as *key* by whichever spelling."""
        path = self.path(key)
        try:
            status = os.lstat(path)
            if self._linked_folder(key) is not None:
                return None
            if stat.S_ISLNK(status.st_mode):
                if not self._leads_inside(path):
                    return None
                status = os.stat(path)  # noqa: PTH116
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENAMETOOLONG):
                return None
            raise
        return fingerprint_of(status) if stat.S_ISREG(status.st_mode) else None

    def open(self, key: str) -> BinaryIO | None:
        """Open for reading what is found as *key*, by whichever spelling; None if it has gone."""
        if self.look(key) is None:
            return None
        try:
            # Should the file have become a FIFO this instant, it does not block us.
            return os.fdopen(os.open(self.path(key), os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK), "rb")
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except PermissionError as error:
            raise AccessDeniedError(self.path(key)) from error

    def move_in(self, source: str, key: str) -> Fingerprint:
        """Put the file at *source* in *key*'s place, over whatever was there, and return how it looks."""
        path = self.path(key)
        if (taken := self.spelling(key)) != key:
            raise KeyClashError(f"The key {key!r} cannot be a file: to the bucket's folder it is the same as {taken!r}")
        for _ in range(_ATTEMPTS):
            try:
                self._make_parents(key)
                return self._replace(source, path)
            except FileNotFoundError:  # others removed a folder on the way meanwhile, or this name can never be made
                if not os.path.exists(source):  # noqa: PTH110
                    raise
            except IsADirectoryError as error:
                if not remove_empty_folders(path):
                    raise KeyClashError(
                        f"The key {key!r} cannot be a file: the bucket's folder has a folder of that name"
                    ) from error
            except OSError as error:
                if error.errno not in _NO_NAME:
                    raise
                raise UnstorableKeyError(key, "its file system takes no such name") from error
        raise UnstorableKeyError(key, "its file system makes no such file")

    def _replace(self, source: str, path: str) -> Fingerprint:
        # Looked at beforehand: once it is in place, another program may have put something else there.
        seen = fingerprint_of(os.stat(source))  # noqa: PTH116
        try:
            os.replace(source, path)  # noqa: PTH105
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
        else:
            return seen
        # An adopted folder on another file system: only what lies on that one can be renamed into place.
        own = Path(self._root, OWN_FOLDER)
        own.mkdir(exist_ok=True)
        descriptor, near = tempfile.mkstemp(dir=own)
        try:
            with open(source, "rb") as file, os.fdopen(descriptor, "wb", buffering=0) as target:  # noqa: PTH123
                copy_bytes(file, target)
            shutil.copystat(source, near)
            seen = fingerprint_of(os.stat(near))  # noqa: PTH116
            os.replace(near, path)  # noqa: PTH105
        finally:
            Path(near).unlink(missing_ok=True)
        return seen

    def remove_leftovers(self) -> None:
        """Remove what killed processes left on its way into place."""
        own = Path(self._root, OWN_FOLDER)
        if own.is_dir() and not own.is_symlink():
            remove_leftovers(own)

    def remove(self, key: str) -> None:
        """Delete *key*'s file, if there is one, and the folders that this leaves empty."""
        if self._linked_folder(key) is not None or self.spelling(key) != key:
            return
        with suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
            os.unlink(self.path(key))  # noqa: PTH108
        parent = key.rpartition("/")[0]
        while parent:
            try:
                os.rmdir(f"{self._root}/{parent}")  # noqa: PTH106
            except OSError:
                return
            parent = parent.rpartition("/")[0]

    def _make_parents(self, key: str) -> None:
        if linked := self._linked_folder(key):
            raise UnstorableKeyError(key, f"{linked!r} is a symbolic link")
        parent = os.path.dirname(self.path(key))  # noqa: PTH120
        try:
            os.makedirs(parent, exist_ok=True)  # noqa: PTH103
        except (FileExistsError, NotADirectoryError) as error:
            raise KeyClashError(
                f"The key {key!r} cannot be a file: a segment before its end is an object already"
            ) from error

    def _linked_folder(self, key: str) -> str | None:
        """Return the first folder on the way to *key* that is a symbolic link."""
        end = key.find("/")
        while end >= 0:
            if os.path.islink(f"{self._root}/{key[:end]}"):  # noqa: PTH114
                return key[:end]
            end = key.find("/", end + 1)
        return None

    def _leads_inside(self, path: str) -> bool:
        return os.path.realpath(path).startswith(self._root + "/")


def fingerprint_of(status: os.stat_result) -> Fingerprint:
    return Fingerprint(status.st_size, status.st_mtime_ns, status.st_ino & _MAX_INODE)


def remove_empty_folders(path: str) -> bool:
    """Remove the folder at *path* if there is no file anywhere below it; tell whether it is gone."""
    for folder, _, _ in os.walk(path, topdown=False):
        with suppress(OSError):
            os.rmdir(folder)  # noqa: PTH106
    return not os.path.exists(path)  # noqa: PTH110
