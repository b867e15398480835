"""The rows that say what a bucket holds. Nothing here looks at a file; every function works on a given connection.

SQLite compares TEXT as UTF-8 bytes, which is S3's order, so a listing is a few seeks however large the bucket is.
"""

import itertools
import json
import mimetypes
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from emulator.buckets.errors import NoSuchBucketError

_DEFAULT_TYPE = "binary/octet-stream"
_LAST_CHARACTER = "\U0010ffff"


class Fingerprint(NamedTuple):
    """What changes when a file does."""

    size_bytes: int
    mtime_ns: int
    inode: int


@dataclass(frozen=True)
class Description:
    """What a writer says about the bytes: their type, user metadata, and headers to send back with them."""

    content_type: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StoredObject:
    """One object as its row has it. The etag has no quotes."""

    bucket: str
    key: str
    fingerprint: Fingerprint
    settled: bool
    etag: str
    sequencer: str
    description: Description = field(default_factory=Description)

    @property
    def size_bytes(self) -> int:
        return self.fingerprint.size_bytes

    @property
    def last_modified(self) -> datetime:
        """Return when the file last changed, in whole seconds: HTTP dates know no more."""
        return datetime.fromtimestamp(self.fingerprint.mtime_ns // 1_000_000_000, UTC)

    @property
    def content_type(self) -> str:
        """Return what the writer said, else what the key's ending suggests."""
        return self.description.content_type or guess_type(self.key) or _DEFAULT_TYPE


@dataclass(frozen=True)
class Page:
    """Part of a listing. `next_start` is what the following page starts after; None on the last one."""

    objects: tuple[StoredObject, ...]
    common_prefixes: tuple[str, ...]
    next_start: str | None


def guess_type(name: str) -> str | None:
    """Return the media type that *name*'s ending suggests; a compressed file is what it is, not what it holds."""
    kind, encoding = mimetypes.guess_type(name)
    return None if encoding else kind


def require_bucket(connection: sqlite3.Connection, bucket: str) -> None:
    """Raise NoSuchBucketError, with the nearest names, unless there is such a bucket."""
    if connection.execute("SELECT 1 FROM bucket WHERE name = ?", (bucket,)).fetchone() is None:
        raise NoSuchBucketError(bucket, [str(row["name"]) for row in connection.execute("SELECT name FROM bucket")])


def get(connection: sqlite3.Connection, bucket: str, key: str) -> StoredObject | None:
    row = connection.execute("SELECT * FROM object WHERE bucket = ? AND key = ?", (bucket, key)).fetchone()
    return None if row is None else _object(row)


def put(connection: sqlite3.Connection, stored: StoredObject) -> None:
    description = stored.description
    connection.execute(
        "INSERT OR REPLACE INTO object (bucket, key, size_bytes, mtime_ns, inode, settled, etag, sequencer,"
        " content_type, metadata, headers) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            stored.bucket,
            stored.key,
            *stored.fingerprint,
            int(stored.settled),
            stored.etag,
            stored.sequencer,
            description.content_type,
            json.dumps(dict(description.metadata)),
            json.dumps(dict(description.headers)),
        ),
    )


def delete(connection: sqlite3.Connection, bucket: str, key: str) -> None:
    connection.execute("DELETE FROM object WHERE bucket = ? AND key = ?", (bucket, key))


def next_sequencer(connection: sqlite3.Connection, now_ns: int) -> str:
    """Return a sequencer greater than all before: the time, or one more than the last if the clock went back."""
    (last,) = connection.execute(
        "INSERT INTO sequencer (only_row, last) VALUES (1, ?)"
        " ON CONFLICT (only_row) DO UPDATE SET last = max(last + 1, excluded.last) RETURNING last",
        (now_ns,),
    ).fetchone()
    return f"{last:018X}"


def first_key(connection: sqlite3.Connection, bucket: str) -> str | None:
    row = connection.execute("SELECT key FROM object WHERE bucket = ? ORDER BY key LIMIT 1", (bucket,)).fetchone()
    return None if row is None else str(row["key"])


