"""The rows of multipart uploads and of their parts. Nothing here looks at a blob."""

import dataclasses
import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from emulator.buckets.checksums import Algorithm, ChecksumType, UploadChecksum
from emulator.buckets.errors import NoSuchUploadError
from emulator.buckets.records import Description


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
