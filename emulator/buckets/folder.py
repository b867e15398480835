"""Where files become objects: `reconcile` compares one path with its row and writes down the difference.

Everything that notices or makes a change ends here, and a change is one transaction: the row, its event, and what the
subscriber does about it. So an event happens if and only if the index changes, once, whoever noticed first. A newcomer
would stat, then write the row; between the two another process may have done the same, or the file may have changed
again. So the path is looked at once more inside the transaction, where nobody else can write rows.
"""

import hashlib
import os
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import BinaryIO

from emulator.buckets import events, index
from emulator.buckets.blobs import Blobs
from emulator.buckets.change import Change, Changes
from emulator.buckets.errors import ObjectBeingWrittenError
from emulator.buckets.events import ObjectEvent
from emulator.buckets.files import Files, fingerprint_of
from emulator.buckets.keys import is_storable, is_temporary
from emulator.buckets.records import Content, Fingerprint, StoredObject
from emulator.buckets.wholeness import is_whole
from emulator.state import Database
from emulator.units import MIB

_ATTEMPTS = 5
_MOST_EXPECTED = 1000
_CHUNK_BYTES = MIB
_CLOCK_TICK_NS = 20_000_000
"""Kernels stamp files with a clock that ticks every 1 to 10 ms; two writes within a tick get one time."""


@dataclass(frozen=True)
class _Reading:
    """What was found in a file; the blob is a copy of it."""

    etag: str
    settled: bool
    blob: str | None


class Folder:
    """The folders of one home's buckets, kept equal to the index."""

    def __init__(self, database: Database, path_of: Callable[[str], str], changes: Changes, blobs: Blobs) -> None:
        self._database = database
        self._path_of = path_of
        self._changes = changes
        self._blobs = blobs
        self._under_way: set[tuple[str, str]] = set()
        self._placed: dict[tuple[str, str], Fingerprint] = {}
        self._known: dict[str, tuple[int, Files]] = {}

    def files(self, bucket: str) -> Files:
        """Return the files of *bucket*; where its folder really is, is found out once for each folder it has had."""
        path = self._path_of(bucket)
        try:
            inode = os.lstat(path).st_ino
        except OSError:
            return Files(path)
        known = self._known.get(bucket)
        if known is None or known[0] != inode:
            known = self._known[bucket] = (inode, Files(path))
        return known[1]

    @contextmanager
    def placing(self, objects: Collection[tuple[str, str]]) -> Iterator[None]:
        """Put files in place, by bucket and key; what becomes of them is not known before the end."""
        self._under_way.update(objects)
        try:
            yield
        finally:
            self._under_way.difference_update(objects)

    def note(self, stored: StoredObject) -> None:
        """Expect that a watcher tells of *stored*, which we have just put in place ourselves: it is no news."""
        if len(self._placed) >= _MOST_EXPECTED:  # nobody watches
            self._placed.clear()
        self._placed[stored.bucket, stored.key] = stored.fingerprint

    def is_own(self, bucket: str, key: str) -> bool | None:
        """
        Tell whether the file of *key* is the one that was noted; it counts as seen then.

        None while it is being put in place: ask again, in a moment.
        """
        if (bucket, key) in self._under_way:
            return None
        placed = self._placed.pop((bucket, key), None)
        try:
            return placed is not None and placed == fingerprint_of(os.lstat(f"{self._path_of(bucket)}/{key}"))
        except OSError:
            return False

    def reconcile(self, bucket: str, key: str, *, stillness_seconds: float | None = None) -> ObjectEvent | None:
        """
        Make the row of *key* equal to its file; return the event that this was, or None if nothing had changed.

        With *stillness_seconds*, a file that somebody still writes to raises ObjectBeingWrittenError (see `is_whole`);
        without, the caller knows that the file is whole. One that changes under our hands raises it either way.
        """
        if not is_storable(key):
            return None
        files = self.files(bucket)
        if self.is_own(bucket, key):
            return None
        if (written := files.spelling(key)) != key:  # a program wrote to `a`, and that is the file `A`
            self.reconcile(bucket, written, stillness_seconds=stillness_seconds)
        for _ in range(_ATTEMPTS):
            if (difference := self._difference(bucket, key)) is None:
                return None
            seen, keeps_versions = difference
            reading = None
            if seen is not None:
                reading = self._read(bucket, key, seen, stillness_seconds, with_copy=keeps_versions)
                if reading is None:
                    continue
            with self._changes.on(bucket) as change:
                if reading is not None and reading.blob is not None:
                    change.make(reading.blob)
                if files.fingerprint(key) == seen:
                    return _record(change, bucket, key, seen, reading)
                change.abandon()
        raise ObjectBeingWrittenError(bucket, key)

    def follow(self, source: tuple[str, str], bucket: str, key: str) -> ObjectEvent | None:
        """
        Write down that the file of *source*, a bucket and a key, was moved to *key*: a copy, with its description.

        None if the file at *key* is not the one that the row of *source* knows, or is known already; `reconcile` then
        tells what it is. Nothing is read here, and the row of *source* stays: `reconcile` of both is to follow. So the
        removal is told once, whoever notices it first and whatever ends us in between.
        """
        with self._database.reading() as connection:
            if not is_storable(key) or index.get(connection, *source) is None:
                return None  # a temporary file that has got its name, as a rule: nothing to be written
        with self._changes.on(bucket) as change:
            row = index.get(change.connection, *source)
            seen = self.files(bucket).fingerprint(key)
            current = change.current(key)
            if row is None or not row.in_folder or row.fingerprint != seen:
                return None
            if self.files(row.bucket).fingerprint(row.key) == seen or (current and current.fingerprint == seen):
                return None  # a link to a file that still has its old name, or one that somebody noticed before us
            copy = self._blobs.link(str(self._blobs.path(row.blob))) if row.blob and change.keeps_versions else None
            if copy is not None:
                change.make(copy)
            is_complete = copy is not None or not change.keeps_versions  # else the next look makes the copy
            found = replace(
                row,
                bucket=bucket,
                key=key,
                settled=row.settled and is_complete,
                sequencer=change.next_sequencer(),
                version_id=change.next_version_id(),
                blob=copy,
            )
            return change.write(found, current, events.COPY)[1]

    def _difference(self, bucket: str, key: str) -> tuple[Fingerprint | None, bool] | None:
        """
        Return what the file looks like and whether its bucket keeps versions; None if the file is what its row says.

        The second look is one where nobody else writes: one of us may have put the file in place, and not yet its row.
        """
        files = self.files(bucket)
        for beginning in (self._database.snapshot, self._database.transaction):
            with beginning() as connection:
                seen = files.fingerprint(key)
                if _nothing_to_do(key, seen, index.get(connection, bucket, key)):
                    return None
                keeps_versions = index.require_bucket(connection, bucket).versioning != ""
        return seen, keeps_versions

    def _read(
        self, bucket: str, key: str, seen: Fingerprint, stillness_seconds: float | None, *, with_copy: bool
    ) -> _Reading | None:
        """Hash the file; None if it is not, or no longer, the one that was *seen*."""
        file = self.files(bucket).open(key)
        if file is None:
            return None
        with file:
            if fingerprint_of(os.fstat(file.fileno())) != seen:
                return None
            started_ns = time.time_ns()
            if stillness_seconds is not None and not is_whole(
                file.fileno(), mtime_ns=seen.mtime_ns, now_ns=started_ns, stillness_seconds=stillness_seconds
            ):
                raise ObjectBeingWrittenError(bucket, key)
            blob = self._blobs.copy(file) if with_copy else None
            etag = digest_of(file)
            if fingerprint_of(os.fstat(file.fileno())) != seen:
                if blob is not None:
                    self._blobs.remove(blob)
                return None
        return _Reading(etag, abs(started_ns - seen.mtime_ns) > _CLOCK_TICK_NS, blob)


