"""The rows of multipart uploads, of their parts, and of what became of those that are complete."""

import dataclasses
import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

from emulator.buckets.checksums import Algorithm, ChecksumType, UploadChecksum
from emulator.buckets.errors import NoSuchUploadError
from emulator.buckets.records import Description, StoredObject

_REMEMBERED_SECONDS = 24 * 3600
"""How long a completion is answered again in the same way."""


@dataclass(frozen=True)
class Upload:
    """An upload that is neither complete nor aborted, and what its object will be said to be."""

    id: str
    bucket: str
    key: str
    started_at: datetime
    description: Description
    checksum: UploadChecksum


@dataclass(frozen=True)
class UploadedPart:
    """A part as it was received. `checksums` is `{"ChecksumCRC32": …}`, with the upload's algorithm."""

    number: int
    size_bytes: int
    last_modified: datetime
    etag: str
    checksums: Mapping[str, str]
    blob: str


@dataclass(frozen=True)
class Completed:
    """What an upload became. There is no version id where the bucket has never kept versions."""

    bucket: str
    key: str
    etag: str
    checksums: Mapping[str, str]
    version_id: str | None
    stored: StoredObject | None = field(default=None, compare=False)
    """The object itself; None to whoever asks once more when it is another by then."""

    @classmethod
    def of(cls, stored: StoredObject, *, keeps_versions: bool) -> Self:
        """Return what is told of *stored*, just written."""
        version_id = stored.version_id if keeps_versions else None
        return cls(stored.bucket, stored.key, stored.etag, stored.content.checksums, version_id, stored)

    def is_still(self, current: StoredObject) -> bool:
        """Tell whether *current* is what the upload became, or at least has its bytes."""
        return current.etag == self.etag and self.version_id in (None, current.version_id)


def insert(connection: sqlite3.Connection, upload: Upload) -> None:
    connection.execute(
        "INSERT INTO upload (id, bucket, key, started_at, record) VALUES (?, ?, ?, ?, ?)",
        (upload.id, upload.bucket, upload.key, upload.started_at.timestamp(), _record(upload)),
    )


def put_part(connection: sqlite3.Connection, upload_id: str, part: UploadedPart) -> None:
    """Write a part down, over the one of its number."""
    connection.execute(
        "INSERT OR REPLACE INTO upload_part (upload, number, size_bytes, mtime_ns, etag, checksums, blob)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            upload_id,
            part.number,
            part.size_bytes,
            int(part.last_modified.timestamp() * 1_000_000_000),
            part.etag,
            json.dumps(dict(part.checksums)),
            part.blob,
        ),
    )


def delete(connection: sqlite3.Connection, upload_id: str) -> None:
    """Forget an upload and its parts."""
    connection.execute("DELETE FROM upload WHERE id = ?", (upload_id,))


def complete(connection: sqlite3.Connection, upload_id: str, done: Completed, now: float) -> None:
    """Remember what an upload became, and forget what others became long ago."""
    connection.execute("DELETE FROM completed_upload WHERE completed_at < ?", (now - _REMEMBERED_SECONDS,))
    connection.execute(
        "INSERT INTO completed_upload (id, bucket, key, completed_at, etag, checksums, version_id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (upload_id, done.bucket, done.key, now, done.etag, json.dumps(dict(done.checksums)), done.version_id),
    )


def completed(connection: sqlite3.Connection, bucket: str, key: str, upload_id: str) -> Completed | None:
    """Return what an upload became; None if it is not complete, or has been for long."""
    row = connection.execute(
        "SELECT * FROM completed_upload WHERE id = ? AND bucket = ? AND key = ?", (upload_id, bucket, key)
    ).fetchone()
    return row and Completed(bucket, key, row["etag"], json.loads(row["checksums"]), row["version_id"])


def find(connection: sqlite3.Connection, bucket: str, key: str, upload_id: str) -> Upload:
    """Return an upload; NoSuchUploadError if it is complete, aborted, or of another key."""
    row = connection.execute(
        "SELECT * FROM upload WHERE id = ? AND bucket = ? AND key = ?", (upload_id, bucket, key)
    ).fetchone()
    if row is None:
        raise NoSuchUploadError(upload_id)
    return upload_of(row)


def parts(connection: sqlite3.Connection, upload_id: str, after: int, limit: int) -> Iterator[UploadedPart]:
    """Yield up to *limit* parts whose numbers are greater than *after*."""
    rows = connection.execute(
        "SELECT * FROM upload_part WHERE upload = ? AND number > ? ORDER BY number LIMIT ?", (upload_id, after, limit)
    )
    for row in rows:
        modified = datetime.fromtimestamp(row["mtime_ns"] / 1e9, UTC)
        yield UploadedPart(
            row["number"], row["size_bytes"], modified, row["etag"], json.loads(row["checksums"]), row["blob"]
        )


def blobs(connection: sqlite3.Connection, bucket: str) -> list[str]:
    """Return the blobs of all parts of all uploads to *bucket*."""
    rows = connection.execute(
        "SELECT blob FROM upload_part JOIN upload ON upload.id = upload_part.upload WHERE bucket = ?", (bucket,)
    )
    return [str(row["blob"]) for row in rows]


def _record(upload: Upload) -> str:
    checksum = upload.checksum
    return json.dumps(
        {
            "description": dataclasses.asdict(upload.description),
            "checksum": [checksum.algorithm, checksum.type, checksum.asked],
        }
    )


def upload_of(row: sqlite3.Row) -> Upload:
    record = json.loads(row["record"])
    algorithm, kind, asked = record["checksum"]
    return Upload(
        id=row["id"],
        bucket=row["bucket"],
        key=row["key"],
        started_at=datetime.fromtimestamp(row["started_at"], UTC),
        description=Description(**record["description"]),
        checksum=UploadChecksum(Algorithm(algorithm), ChecksumType(kind), asked),
    )
