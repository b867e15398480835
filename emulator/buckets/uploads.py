"""Multipart uploads: parts that come in any order, each a blob, and become one object or nothing."""

import binascii
import hashlib
import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from emulator.buckets import events, index, upload_rows
from emulator.buckets.blobs import Blobs
from emulator.buckets.change import Change, Changes
from emulator.buckets.checksums import (
    Part,
    UploadChecksum,
    checksum_of_parts,
    completed_part_fits,
    decoded,
)
from emulator.buckets.errors import (
    EntityTooSmallError,
    InvalidPartError,
    InvalidPartOrderError,
)
from emulator.buckets.keys import check_key
from emulator.buckets.listing import cut, grouped, key_range
from emulator.buckets.objects import check_description
from emulator.buckets.records import Content, Description, Origin, StoredObject
from emulator.buckets.staging import StagedFile
from emulator.buckets.store import Precondition, Store, Writing
from emulator.buckets.upload_rows import Upload, UploadedPart
from emulator.ids import new_upload_id
from emulator.state import Database
from emulator.units import MIB

MAX_PARTS = 10_000
_Read = Callable[[str, bool], Iterator["Upload"]]
_MIN_PART_BYTES = 5 * MIB


@dataclass(frozen=True)
class UploadPage:
    """Part of a listing; `next_key` and `next_id` are what the following page starts after."""

    uploads: tuple[Upload, ...]
    common_prefixes: tuple[str, ...]
    next_key: str | None
    next_id: str | None


@dataclass(frozen=True)
class Completion:
    """
    What CompleteMultipartUpload says: the parts as its document has them, in the object's order.

    `check`, given the whole object's checksum, raises if the request gave another.
    """

    parts: Sequence[Mapping[str, Any]]
    check: Callable[[str], None]
    origin: Origin
    precondition: Precondition | None = None


