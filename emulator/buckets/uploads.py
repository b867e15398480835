"""
Multipart uploads: parts that come in any order, each a blob, and become one object or nothing.

A newcomer would look the parts up, put them together and forget the upload. Meanwhile others replace parts, abort the
upload or complete it too: so the transaction that makes the object checks that all is still as it was looked up.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from emulator.buckets import events, index, upload_rows
from emulator.buckets.blobs import Blobs
from emulator.buckets.change import Change, Changes
from emulator.buckets.checksums import UploadChecksum
from emulator.buckets.completion import Completion, chosen, content_of, etag_of
from emulator.buckets.errors import NoSuchUploadError, OperationAbortedError, PreconditionFailedError
from emulator.buckets.keys import check_key
from emulator.buckets.listing import common_prefix, cut, grouped, key_range
from emulator.buckets.objects import Objects, check_description
from emulator.buckets.records import Content, Description, StoredObject
from emulator.buckets.staging import StagedFile
from emulator.buckets.store import Writing
from emulator.buckets.upload_rows import Completed, Upload, UploadedPart
from emulator.ids import new_upload_id
from emulator.state import Database

MAX_PARTS = 10_000
_Read = Callable[[str, bool], Iterator["Upload"]]
_ATTEMPTS = 5


@dataclass(frozen=True)
class UploadPage:
    """Part of a listing; `next_key` and `next_id` are what the following page starts after."""

    uploads: tuple[Upload, ...]
    common_prefixes: tuple[str, ...]
    next_key: str | None
    next_id: str | None


class _ReplacedError(Exception):
    """A part was replaced while it was put together with others."""


class Uploads:
    """The multipart uploads of one home's buckets."""

    def __init__(self, database: Database, changes: Changes, objects: Objects, blobs: Blobs, staging: Path) -> None:
        self._database = database
        self._changes = changes
        self._objects = objects
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
            if start_id and start_key.startswith(prefix) and common_prefix(start_key, prefix, delimiter) is None:
                entries = _chain_after(read, start_key, start_id, entries)
            found, prefixes, next_key = cut(entries, limit)
        ends_with_upload = next_key is not None and found and found[-1].key == next_key
        return UploadPage(found, prefixes, next_key, found[-1].id if ends_with_upload else None)

    def complete(self, bucket: str, key: str, upload_id: str, completion: Completion) -> Completed:
        """
        Make one object of the parts that *completion* names, and forget the upload.

        Whoever asks again within a day, having lost the answer, gets the same once more: nothing happens twice.

        Raises:
            NoSuchUploadError: The upload is aborted, of another key, or was completed with other parts.
            InvalidRequestError: InvalidPart, InvalidPartOrder, EntityTooSmall, or the checksum or size is another.
        """
        try:
            return self._complete(bucket, key, upload_id, completion)
        except (NoSuchUploadError, PreconditionFailedError):
            with self._database.reading() as connection:
                done = upload_rows.completed(connection, bucket, key, upload_id)
                current = index.get(connection, bucket, key)
            if done is None or done.etag != etag_of([str(part.get("ETag", "")) for part in completion.parts]):
                raise
            return replace(done, stored=current) if current is not None and done.is_still(current) else done

    def abort(self, upload: Upload) -> None:
        """Forget an upload and its parts; nothing of it is ever seen."""
        with self._changes.on(upload.bucket) as change:
            _close(change, upload)

    def _complete(self, bucket: str, key: str, upload_id: str, completion: Completion) -> Completed:
        for _ in range(_ATTEMPTS):
            with self._database.snapshot() as connection:
                index.require_bucket(connection, bucket)
                upload = upload_rows.find(connection, bucket, key, upload_id)
                uploaded = {part.number: part for part in upload_rows.parts(connection, upload_id, 0, MAX_PARTS)}
            parts = chosen(upload, uploaded, completion.parts)
            content = content_of(upload, parts, completion)
            try:
                return self._assemble(upload, parts, content, completion)
            except _ReplacedError:
                continue
        raise OperationAbortedError

    def _assemble(
        self, upload: Upload, parts: Sequence[UploadedPart], content: Content, completion: Completion
    ) -> Completed:
        done: list[Completed] = []

        def record(change: Change, written: StoredObject) -> None:
            done.append(Completed.of(written, keeps_versions=change.keeps_versions))
            upload_rows.complete(change.connection, upload.id, done[0], time.time())

        writing = Writing(
            events.COMPLETE,
            completion.origin,
            completion.precondition,
            also=lambda change: _close(change, upload, parts),
            then=record,
        )
        with self._objects.stage(upload.bucket, upload.key, upload.description) as staged:
            for part in parts:
                try:
                    source = self._blobs.open(part.blob)
                except FileNotFoundError as error:
                    raise _ReplacedError from error
                with source:
                    staged.append(source)
            self._objects.place(upload.bucket, upload.key, staged, upload.description, content=content, writing=writing)
        return done[0]


def _close(change: Change, upload: Upload, used: Sequence[UploadedPart] = ()) -> None:
    """Forget an upload and let its blobs go, if nobody was quicker."""
    upload_rows.find(change.connection, upload.bucket, upload.key, upload.id)
    blobs = [part.blob for part in upload_rows.parts(change.connection, upload.id, 0, MAX_PARTS)]
    if not {part.blob for part in used}.issubset(blobs):
        raise _ReplacedError
    change.let_go += blobs
    upload_rows.delete(change.connection, upload.id)


def _chain_after(read: _Read, start_key: str, start_id: str, rest: Iterator[Upload | str]) -> Iterator[Upload | str]:
    """Yield the other uploads of *start_key* that come after *start_id*, then *rest*."""
    for upload in read(start_key, True):
        if upload.key != start_key:
            break
        if upload.id > start_id:
            yield upload
    yield from rest
