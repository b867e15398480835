"""A file of this machine becomes an object: by a copy, or by being moved into the bucket's folder where that may be."""

import hashlib
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO

from emulator.buckets.checksums import Checksum
from emulator.buckets.keys import check_key, is_storable
from emulator.buckets.objects import CHUNK_BYTES, check_description
from emulator.buckets.records import Content
from emulator.buckets.service import Buckets
from emulator.buckets.spelling import Spelling
from emulator.buckets.staging import StagedFile
from emulator.buckets.transfers.records import Terms
from emulator.buckets.uri import S3Uri
from emulator.buckets.wholeness import is_open_for_writing
from emulator.errors import ConflictError

Watch = Callable[[str], None]
"""Told the path of the file that grows, before it does."""


def upload(buckets: Buckets, path: str, to: S3Uri, terms: Terms, watch: Watch) -> None:
    """Store a copy of the file at *path*; the file system shares the bytes if it can."""
    description = terms.of_upload(os.path.basename(path))  # noqa: PTH119
    with open(path, "rb") as file, buckets.objects.stage(to.bucket, to.key, description) as staged:  # noqa: PTH123
        watch(staged.path)
        staged.append(file)
        content = _content_of(staged, terms)
        buckets.objects.place(to.bucket, to.key, staged, description, content=content)


def upload_stream(buckets: Buckets, stream: BinaryIO, to: S3Uri, terms: Terms, watch: Watch) -> None:
    """Store all that *stream* has left to read."""
    description = terms.of_upload("")
    with buckets.objects.stage(to.bucket, to.key, description) as staged:
        watch(staged.path)
        while chunk := stream.read(CHUNK_BYTES):
            staged.write(chunk)
        content = _content_of(staged, terms) if terms.algorithm else None
        buckets.objects.place(to.bucket, to.key, staged, description, content=content)


def move_in(buckets: Buckets, path: str, to: S3Uri, terms: Terms, watch: Watch) -> None:
    """Make the file at *path* the object and remove it there; on one file system it is renamed, not copied."""
    check_key(to.key)
    place = f"{os.path.realpath(buckets.path(to.bucket))}/{to.key}"
    if is_storable(to.key) and os.path.realpath(path) == os.path.realpath(place):
        raise ConflictError(f"Cannot mv a file onto itself: {path} is {to}")
    before = os.stat(path)  # noqa: PTH116
    _check_still(path, before)
    if _may_be_renamed(buckets, path, to, place):
        _rename(buckets, path, to, terms, before)
    else:
        upload(buckets, path, to, terms, watch)
        _check_still(path, before)
        os.unlink(path)  # noqa: PTH108


def _check_still(path: str, before: os.stat_result) -> None:
    """Raise ConflictError if somebody writes to the file, or has since *before*: the last of it would be lost."""
    with open(path, "rb") as file:  # noqa: PTH123
        if is_open_for_writing(file.fileno()) or _looks(os.fstat(file.fileno())) != _looks(before):
            raise ConflictError(f"{path} changes while it is moved, and stays")


def _rename(buckets: Buckets, path: str, to: S3Uri, terms: Terms, before: os.stat_result) -> None:
    description = terms.of_upload(os.path.basename(path))  # noqa: PTH119
    check_description(description)
    with _OwnFile(path) as file:
        content = _content_of(file, terms)
        _check_still(path, before)
        try:
            buckets.objects.place(to.bucket, to.key, file, description, content=content)
        except BaseException:  # after Ctrl-C it is the user's own file again, too
            with suppress(OSError):
                os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
            raise
    with suppress(FileNotFoundError):
        if os.lstat(path).st_ino == before.st_ino:  # one file system, but two mounts of it: it was copied after all
            os.unlink(path)  # noqa: PTH108


class _OwnFile(StagedFile):
    """A user's file where a staged one is wanted: leaving the context removes nothing."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._file = open(path, "rb", buffering=0)  # noqa: PTH123, SIM115
        self._md5 = hashlib.md5(usedforsecurity=False)
        self.size_bytes = os.fstat(self._file.fileno()).st_size

    def __enter__(self) -> "_OwnFile":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def _may_be_renamed(buckets: Buckets, path: str, to: S3Uri, place: str) -> bool:
    """
    Tell whether the file itself may become the object's.

    Not a link, nor a file with other names, through which somebody would write into the bucket later; nor one whose
    time we may not set. And nothing may be in the way, since what a folder cannot hold lies elsewhere.
    """
    status = os.lstat(path)
    if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1 or os.geteuid() not in (0, status.st_uid):
        return False
    if not is_storable(to.key) or os.path.isdir(place):  # noqa: PTH112
        return False
    if Spelling(os.path.realpath(buckets.path(to.bucket))).of(to.key) != to.key:
        return False
    folder = os.path.dirname(place)  # noqa: PTH120
    while not os.path.lexists(folder):
        folder = os.path.dirname(folder)  # noqa: PTH120
    return os.path.isdir(folder) and os.stat(folder).st_dev == status.st_dev  # noqa: PTH112, PTH116


def _content_of(staged: StagedFile, terms: Terms) -> Content:
    md5 = hashlib.md5(usedforsecurity=False)
    checksum = Checksum(terms.algorithm) if terms.algorithm else None
    with staged.open() as file:
        while chunk := file.read(CHUNK_BYTES):
            md5.update(chunk)
            if checksum is not None:
                checksum.update(chunk)
    if checksum is None:
        return Content(md5.hexdigest())
    checksums = {checksum.algorithm.member: checksum.base64(), "ChecksumType": "FULL_OBJECT"}
    return Content(md5.hexdigest(), checksums)


def _looks(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ino