def digest_of(file: BinaryIO) -> str:
    """Return the MD5 of all of *file*, in hex."""
    file.seek(0)
    md5 = hashlib.md5(usedforsecurity=False)
    while chunk := file.read(_CHUNK_BYTES):
        md5.update(chunk)
    return md5.hexdigest()


def _record(
    change: Change, bucket: str, key: str, seen: Fingerprint | None, reading: _Reading | None
) -> ObjectEvent | None:
    row = change.current(key)
    if seen is None or reading is None:
        if row is None or not row.in_folder:
            return None
        return change.remove(key, row)[1]
    if row is not None and row.in_folder and _is_same(row, seen, reading):
        # Same bytes, same time: a rename over an equal copy, or a file system that numbers its files anew.
        kept = reading.blob if row.blob is None else row.blob
        if reading.blob is not None and kept != reading.blob:
            change.let_go.append(reading.blob)
        change.update(replace(row, fingerprint=seen, settled=reading.settled, blob=kept))
        return None
    found = StoredObject(
        bucket=bucket,
        key=key,
        fingerprint=seen,
        settled=reading.settled,
        sequencer=change.next_sequencer(),
        content=Content(reading.etag),
        version_id=change.next_version_id(),
        blob=reading.blob,
    )
    return change.write(found, row, events.PUT)[1]


def _is_same(row: StoredObject, seen: Fingerprint, reading: _Reading) -> bool:
    is_multipart = "-" in row.etag  # an etag that the bytes alone do not tell
    return row.fingerprint[:2] == seen[:2] and (is_multipart or row.etag == reading.etag)


def _nothing_to_do(key: str, seen: Fingerprint | None, row: StoredObject | None) -> bool:
    if row is None:
        return seen is None or is_temporary(key)
    if not row.in_folder:
        return seen is None
    return row.fingerprint == seen and row.settled
