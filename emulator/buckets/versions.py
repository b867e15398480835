"""The rows that say what a key was before: its older versions, and its delete markers, even one that is the newest."""

import heapq
import itertools
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from emulator.buckets import index
from emulator.buckets.listing import cut, grouped, key_range
from emulator.buckets.records import Fingerprint, StoredObject, Version, VersionEntry

V = TypeVar("V", Version, VersionEntry)


@dataclass(frozen=True)
class VersionPage(Generic[V]):
    """Part of a listing of versions; `next_key` and `next_version` are what the following page starts after."""

    versions: tuple[V, ...]
    common_prefixes: tuple[str, ...]
    next_key: str | None
    next_version: str | None


def put(connection: sqlite3.Connection, stored: StoredObject, *, is_marker: bool = False) -> None:
    """Write down what is no longer the current version, or never was one."""
    connection.execute(
        "INSERT INTO object_version (bucket, key, sequencer, version_id, is_marker, size_bytes, mtime_ns, blob,"
        " etag, content_type, metadata, headers, tags, checksums, parts)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            stored.bucket,
            stored.key,
            stored.sequencer,
            stored.version_id,
            is_marker,
            stored.size_bytes,
            stored.fingerprint.mtime_ns,
            stored.blob,
            *index.described(stored),
        ),
    )


def get(connection: sqlite3.Connection, bucket: str, key: str, version_id: str) -> Version | None:
    """Return an older version or a marker; None if *key* has none of that id."""
    row = connection.execute(
        "SELECT * FROM object_version WHERE bucket = ? AND key = ? AND version_id = ?", (bucket, key, version_id)
    ).fetchone()
    return None if row is None else _version(row)


def newest(connection: sqlite3.Connection, bucket: str, key: str) -> Version | None:
    """Return the newest of the older versions and markers of *key*."""
    row = connection.execute(
        "SELECT * FROM object_version WHERE bucket = ? AND key = ? ORDER BY sequencer DESC LIMIT 1", (bucket, key)
    ).fetchone()
    return None if row is None else _version(row)


def delete(connection: sqlite3.Connection, stored: StoredObject) -> None:
    connection.execute(
        "DELETE FROM object_version WHERE bucket = ? AND key = ? AND sequencer = ?",
        (stored.bucket, stored.key, stored.sequencer),
    )


def describe(connection: sqlite3.Connection, stored: StoredObject) -> None:
    """Write down what *stored*, an older version, is said to be now."""
    connection.execute(
        "UPDATE object_version SET (etag, content_type, metadata, headers, tags, checksums, parts)"
        " = (?, ?, ?, ?, ?, ?, ?) WHERE bucket = ? AND key = ? AND sequencer = ?",
        (*index.described(stored), stored.bucket, stored.key, stored.sequencer),
    )


def first_key(connection: sqlite3.Connection, bucket: str) -> str | None:
    row = connection.execute("SELECT key FROM object_version WHERE bucket = ? LIMIT 1", (bucket,)).fetchone()
    return None if row is None else str(row["key"])


def page(
    connection: sqlite3.Connection,
    bucket: str,
    *,
    prefix: str = "",
    delimiter: str = "",
    start_key: str = "",
    start_version: str | None = None,
    limit: int = 1000,
) -> VersionPage[Version]:
    """
    Return up to *limit* versions, markers and common prefixes of *bucket*: by key, the newest of each first.

    The page starts after all versions of *start_key*, or after *start_version* of it.
    """

    def read(start: str, inclusive: bool) -> Iterator[Version]:
        where, values = key_range(bucket, prefix, start, inclusive=inclusive)
        current = (Version(stored, False, True) for stored in index.read(connection, where, values))
        rows = connection.execute(
            f"SELECT * FROM object_version WHERE {where} ORDER BY key, sequencer DESC",  # noqa: S608
            values,
        )
        return _merged(current, map(_version, rows), lambda version: replace(version, is_latest=True))

    return _page(read, prefix, delimiter, start_key, start_version, limit)


def entries(
    connection: sqlite3.Connection,
    bucket: str,
    *,
    prefix: str = "",
    delimiter: str = "",
    start_key: str = "",
    start_version: str | None = None,
    limit: int = 1000,
) -> VersionPage[VersionEntry]:
    """Return what `page` does, without what no listing shows."""

    def rows(sql: str, values: tuple[str, ...]) -> Iterator[VersionEntry]:
        cursor = connection.cursor()
        cursor.row_factory = None
        return map(VersionEntry._make, cursor.execute(sql, values))

    def read(start: str, inclusive: bool) -> Iterator[VersionEntry]:
        where, values = key_range(bucket, prefix, start, inclusive=inclusive)
        columns = "size_bytes, mtime_ns, etag, checksums, headers"
        now = f"SELECT key, version_id, FALSE, TRUE, {columns} FROM object WHERE {where} ORDER BY key"  # noqa: S608
        before = f"SELECT key, version_id, is_marker, FALSE, {columns} FROM object_version WHERE {where}"  # noqa: S608
        current, older = rows(now, values), rows(f"{before} ORDER BY key, sequencer DESC", values)
        return _merged(current, older, lambda version: version._replace(is_latest=True))

    return _page(read, prefix, delimiter, start_key, start_version, limit)


def _page(
    read: Callable[[str, bool], Iterator[V]],
    prefix: str,
    delimiter: str,
    start_key: str,
    start_version: str | None,
    limit: int,
) -> VersionPage[V]:
    following: Iterator[V | str] = grouped(read, prefix, delimiter, start_key)
    if start_version is not None:
        same_key = itertools.takewhile(lambda version: version.key == start_key, read(start_key, True))
        rest = itertools.dropwhile(lambda version: version.version_id != start_version, same_key)
        following = itertools.chain(itertools.islice(rest, 1, None), following)
    found, prefixes, next_key = cut(following, limit)
    ends_with_version = next_key is not None and found and found[-1].key == next_key
    return VersionPage(found, prefixes, next_key, found[-1].version_id if ends_with_version else None)


def _merged(current: Iterator[V], older: Iterator[V], as_latest: Callable[[V], V]) -> Iterator[V]:
    """Yield all by key; what comes first of a key is its latest."""
    last_key = None
    # Of two with one key, the current version comes first: merge prefers the earlier iterable.
    for version in heapq.merge(current, older, key=lambda version: version.key.encode()):
        yield version if version.is_latest or version.key == last_key else as_latest(version)
        last_key = version.key


def _version(row: sqlite3.Row) -> Version:
    stored = StoredObject(
        bucket=row["bucket"],
        key=row["key"],
        fingerprint=Fingerprint(row["size_bytes"], row["mtime_ns"], 0),
        settled=True,
        sequencer=row["sequencer"],
        content=index.content_of(row),
        description=index.description_of(row),
        version_id=row["version_id"],
        in_folder=False,
        blob=row["blob"],
    )
    return Version(stored, bool(row["is_marker"]), is_latest=False)
