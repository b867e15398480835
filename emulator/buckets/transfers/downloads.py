"""An object becomes a file of this machine: whole from the moment it has its name, and with the object's time."""

import errno
import os
import secrets
import shutil
import stat
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from emulator.buckets.blobs import copy_bytes
from emulator.buckets.errors import ObjectBeingWrittenError
from emulator.buckets.files import fingerprint_of
from emulator.buckets.records import StoredObject
from emulator.buckets.service import Buckets
from emulator.buckets.transfers.uploads import Watch
from emulator.buckets.uri import S3Uri
from emulator.errors import ConflictError

_SECOND_NS = 1_000_000_000


def download(buckets: Buckets, source: S3Uri, path: str, watch: Watch) -> StoredObject:
    """Make *path* a copy of the object, over what was there; return what was copied."""
    with buckets.objects.open(source.bucket, source.key) as opened:
        if _is_device(path):
            with open(path, "wb") as device:  # noqa: PTH123
                shutil.copyfileobj(opened.file, device)
            return opened.stored
        _make_room(path)
        # The ending keeps the file from being an object, should the folder be a bucket's.
        unfinished = f"{os.path.dirname(path)}/.{secrets.token_hex(8)}.part"  # noqa: PTH120
        watch(unfinished)
        try:
            with open(unfinished, "xb", buffering=0) as file:  # noqa: PTH123
                copy_bytes(opened.file, file)
            if opened.stored.in_folder and fingerprint_of(os.fstat(opened.file.fileno())) != opened.stored.fingerprint:
                raise ObjectBeingWrittenError(source.bucket, source.key)  # so what was copied is of two minds
            _set_time(unfinished, opened.stored)
            os.replace(unfinished, path)  # noqa: PTH105
        finally:
            with suppress(FileNotFoundError):
                os.unlink(unfinished)  # noqa: PTH108
        return opened.stored


def move_out(buckets: Buckets, source: S3Uri, path: str, watch: Watch) -> None:
    """Make the object a file at *path* and delete it; on one file system its file is renamed, not copied."""
    own = f"{os.path.realpath(buckets.path(source.bucket))}/{source.key}"
    if os.path.realpath(own) == os.path.realpath(path):
        raise ConflictError(f"Cannot mv a file onto itself: {source} is {path}")
    if not _renamed(buckets, source, own, path):
        delete_moved(buckets, source, download(buckets, source, path, watch))


def delete_moved(buckets: Buckets, source: S3Uri, moved: StoredObject) -> None:
    """Delete what *moved* was copied from; ConflictError if it is another object by now."""

    def check(current: StoredObject | None) -> None:
        if current is not None and current.sequencer != moved.sequencer:
            raise ConflictError(f"{source} was changed while it was moved, and stays")

    buckets.objects.delete(source.bucket, source.key, precondition=check)


def _renamed(buckets: Buckets, source: S3Uri, own: str, path: str) -> bool:
    with buckets.objects.open(source.bucket, source.key) as opened:
        if buckets.versioning(source.bucket) or not opened.stored.in_folder or _is_device(path):
            return False
        _make_room(path)
        if not _may_be_renamed(opened.file, own, path):
            return False
        try:
            os.rename(own, path)  # noqa: PTH104
        except OSError as error:
            if error.errno != errno.EXDEV:  # two mounts of one file system
                raise
            return False
        _set_time(path, opened.stored)
    # Not a deletion: should there be another file by now, it is a new object.
    buckets.reconcile(source.bucket, source.key)
    _remove_empty_folders(own, buckets.path(source.bucket))
    return True


def _may_be_renamed(file: BinaryIO, own: str, path: str) -> bool:
    """Tell whether the object's file is just that, on the file system of *path*: a link to it stays a bucket's."""
    opened, status = os.fstat(file.fileno()), os.lstat(own)
    return (
        stat.S_ISREG(status.st_mode)
        and status.st_nlink == 1
        and (opened.st_dev, opened.st_ino) == (status.st_dev, status.st_ino)
        and os.stat(os.path.dirname(path)).st_dev == status.st_dev  # noqa: PTH116, PTH120
    )


def _make_room(path: str) -> None:
    """Make the folder of *path*; IsADirectoryError if it cannot be a file itself."""
    if path.endswith("/"):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120


def _is_device(path: str) -> bool:
    """Tell whether there is something to write into rather than to replace, such as `/dev/null` or a FIFO."""
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def _set_time(path: str, stored: StoredObject) -> None:
    """Give the file the object's time, by which `sync` knows it again."""
    moment_ns = stored.fingerprint.mtime_ns // _SECOND_NS * _SECOND_NS
    os.utime(path, ns=(moment_ns, moment_ns))


def _remove_empty_folders(own: str, bucket: Path) -> None:
    root = os.path.realpath(bucket)
    folder = os.path.dirname(own)  # noqa: PTH120
    while folder.startswith(f"{root}/"):
        try:
            os.rmdir(folder)  # noqa: PTH106
        except OSError:
            return
        folder = os.path.dirname(folder)  # noqa: PTH120