class Uploads:
    """The multipart uploads of one home's buckets."""

    def __init__(self, database: Database, changes: Changes, store: Store, blobs: Blobs, staging: Path) -> None:
        self._database = database
        self._changes = changes
        self._store = store
        self._blobs = blobs
        self._staging = staging

    def create(self, bucket: str, key: str, description: Description, checksum: UploadChecksum) -> Upload:
        """Begin an upload."""
        check_key(key)
        check_description(description)
        upload = Upload(new_upload_id(), bucket, key, datetime.now(UTC), description, checksum)
        with self._changes.on(bucket) as change:
            upload_rows.insert(change.connection, upload)
        return upload

    def get(self, bucket: str, key: str, upload_id: str) -> Upload:
        """Return an upload; NoSuchUploadError if it is complete, aborted, or of another key."""
        with self._database.snapshot() as connection:
            index.require_bucket(connection, bucket)
            return upload_rows.find(connection, bucket, key, upload_id)

    def stage(self) -> StagedFile:
        """Return where a part's bytes go until `put_part`."""
        return StagedFile(self._staging)

    def put_part(self, upload: Upload, number: int, staged: StagedFile, checksums: Mapping[str, str]) -> UploadedPart:
        """Make *staged* the part *number*, over the one that was there."""
        staged.stamp(time.time_ns())
        with self._changes.on(upload.bucket) as change:
            upload_rows.find(change.connection, upload.bucket, upload.key, upload.id)
            blob = change.make(self._blobs.take(staged.path))
            part = UploadedPart(number, staged.size_bytes, datetime.now(UTC), staged.etag, checksums, blob)
            before = upload_rows.parts(change.connection, upload.id, number - 1, 1)
            change.let_go += [old.blob for old in before if old.number == number]
            upload_rows.put_part(change.connection, upload.id, part)
        return part

    def parts(self, upload: Upload, *, after: int = 0, limit: int = MAX_PARTS) -> list[UploadedPart]:
        """Return up to *limit* parts of an upload, by number."""
        with self._database.reading() as connection:
            return list(upload_rows.parts(connection, upload.id, after, limit))

    def page(
        self,
        bucket: str,
        *,
        prefix: str = "",
        delimiter: str = "",
        start_key: str = "",
        start_id: str = "",
        limit: int = 1000,
    ) -> UploadPage:
        """
        Return a page of the uploads under way, by key and time.

        It starts after all uploads of *start_key*, or after the upload *start_id* of it.
        """
        with self._database.snapshot() as connection:
            index.require_bucket(connection, bucket)

            def read(start: str, inclusive: bool) -> Iterator[Upload]:
                where, values = key_range(bucket, prefix, start, inclusive=inclusive)
                sql = f"SELECT * FROM upload WHERE {where} ORDER BY key, id"  # noqa: S608
                return map(upload_rows.upload_of, connection.execute(sql, values))

            entries: Iterator[Upload | str] = grouped(read, prefix, delimiter, start_key)
            if start_id:
                entries = _chain_after(read, start_key, start_id, entries)
            found, prefixes, next_key = cut(entries, limit)
        ends_with_upload = next_key is not None and found and found[-1].key == next_key
        return UploadPage(found, prefixes, next_key, found[-1].id if ends_with_upload else None)

    def complete(self, upload: Upload, completion: Completion) -> StoredObject:
        """Make one object of the parts that *completion* names, and forget the upload."""
        parts = self._chosen(upload, completion.parts)
        content = _content(upload, parts)
        completion.check(content.checksums[upload.checksum.algorithm.member])
        with StagedFile(self._staging) as staged:
            for part in parts:
                with self._blobs.open(part.blob) as source:
                    staged.append(source)
            writing = Writing(
                events.COMPLETE, completion.origin, completion.precondition, lambda change: _close(change, upload)
            )
            return self._store.place(upload.bucket, upload.key, staged, content, upload.description, writing)

    def abort(self, upload: Upload) -> None:
        """Forget an upload and its parts; nothing of it is ever seen."""
        with self._changes.on(upload.bucket) as change:
            _close(change, upload)

    def _chosen(self, upload: Upload, asked: Sequence[Mapping[str, Any]]) -> list[UploadedPart]:
        numbers = [part["PartNumber"] for part in asked]
        if any(second <= first for first, second in itertools.pairwise(numbers)):
            raise InvalidPartOrderError
        uploaded = {part.number: part for part in self.parts(upload)}
        chosen = []
        for wanted in asked:
            number, etag = wanted["PartNumber"], str(wanted.get("ETag", "")).strip('"')
            part = uploaded.get(number)
            if part is None or part.etag != etag or not _fits(upload, part, wanted):
                raise InvalidPartError(upload.id, number, etag)
            chosen.append(part)
        for part in chosen[:-1]:
            if part.size_bytes < _MIN_PART_BYTES:
                raise EntityTooSmallError(part.size_bytes, _MIN_PART_BYTES, part.number, part.etag)
        return chosen


def _fits(upload: Upload, part: UploadedPart, wanted: Mapping[str, Any]) -> bool:
    return completed_part_fits(upload.checksum, part.number, wanted, _digest(upload, part))


def _digest(upload: Upload, part: UploadedPart) -> bytes | None:
    algorithm = upload.checksum.algorithm
    return decoded(algorithm, part.checksums.get(algorithm.member, ""))


def _content(upload: Upload, parts: Sequence[UploadedPart]) -> Content:
    etags = hashlib.md5(b"".join(binascii.unhexlify(part.etag) for part in parts), usedforsecurity=False)
    whole = checksum_of_parts(upload.checksum, [Part(_digest(upload, part) or b"", part.size_bytes) for part in parts])
    return Content(
        etag=f"{etags.hexdigest()}-{len(parts)}",
        checksums={upload.checksum.algorithm.member: whole, "ChecksumType": upload.checksum.type},
        parts=tuple({"PartNumber": part.number, "Size": part.size_bytes} | dict(part.checksums) for part in parts),
    )


def _close(change: Change, upload: Upload) -> None:
    upload_rows.find(change.connection, upload.bucket, upload.key, upload.id)  # somebody else may have been quicker
    change.let_go += [part.blob for part in upload_rows.parts(change.connection, upload.id, 0, MAX_PARTS)]
    upload_rows.delete(change.connection, upload.id)


def _chain_after(read: _Read, start_key: str, start_id: str, rest: Iterator[Upload | str]) -> Iterator[Upload | str]:
    """Yield the other uploads of *start_key* that come after *start_id*, then *rest*."""
    for upload in read(start_key, True):
        if upload.key != start_key:
            break
        if upload.id > start_id:
            yield upload
    yield from rest
