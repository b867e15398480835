"""The rows that say what a bucket holds now. Nothing here looks at a file; every function works on a given connection.

SQLite compares TEXT as UTF-8 bytes, which is S3's order, so a listing is a few seeks however large the bucket is.
"""

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from emulator.buckets.errors import NoSuchBucketError
from emulator.buckets.listing import cut, grouped, key_range
from emulator.buckets.records import Content, Description, Entry, Fingerprint, Page, StoredObject


@dataclass(frozen=True)
class BucketRow:
    """A bucket as its row has it; `versioning` is "" (never asked for), "Enabled" or "Suspended"."""

    name: str
    created_at: float
    versioning: str


def require_bucket(connection: sqlite3.Connection, bucket: str) -> BucketRow:
    """Return the bucket's row; NoSuchBucketError, with the nearest names, if there is none."""
    row = connection.execute("SELECT name, created_at, versioning FROM bucket WHERE name = ?", (bucket,)).fetchone()
    if row is None:
        raise NoSuchBucketError(bucket, [str(row["name"]) for row in connection.execute("SELECT name FROM bucket")])
    return BucketRow(*row)


def get(connection: sqlite3.Connection, bucket: str, key: str) -> StoredObject | None:
    row = connection.execute("SELECT * FROM object WHERE bucket = ? AND key = ?", (bucket, key)).fetchone()
    return None if row is None else _object(row)


def put(connection: sqlite3.Connection, stored: StoredObject) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO object (bucket, key, size_bytes, mtime_ns, inode, settled, sequencer, version_id,"
        " in_folder, blob, etag, content_type, metadata, headers, tags, checksums, parts)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            stored.bucket,
            stored.key,
            *stored.fingerprint,
            stored.settled,
            stored.sequencer,
            stored.version_id,
            stored.in_folder,
            stored.blob,
            *described(stored),
        ),
    )


def described(stored: StoredObject) -> tuple[str | None, ...]:
    """Return the values of the columns etag, content_type, metadata, headers, tags, checksums and parts."""
    description, content = stored.description, stored.content
    return (
        content.etag,
        description.content_type,
        _packed(description.metadata),
        _packed(description.headers),
        _packed(description.tags),
        _packed(content.checksums),
        json.dumps(content.parts) if content.parts else "[]",
    )


def description_of(row: sqlite3.Row) -> Description:
    return Description(
        row["content_type"], _unpacked(row["metadata"]), _unpacked(row["headers"]), _unpacked(row["tags"])
    )


def content_of(row: sqlite3.Row) -> Content:
    parts = row["parts"]
    return Content(row["etag"], _unpacked(row["checksums"]), () if parts == "[]" else tuple(json.loads(parts)))


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


def used_blobs(connection: sqlite3.Connection, names: Collection[str]) -> set[str]:
    """Return those of *names* that a row has, of an object, an older version or a part of an upload."""
    return {
        name
        for name in names
        for table in ("object", "object_version", "upload_part")
        if connection.execute(f"SELECT 1 FROM {table} WHERE blob = ?", (name,)).fetchone()  # noqa: S608
    }


def page(
    connection: sqlite3.Connection,
    bucket: str,
    *,
    prefix: str = "",
    delimiter: str = "",
    start_after: str = "",
    limit: int = 1000,
) -> Page[StoredObject]:
    """
    Return up to *limit* keys and common prefixes of *bucket*, in the order of their UTF-8 bytes.

    With a delimiter, keys that have it after the prefix appear once, as their common prefix; *start_after* may be one.
    """

    def from_key(start: str, inclusive: bool) -> Iterator[StoredObject]:
        return read(connection, *key_range(bucket, prefix, start, inclusive=inclusive))

    return Page(*cut(grouped(from_key, prefix, delimiter, start_after), limit))


def entries(
    connection: sqlite3.Connection,
    bucket: str,
    *,
    prefix: str = "",
    delimiter: str = "",
    start_after: str = "",
    limit: int = 1000,
) -> Page[Entry]:
    """Return what `page` does, without what no listing shows: in a third of the time."""

    def from_key(start: str, inclusive: bool) -> Iterator[Entry]:
        where, values = key_range(bucket, prefix, start, inclusive=inclusive)
        cursor = connection.cursor()
        cursor.row_factory = None
        columns = "key, size_bytes, mtime_ns, etag, checksums, headers"
        return map(Entry._make, cursor.execute(f"SELECT {columns} FROM object WHERE {where} ORDER BY key", values))  # noqa: S608

    return Page(*cut(grouped(from_key, prefix, delimiter, start_after), limit))


def read(connection: sqlite3.Connection, where: str, values: tuple[str, ...]) -> Iterator[StoredObject]:
    """Yield the objects of a `key_range`, by key."""
    return map(_object, connection.execute(f"SELECT * FROM object WHERE {where} ORDER BY key", values))  # noqa: S608


def fingerprints(
    connection: sqlite3.Connection, bucket: str, *, prefix: str, start_after: str, limit: int
) -> list[tuple[str, Fingerprint, bool]]:
    """Return the next *limit* keys under *prefix* that files hold, and if they are settled."""
    where, values = key_range(bucket, prefix, max(start_after, prefix), inclusive=not start_after)
    rows = connection.execute(
        f"SELECT key, size_bytes, mtime_ns, inode, settled FROM object WHERE {where} AND in_folder"  # noqa: S608
        " ORDER BY key LIMIT ?",
        (*values, limit),
    )
    return [(row[0], Fingerprint(row[1], row[2], row[3]), bool(row[4])) for row in rows]


def names_of(connection: sqlite3.Connection, inodes: Collection[int]) -> list[tuple[int, tuple[str, str]]]:
    """Return, by inode, the bucket and key of each object in a folder whose file has it: one pass over all rows."""
    rows = connection.execute(
        "SELECT inode, bucket, key FROM object WHERE in_folder AND inode IN (SELECT value FROM json_each(?))",
        (json.dumps(list(inodes)),),
    )
    return [(row[0], (row[1], row[2])) for row in rows]


def _object(row: sqlite3.Row) -> StoredObject:
    return StoredObject(
        bucket=row["bucket"],
        key=row["key"],
        fingerprint=Fingerprint(row["size_bytes"], row["mtime_ns"], row["inode"]),
        settled=bool(row["settled"]),
        sequencer=row["sequencer"],
        content=content_of(row),
        description=description_of(row),
        version_id=row["version_id"],
        in_folder=bool(row["in_folder"]),
        blob=row["blob"],
    )


def _packed(values: Mapping[str, str]) -> str:
    return json.dumps(dict(values)) if values else "{}"


def _unpacked(text: str) -> dict[str, Any]:
    return {} if text == "{}" else json.loads(text)
