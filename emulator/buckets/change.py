"""One transaction on one bucket: rows, blobs and events happen together or not at all.

Here is what becomes of a version that another one replaces. A newcomer would delete its blob right away; the
transaction may still fail, so blobs are let go after it, and those that were made for it are removed if it fails.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime

from emulator.buckets import events, index, versions
from emulator.buckets.blobs import Blobs
from emulator.buckets.events import ObjectEvent
from emulator.buckets.index import BucketRow
from emulator.buckets.records import NULL_VERSION, OURSELVES, Content, Fingerprint, Origin, StoredObject, Version
from emulator.buckets.refusals import translated
from emulator.ids import new_request_id, new_version_id
from emulator.state import Database

Subscriber = Callable[[sqlite3.Connection, ObjectEvent], None]

_WRITING = "the change cannot be written down"
_NOTHING = Content("")
_EMPTY_ETAG = "d41d8cd98f00b204e9800998ecf8427e"
"""What the event of a delete marker has for an etag: that of no bytes."""


@dataclass(frozen=True)
class Removed:
    """What a removal came to. The id is that of the version that is gone, or of the marker that was made."""

    version_id: str
    is_marker: bool


class Change:
    """A transaction under way."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        bucket: BucketRow,
        blobs: Blobs,
        publish: Subscriber,
        now: Callable[[], datetime],
    ) -> None:
        self.connection = connection
        self.bucket = bucket
        self.let_go: list[str] = []
        self.made: list[str] = []
        self._blobs = blobs
        self._publish = publish
        self._now = now

    @property
    def keeps_versions(self) -> bool:
        """Tell whether a version may be wanted after it was replaced."""
        return self.bucket.versioning != ""

    def current(self, key: str) -> StoredObject | None:
        return index.get(self.connection, self.bucket.name, key)

    def make(self, blob: str) -> str:
        """Remove *blob*, which was made for this change, should it fail; return it."""
        self.made.append(blob)
        return blob

    def abandon(self) -> None:
        """Change nothing after all: what was made for it is removed."""
        self.let_go += self.made

    def keep(self, current: StoredObject | None, path: str) -> StoredObject | None:
        """Have *current*'s bytes, in the file at *path*, outlive that file if anybody may ask for them again."""
        if current is None or current.blob is not None or not self.keeps_versions:
            return current
        try:
            return replace(current, blob=self.make(self._blobs.link(path)))
        except FileNotFoundError:
            return current

    def write(
        self, stored: StoredObject, replaced: StoredObject | None, name: str | None, origin: Origin = OURSELVES
    ) -> tuple[StoredObject, ObjectEvent | None]:
        """
        Make *stored* the current version in place of *replaced*; with no *name* of an event, it happens silently.

        Its sequencer and version id are those that `next_sequencer` and `next_version_id` returned.
        """
        self._supersede(stored.key, replaced, stored.version_id)
        index.put(self.connection, stored)
        return stored, None if name is None else self.tell(stored, name, origin)

    def update(self, stored: StoredObject) -> None:
        """Write the current version's row anew: no other version, no event."""
        index.put(self.connection, stored)

    def remove(
        self, key: str, current: StoredObject | None, origin: Origin = OURSELVES, event: str = events.DELETE
    ) -> tuple[Removed, ObjectEvent]:
        """Remove the current version, its file being gone; a bucket that keeps versions gets a delete marker."""
        if current is not None:
            index.delete(self.connection, self.bucket.name, key)
        if not self.keeps_versions:
            self._drop(current)
            gone = current or self._blank(key, NULL_VERSION)
            return Removed(gone.version_id, False), self.tell(gone, event, origin)
        marker = self._blank(key, self.next_version_id())
        self._supersede(key, current, marker.version_id)
        versions.put(self.connection, marker, is_marker=True)
        return Removed(marker.version_id, True), self.tell(marker, event + events.MARKER_CREATED, origin)

    def remove_version(
        self, version: Version, origin: Origin = OURSELVES, event: str = events.DELETE
    ) -> tuple[Removed, ObjectEvent]:
        """Remove one version, or a marker, for good; whatever becomes current in its place is the caller's affair."""
        stored = version.stored
        if version.is_latest and not version.is_marker:
            index.delete(self.connection, stored.bucket, stored.key)
        else:
            versions.delete(self.connection, stored)
        self._drop(stored)
        return Removed(stored.version_id, version.is_marker), self.tell(stored, event, origin)

    def promote(self, version: Version, stored: StoredObject) -> None:
        """Make an older version the current one again, as *stored*, which says where its bytes are now."""
        versions.delete(self.connection, version.stored)
        index.put(self.connection, stored)

    def _supersede(self, key: str, replaced: StoredObject | None, new_version_id: str) -> None:
        if self.keeps_versions and new_version_id == NULL_VERSION:
            older = versions.get(self.connection, self.bucket.name, key, NULL_VERSION)
            if older is not None:
                versions.delete(self.connection, older.stored)
                self._drop(older.stored)
        if replaced is None:
            return
        is_overwritten = not self.keeps_versions or replaced.version_id == new_version_id == NULL_VERSION
        if is_overwritten or replaced.blob is None:  # without a blob, somebody wrote over its only bytes
            self._drop(replaced)
        else:
            versions.put(self.connection, replaced)

    def _drop(self, stored: StoredObject | None) -> None:
        if stored is not None and stored.blob is not None:
            self.let_go.append(stored.blob)

    def tell(self, stored: StoredObject, name: str, origin: Origin) -> ObjectEvent:
        """Publish what happened to *stored*."""
        is_created = name.startswith("ObjectCreated:")
        is_marker = name.endswith(events.MARKER_CREATED)
        is_there = is_created or name.startswith("ObjectTagging:")
        event = ObjectEvent(
            bucket=stored.bucket,
            key=stored.key,
            name=name,
            sequencer=stored.sequencer if is_created or is_marker else self.next_sequencer(),
            time=self._now(),
            request_id=origin.request_id or new_request_id(),
            size_bytes=stored.size_bytes if is_created else None,
            etag=stored.etag if is_there else _EMPTY_ETAG if is_marker else None,
            version_id=None if stored.version_id == NULL_VERSION else stored.version_id,
            trace=origin.trace,
        )
        self._publish(self.connection, event)
        return event

    def _blank(self, key: str, version_id: str) -> StoredObject:
        modified = Fingerprint(0, int(self._now().timestamp() * 1e9), 0)
        return StoredObject(
            self.bucket.name,
            key,
            modified,
            True,
            self.next_sequencer(),
            _NOTHING,
            version_id=version_id,
            in_folder=False,
        )

    def next_version_id(self) -> str:
        """Return the id of a version that is made now."""
        return new_version_id() if self.bucket.versioning == "Enabled" else NULL_VERSION

    def next_sequencer(self) -> str:
        """Return a sequencer greater than all before."""
        return index.next_sequencer(self.connection, int(self._now().timestamp() * 1_000_000) * 1000)


class Changes:
    """Opens changes on one home's buckets."""

    def __init__(
        self, database: Database, blobs: Blobs, on_event: Subscriber | None, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._publish = on_event or (lambda _connection, _event: None)
        self._clock = clock

    @contextmanager
    def on(self, bucket: str) -> Iterator[Change]:
        """Yield a change of *bucket* that is committed at the end, or undone by an exception."""
        made: list[str] = []
        try:
            with translated(_WRITING), self._database.transaction() as connection:
                row = index.require_bucket(connection, bucket)
                change = Change(connection, row, self._blobs, self._publish, self._clock)
                made = change.made
                yield change
        except BaseException:  # Ctrl-C undoes the transaction, too
            self._remove(made)
            raise
        if change.let_go:
            self._database.afterwards(lambda: self._remove(change.let_go))

    @contextmanager
    def together(self) -> Iterator[None]:
        """Have the changes that are made meanwhile be committed as one; each that fails is undone alone."""
        with translated(_WRITING), self._database.transaction():
            yield

    def _remove(self, names: list[str]) -> None:
        for name in names:
            with suppress(OSError):  # the change is made, or undone; what is left, `sweep` removes
                self._blobs.remove(name)
