"""Where an object's bytes lie: in its bucket's folder, or in the blob store if the folder cannot hold the key.

Everything here changes bytes and rows together. A file is renamed within the transaction: a watcher that sees it waits,
and then finds nothing left to do.
"""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from emulator.buckets import events, versions
from emulator.buckets.blobs import Blobs
from emulator.buckets.change import Change, Changes, Removed
from emulator.buckets.errors import KeyClashError, NoSuchVersionError, UnstorableKeyError
from emulator.buckets.files import Files, fingerprint_of
from emulator.buckets.keys import is_storable
from emulator.buckets.records import OURSELVES, Content, Description, Fingerprint, Origin, StoredObject, Version
from emulator.buckets.staging import StagedFile
from emulator.errors import ConflictError

Precondition = Callable[[StoredObject | None], None]


@dataclass(frozen=True)
class Writing:
    """What a write is besides its bytes: the event that tells of it, who asked, and what must hold beforehand."""

    event: str = events.PUT
    origin: Origin = OURSELVES
    precondition: Precondition | None = None
    """Raises if the object that is there now, None for none, forbids the write."""
    also: Callable[[Change], None] = lambda change: None
    """What else happens in the same transaction, before it."""
    then: Callable[[Change, StoredObject], None] = lambda change, written: None
    """What else happens in the same transaction, once it is known what was written."""


class UnnoticedChangeError(ConflictError):
    """Somebody changed the file, and nobody has made that known yet: it is a version, too."""

    def __init__(self, bucket: str, key: str) -> None:
        super().__init__(f"s3://{bucket}/{key} has just been changed")


PUT = Writing()
COPY = Writing(event=events.COPY)


class Store:
    """Puts bytes in place and takes them away."""

    def __init__(self, changes: Changes, files: Callable[[str], Files], blobs: Blobs, staging: Path) -> None:
        self._changes = changes
        self._files = files
        self._blobs = blobs
        self._staging = staging

    def place(
        self, bucket: str, key: str, staged: StagedFile, content: Content, description: Description, writing: Writing
    ) -> StoredObject:
        """Make *staged* the current version of *key*, over whatever was there."""
        with self._changes.on(bucket) as change:
            current = change.current(key)
            if writing.precondition is not None:
                writing.precondition(current)
            writing.also(change)
            staged.stamp(time.time_ns())
            blob = None
            if change.keeps_versions:
                self._check_noticed(current, bucket, key)
                if is_storable(key):
                    current = change.keep(current, self._files(bucket).path(key))
                blob = change.make(self._copy(staged))
            seen, in_folder, blob = self._lay(change, key, staged, blob)
            stored = StoredObject(
                bucket=bucket,
                key=key,
                fingerprint=seen,
                settled=True,
                sequencer=change.next_sequencer(),
                content=content,
                description=description,
                version_id=change.next_version_id(),
                in_folder=in_folder,
                blob=blob,
            )
            written, _ = change.write(stored, current, writing.event, writing.origin)
            writing.then(change, written)
            return written

    def remove(
        self,
        bucket: str,
        key: str,
        origin: Origin,
        event: str = events.DELETE,
        precondition: Precondition | None = None,
    ) -> Removed | None:
        """Remove the current version; None if there is none and nothing is to be written down about it."""
        files = self._files(bucket)
        with self._changes.on(bucket) as change:
            current = change.current(key)
            if precondition is not None:
                precondition(current)
            if is_storable(key):
                current = change.keep(current, files.path(key))
                if current is None or current.in_folder:
                    files.remove(key)
            if current is None and not change.keeps_versions:
                return None
            return change.remove(key, current, origin, event)[0]

    def remove_version(
        self,
        bucket: str,
        key: str,
        version_id: str,
        origin: Origin,
        event: str = events.DELETE,
        precondition: Precondition | None = None,
    ) -> Removed | None:
        """Remove one version or marker for good; the newest of those that are left becomes current."""
        with self._changes.on(bucket) as change:
            version = find_version(change, key, version_id)
            if precondition is not None:
                precondition(None if version is None else version.stored)
            if version is None:
                return None
            if version.stored.in_folder:
                self._files(bucket).remove(key)
            removed, _ = change.remove_version(version, origin, event)
            if version.is_latest:
                self._restore(change, key)
            return removed

    def set_tags(self, stored: StoredObject, tags: Mapping[str, str] | None, origin: Origin) -> StoredObject:
        """Write other tags, or with None no tags, into the row of *stored*, whichever version it is."""
        with self._changes.on(stored.bucket) as change:
            version = find_version(change, stored.key, stored.version_id)
            if version is None:
                raise NoSuchVersionError(stored.bucket, stored.key, stored.version_id)
            tagged = replace(version.stored, description=replace(version.stored.description, tags=tags or {}))
            if version.is_latest:
                change.update(tagged)
            else:
                versions.describe(change.connection, tagged)
            change.tell(tagged, events.TAGS_DELETE if tags is None else events.TAGS_PUT, origin)
        return tagged

    def _restore(self, change: Change, key: str) -> None:
        """Bring the newest version back, unless it is a marker."""
        newest = versions.newest(change.connection, change.bucket.name, key)
        if newest is None or newest.is_marker or newest.stored.blob is None:
            return
        with StagedFile(self._staging) as staged, self._blobs.open(newest.stored.blob) as source:
            staged.append(source)
            staged.stamp(newest.stored.fingerprint.mtime_ns)
            seen, in_folder, blob = self._lay(change, key, staged, newest.stored.blob)
            change.promote(newest, replace(newest.stored, fingerprint=seen, in_folder=in_folder, blob=blob))

    def _lay(
        self, change: Change, key: str, staged: StagedFile, blob: str | None
    ) -> tuple[Fingerprint, bool, str | None]:
        """Move the file *staged*, of which *blob* is a copy, to where it belongs; tell whether that is the folder."""
        try:
            seen = self._files(change.bucket.name).move_in(staged.path, key)
        except (KeyClashError, UnstorableKeyError):
            seen = fingerprint_of(os.stat(staged.path))._replace(inode=0)  # noqa: PTH116
            return seen, False, blob or change.make(self._blobs.take(staged.path))
        staged.moved()
        return seen, True, blob

    def _check_noticed(self, current: StoredObject | None, bucket: str, key: str) -> None:
        """Raise UnnoticedChangeError if the file of *key* is not the one that the row tells of."""
        if not is_storable(key) or (current is not None and not current.in_folder):
            return
        if self._files(bucket).fingerprint(key) != (None if current is None else current.fingerprint):
            raise UnnoticedChangeError(bucket, key)

    def _copy(self, staged: StagedFile) -> str:
        with staged.open() as file:
            return self._blobs.copy(file)


def find_version(change: Change, key: str, version_id: str) -> Version | None:
    """Return a version or marker of *key*, the current one too."""
    current = change.current(key)
    if current is not None and current.version_id == version_id:
        return Version(current, is_marker=False, is_latest=True)
    version = versions.get(change.connection, change.bucket.name, key, version_id)
    if version is None or current is not None:
        return version
    newest = versions.newest(change.connection, change.bucket.name, key)
    is_latest = newest is not None and newest.stored.sequencer == version.stored.sequencer
    return replace(version, is_latest=is_latest)
