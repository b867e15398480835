"""A bucket's folder and its rows, side by side: which keys differ?

Both are walked in the order of the keys' bytes, as git walks trees: a folder sorts as if its name ended in a slash. So
one pass with a page of rows in hand is enough, whatever the bucket holds. A difference found here is only a hint;
`Folder.reconcile` decides.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

from emulator.buckets import index
from emulator.buckets.files import fingerprint_of
from emulator.buckets.keys import key_of, may_be_temporary
from emulator.buckets.records import Fingerprint
from emulator.state import Database

_PAGE = 1000
_PROBABLY_DONE_SECONDS = 10
"""rsync and sed rename their temporary files as soon as they are closed; one as old as this is no such file."""

Entering = Callable[[str], None]
"""Told each folder, as a prefix such as `a/b/`, before it is read: a watch set here misses nothing."""


def differences(
    database: Database, bucket: str, root: str, prefix: str = "", entering: Entering | None = None
) -> Iterator[str]:
    """Yield the keys under *prefix*, empty or ending in a slash, whose file and row are not the same."""
    rows = _rows(database, bucket, prefix)
    row = next(rows, None)
    for key, seen in _walk(root, prefix, entering):
        while row is not None and row[0] < key:
            yield row[0]
            row = next(rows, None)
        if row is None or row[0] != key:
            yield key
            continue
        if row[1] != seen or not row[2]:
            yield key
        row = next(rows, None)
    while row is not None:
        yield row[0]
        row = next(rows, None)


def _rows(database: Database, bucket: str, prefix: str) -> Iterator[tuple[str, Fingerprint, bool]]:
    start_after = ""
    while True:
        with database.snapshot() as connection:
            page = index.fingerprints(connection, bucket, prefix=prefix, start_after=start_after, limit=_PAGE)
        yield from page
        if len(page) < _PAGE:
            return
        start_after = page[-1][0]


def _walk(root: str, prefix: str, entering: Entering | None) -> Iterator[tuple[str, Fingerprint | None]]:
    """Yield each object's key and how its file looks; None for a link, which only reconcile follows."""
    if entering is not None:
        entering(prefix)
    for key, entry in _entries(root, prefix):
        if key.endswith("/"):
            yield from _walk(root, key, entering)
        elif entry.is_symlink():
            yield key, None
        elif entry.is_file(follow_symlinks=False):
            with suppress(OSError):
                status = entry.stat(follow_symlinks=False)
                if not may_be_temporary(key) or time.time() - status.st_mtime > _PROBABLY_DONE_SECONDS:
                    yield key, fingerprint_of(status)


def _entries(root: str, prefix: str) -> list[tuple[str, os.DirEntry[str]]]:
    """Return what one folder holds, in the order of keys; folders end in a slash."""
    entries: list[tuple[str, os.DirEntry[str]]] = []
    # A folder that has gone holds nothing; one that may not be read is unknown, and reconcile will say so.
    with suppress(OSError), os.scandir(f"{root}/{prefix}") as found:
        for entry in found:
            if entry.is_dir(follow_symlinks=False):
                if _is_text(entry.name):
                    entries.append((f"{prefix}{entry.name}/", entry))
            elif (key := key_of(prefix + entry.name)) is not None:
                entries.append((key, entry))
    entries.sort(key=lambda entry: entry[0])
    return entries


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
