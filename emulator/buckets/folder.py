"""Where files become objects: `reconcile` compares one path with its row and writes down the difference.

Everything that notices or makes a change ends here, and a change is one transaction: the row, its event, and what the
subscriber does about it. So an event happens if and only if the index changes, once, whoever noticed first. A newcomer
would stat, then write the row; between the two another process may have done the same, or the file may have changed
again. So the path is looked at once more inside the transaction, where nobody else can write rows.
"""

import hashlib
import os
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from emulator.buckets import events, index
from emulator.buckets.errors import ObjectBeingWrittenError
from emulator.buckets.events import ObjectEvent
from emulator.buckets.files import Files, fingerprint_of
from emulator.buckets.index import Description, Fingerprint, StoredObject
from emulator.buckets.keys import is_storable, is_temporary
from emulator.buckets.staging import StagedFile
from emulator.buckets.wholeness import is_whole
from emulator.ids import new_request_id
from emulator.state import Database
from emulator.units import MIB, utc_now

Subscriber = Callable[[sqlite3.Connection, ObjectEvent], None]
Precondition = Callable[[StoredObject | None], None]

_ATTEMPTS = 5
_CHUNK_BYTES = MIB
_CLOCK_TICK_NS = 20_000_000
"""Kernels stamp files with a clock that ticks every 1 to 10 ms; two writes within a tick get one time."""


@dataclass(frozen=True)
class _Content:
    etag: str
    settled: bool


class Folder:
    """The folders of one home's buckets, kept equal to the index."""

    def __init__(
        self,
        database: Database,
        path_of: Callable[[str], Path],
        on_event: Subscriber | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database = database
        self._path_of = path_of
        self._on_event = on_event
        self._clock = clock

    def files(self, bucket: str) -> Files:
        return Files(self._path_of(bucket))

    def reconcile(self, bucket: str, key: str, *, stillness_seconds: float | None = None) -> ObjectEvent | None:
        """
        Make the row of *key* equal to its file; return the event that this was, or None if nothing had changed.

        With *stillness_seconds*, a file that somebody still writes to raises ObjectBeingWrittenError (see `is_whole`);
        without, the caller knows that the file is whole. One that changes under our hands raises it either way.
        """
        if not is_storable(key):
            return None
        files = self.files(bucket)
        for _ in range(_ATTEMPTS):
            seen = files.fingerprint(key)
            with self._database.snapshot() as connection:
                row = index.get(connection, bucket, key)
            if _nothing_to_do(key, seen, row):
                return None
            content = None
            if seen is not None:
                content = self._read(bucket, key, seen, stillness_seconds)
                if content is None:
                    continue
            with self._database.transaction() as connection:
                if files.fingerprint(key) == seen:
                    return self._record(connection, bucket, key, seen, content)
        raise ObjectBeingWrittenError(bucket, key)

    def place(
        self,
        bucket: str,
        key: str,
        staged: StagedFile,
        description: Description,
        *,
        name: str = events.PUT,
        request_id: str | None = None,
        trace: str = "",
        precondition: Precondition | None = None,
    ) -> StoredObject:
        """
        Move a finished file into *key*'s place, with its row and event.

        The rename happens inside the transaction: a watcher that sees it waits, and then finds nothing left to do.
        *precondition* raises if the object that is there now forbids it.
        """
        files = self.files(bucket)
        with self._database.transaction() as connection:
            index.require_bucket(connection, bucket)
            if precondition is not None:
                precondition(index.get(connection, bucket, key))
            staged.stamp(time.time_ns())
            seen = files.move_in(staged.path, key)
            stored = self._stored(connection, bucket, key, seen, _Content(staged.etag, settled=True), description)
            index.put(connection, stored)
            self._publish(connection, self._event(stored, name, request_id, trace))
        return stored

    def remove(self, bucket: str, key: str, *, request_id: str | None = None, trace: str = "") -> ObjectEvent | None:
        """Delete the file and the row of *key*; None if there was no such object."""
        files = self.files(bucket)
        with self._database.transaction() as connection:
            files.remove(key)
            if index.get(connection, bucket, key) is None:
                return None
            return self._forget(connection, bucket, key, request_id, trace)

    def _read(self, bucket: str, key: str, seen: Fingerprint, stillness_seconds: float | None) -> _Content | None:
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
            etag = _digest(file)
            if fingerprint_of(os.fstat(file.fileno())) != seen:
                return None
        return _Content(etag, settled=abs(started_ns - seen.mtime_ns) > _CLOCK_TICK_NS)

    def _record(
        self, connection: sqlite3.Connection, bucket: str, key: str, seen: Fingerprint | None, content: _Content | None
    ) -> ObjectEvent | None:
        row = index.get(connection, bucket, key)
        if seen is None or content is None:
            return None if row is None else self._forget(connection, bucket, key, None)
        if row is not None and row.etag == content.etag and row.fingerprint[:2] == seen[:2]:
            # Same bytes, same time: a rename over an equal copy, or a file system that numbers its files anew.
            index.put(connection, replace(row, fingerprint=seen, settled=content.settled))
            return None
        index.require_bucket(connection, bucket)
        stored = self._stored(connection, bucket, key, seen, content, Description())
        index.put(connection, stored)
        return self._publish(connection, self._event(stored, events.PUT, None))

    def _forget(
        self, connection: sqlite3.Connection, bucket: str, key: str, request_id: str | None, trace: str = ""
    ) -> ObjectEvent:
        index.delete(connection, bucket, key)
        event = ObjectEvent(
            bucket=bucket,
            key=key,
            name=events.DELETE,
            sequencer=index.next_sequencer(connection, self._now_ns()),
            time=self._clock(),
            request_id=request_id or new_request_id(),
            trace=trace,
        )
        return self._publish(connection, event)

    def _stored(
        self,
        connection: sqlite3.Connection,
        bucket: str,
        key: str,
        seen: Fingerprint,
        content: _Content,
        description: Description,
    ) -> StoredObject:
        sequencer = index.next_sequencer(connection, self._now_ns())
        return StoredObject(bucket, key, seen, content.settled, content.etag, sequencer, description)

    def _event(self, stored: StoredObject, name: str, request_id: str | None, trace: str = "") -> ObjectEvent:
        return ObjectEvent(
            bucket=stored.bucket,
            key=stored.key,
            name=name,
            sequencer=stored.sequencer,
            time=self._clock(),
            request_id=request_id or new_request_id(),
            size_bytes=stored.size_bytes,
            etag=stored.etag,
            trace=trace,
        )

    def _publish(self, connection: sqlite3.Connection, event: ObjectEvent) -> ObjectEvent:
        if self._on_event is not None:
            self._on_event(connection, event)
        return event

    def _now_ns(self) -> int:
        return int(self._clock().timestamp() * 1_000_000) * 1000


def _nothing_to_do(key: str, seen: Fingerprint | None, row: StoredObject | None) -> bool:
    if row is None:
        return seen is None or is_temporary(key)
    return row.fingerprint == seen and row.settled


def _digest(file: BinaryIO) -> str:
    md5 = hashlib.md5(usedforsecurity=False)
    while chunk := file.read(_CHUNK_BYTES):
        md5.update(chunk)
    return md5.hexdigest()
