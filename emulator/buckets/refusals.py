"""What a file system, or SQLite on it, says when it refuses, in S3's words: no room, no right, too much at once.

A newcomer would catch OSError where a file is written. A full disk shows wherever something grows: a folder that gets a
name, the log of the state file, a copy that outlives its file.
"""

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from emulator.buckets.errors import AccessDeniedError, StorageError, TooManyOpenFilesError
from emulator.errors import EmulatorError

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
_NO_RIGHT = {errno.EACCES, errno.EPERM, errno.EROFS}
_TOO_MANY = {errno.EMFILE, errno.ENFILE}
_ROOM_HINT = "make room on the disk that holds cloudlet's home or the bucket's folder, then try again"

# SQLite tells what it could not do, and not why.
_BY_SQLITE = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_READONLY: errno.EROFS,
    sqlite3.SQLITE_IOERR: errno.EIO,
    sqlite3.SQLITE_CANTOPEN: errno.EIO,
}
_PRIMARY = 0xFF


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Have what is refused meanwhile be an error of ours, which says what was to be done: *doing*."""
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        refusal = refusal_of(error, doing)
        if refusal is None:
            raise
        raise refusal from error


def refusal_of(error: Exception, doing: str) -> EmulatorError | None:
    """Return what to tell of *error*; None if it says nothing of a file system."""
    if isinstance(error, OSError) and not isinstance(error, ConnectionError):
        number, path = error.errno, error.filename
    elif isinstance(error, sqlite3.OperationalError):
        number, path = _BY_SQLITE.get(getattr(error, "sqlite_errorcode", 0) & _PRIMARY), None
    else:
        return None
    if number is None:
        return None
    if number in _NO_RIGHT:
        return AccessDeniedError(str(path or "cloudlet's home"), "write to")
    if number in _TOO_MANY:
        return TooManyOpenFilesError()
    return StorageError(f"{doing}: {os.strerror(number)}", hint=_ROOM_HINT if number in _NO_ROOM else None)