def page(
    connection: sqlite3.Connection,
    bucket: str,
    *,
    prefix: str = "",
    delimiter: str = "",
    start_after: str = "",
    limit: int = 1000,
) -> Page:
    """
    Return up to *limit* keys and common prefixes of *bucket*, in the order of their UTF-8 bytes.

    With a delimiter, keys that have it after the prefix appear once, as their common prefix; *start_after* may be one.
    """
    entries = itertools.islice(_entries(connection, bucket, prefix, delimiter, start_after), limit + 1)
    found = list(entries) if limit else []
    kept = found[:limit]
    objects = tuple(entry for entry in kept if isinstance(entry, StoredObject))
    prefixes = tuple(entry for entry in kept if isinstance(entry, str))
    if len(found) <= limit or not kept:
        return Page(objects, prefixes, None)
    last = kept[-1]
    return Page(objects, prefixes, last if isinstance(last, str) else last.key)


def fingerprints(
    connection: sqlite3.Connection, bucket: str, *, prefix: str, start_after: str, limit: int
) -> list[tuple[str, Fingerprint, bool]]:
    """Return the next *limit* keys under *prefix*, each with its fingerprint and whether it is settled."""
    where, values = _range(bucket, prefix, max(start_after, prefix), inclusive=not start_after)
    sql = f"SELECT key, size_bytes, mtime_ns, inode, settled FROM object WHERE {where} ORDER BY key LIMIT ?"  # noqa: S608
    rows = connection.execute(sql, (*values, limit))
    return [(row[0], Fingerprint(row[1], row[2], row[3]), bool(row[4])) for row in rows]


def after_prefix(prefix: str) -> str | None:
    """
    Return the least text that is greater than all that begins with *prefix*; None if there is none.

    >>> after_prefix("a/"), after_prefix("")
    ('a0', None)
    """
    rest = prefix.rstrip(_LAST_CHARACTER)
    if not rest:
        return None
    following = ord(rest[-1]) + 1
    return rest[:-1] + chr(0xE000 if following == 0xD800 else following)  # surrogates are no characters


def _entries(
    connection: sqlite3.Connection, bucket: str, prefix: str, delimiter: str, start_after: str
) -> Iterator[StoredObject | str]:
    start: str | None = max(prefix, start_after)
    inclusive = start != start_after or not start_after
    if start_after.startswith(prefix) and _common_prefix(start_after, prefix, delimiter) == start_after:
        start, inclusive = after_prefix(start_after), True  # the page before ended with this common prefix
    while start is not None:
        where, values = _range(bucket, prefix, start, inclusive=inclusive)
        for row in connection.execute(f"SELECT * FROM object WHERE {where} ORDER BY key", values):  # noqa: S608
            group = _common_prefix(row["key"], prefix, delimiter)
            if group is None:
                yield _object(row)
                continue
            yield group
            start, inclusive = after_prefix(group), True
            break
        else:
            return


def _range(bucket: str, prefix: str, start: str, *, inclusive: bool) -> tuple[str, tuple[str, ...]]:
    where = f"bucket = ? AND key {'>=' if inclusive else '>'} ?"
    end = after_prefix(prefix)
    return (where, (bucket, start)) if end is None else (f"{where} AND key < ?", (bucket, start, end))


def _common_prefix(key: str, prefix: str, delimiter: str) -> str | None:
    if not delimiter:
        return None
    end = key.find(delimiter, len(prefix))
    return None if end < 0 else key[: end + len(delimiter)]


def _object(row: sqlite3.Row) -> StoredObject:
    return StoredObject(
        bucket=row["bucket"],
        key=row["key"],
        fingerprint=Fingerprint(row["size_bytes"], row["mtime_ns"], row["inode"]),
        settled=bool(row["settled"]),
        etag=row["etag"],
        sequencer=row["sequencer"],
        description=Description(row["content_type"], json.loads(row["metadata"]), json.loads(row["headers"])),
    )
