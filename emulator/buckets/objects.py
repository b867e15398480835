"""Objects, as a program uses them: put, get, copy, delete. Each is whole or not at all."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from os import fstat
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from emulator.buckets import events, index, versions
from emulator.buckets.blobs import Blobs
from emulator.buckets.change import Removed
from emulator.buckets.errors import (
    DeletedObjectError,
    MarkerNotAllowedError,
    MetadataTooLargeError,
    NoSuchKeyError,
    NoSuchVersionError,
    ObjectBeingWrittenError,
)
from emulator.buckets.files import fingerprint_of
from emulator.buckets.folder import Folder, digest_of
from emulator.buckets.keys import check_key, is_storable
from emulator.buckets.records import OURSELVES, Content, Description, Entry, Origin, Page, StoredObject
from emulator.buckets.staging import StagedFile
from emulator.buckets.store import COPY, PUT, Precondition, Store, UnnoticedChangeError, Writing
from emulator.buckets.versions import VersionPage
from emulator.state import Database

CHUNK_BYTES = 1024 * 1024
_MAX_METADATA_BYTES = 2048
_ATTEMPTS = 5
_STILLNESS_SECONDS = 2.0


@dataclass(frozen=True)
class OpenObject:
    """An object and its bytes, which belong together even if the key gets others meanwhile. Close it."""

    stored: StoredObject
    file: BinaryIO
    may_change: bool = False
    """Whether it is a file of the bucket's folder, which programs may write to while it is read."""

    def check_unchanged(self) -> None:
        """Raise ObjectBeingWrittenError if what was read so far may not be what the record tells of."""
        if self.may_change and fingerprint_of(fstat(self.file.fileno())) != self.stored.fingerprint:
            raise ObjectBeingWrittenError(self.stored.bucket, self.stored.key)

    def __enter__(self) -> "OpenObject":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.file.close()


class Objects:
    """The objects of one home's buckets."""

    def __init__(self, database: Database, folder: Folder, store: Store, blobs: Blobs, staging: Path) -> None:
        self._database = database
        self._folder = folder
        self._store = store
        self._blobs = blobs
        self._staging = staging

    def stage(self, bucket: str, key: str, description: Description | None = None) -> StagedFile:
        """Begin an object: refuse now what could not be stored, and return where its bytes go until `place`."""
        self._check_bucket(bucket)
        check_key(key)
        check_description(description or Description())
        return StagedFile(self._staging)

    def place(
        self,
        bucket: str,
        key: str,
        staged: StagedFile,
        description: Description | None = None,
        *,
        content: Content | None = None,
        writing: Writing = PUT,
    ) -> StoredObject:
        """Make *staged* the object *key*; *content* says what its bytes are, if more than their MD5 is known."""
        if writing.precondition is not None:
            self._folder.reconcile(bucket, key, stillness_seconds=0)
        chosen, described = content or Content(staged.etag), description or Description()
        for _ in range(_ATTEMPTS):
            with suppress(UnnoticedChangeError):
                stored = self._store.place(bucket, key, staged, chosen, described, writing)
                self._folder.note(stored)
                return stored
            self._folder.reconcile(bucket, key, stillness_seconds=0)
        raise ObjectBeingWrittenError(bucket, key)

    def put(
        self,
        bucket: str,
        key: str,
        source: BinaryIO,
        description: Description | None = None,
        writing: Writing = PUT,
    ) -> StoredObject:
        """Store all that *source* has left to read."""
        with self.stage(bucket, key, description) as staged:
            while chunk := source.read(CHUNK_BYTES):
                staged.write(chunk)
            return self.place(bucket, key, staged, description, writing=writing)

    def open(self, bucket: str, key: str, version_id: str | None = None) -> OpenObject:
        """
        Return the object and its open file; a file that changed since its row was written is made known first.

        ObjectBeingWrittenError if somebody is writing to the file at this moment.
        """
        check_key(key)
        if version_id is not None:
            return self._open_version(bucket, key, version_id)
        for _ in range(_ATTEMPTS):
            if (opened := self.open_known(bucket, key)) is not None:
                return opened
            self._folder.reconcile(bucket, key, stillness_seconds=_STILLNESS_SECONDS)
            if self._row(bucket, key) is None:
                raise self._missing(bucket, key)
        raise ObjectBeingWrittenError(bucket, key)

    def open_known(self, bucket: str, key: str) -> OpenObject | None:
        """
        Return what `open` does, if the row is right: that is soon known, and waits for nobody.

        None if there is no object, or somebody changed its file, and it must be read to tell.
        """
        check_key(key)
        stored = self._row(bucket, key)
        if stored is None:
            return None
        if not stored.in_folder:
            try:
                return self._open_blob(stored)
            except NoSuchKeyError:
                if self._row(bucket, key) == stored:
                    raise
                return None  # others came in between, and what they wrote is elsewhere
        file = self._folder.files(bucket).open(key) if is_storable(key) else None
        if file is None:
            return None
        if stored.fingerprint != fingerprint_of(fstat(file.fileno())):
            file.close()
            return None
        return OpenObject(stored, file, may_change=True)

    def head(self, bucket: str, key: str, version_id: str | None = None) -> StoredObject:
        """Return the object's record."""
        with self.open(bucket, key, version_id) as opened:
            return opened.stored

    def copy(
        self,
        source: OpenObject,
        bucket: str,
        key: str,
        description: Description | None = None,
        writing: Writing = COPY,
        watch: Callable[[str], None] = lambda path: None,
    ) -> StoredObject:
        """
        Copy *source*; its description comes along unless another is given.

        *watch* is told the path of the file that grows, before it does.
        """
        chosen = source.stored.description if description is None else description
        with self.stage(bucket, key, chosen) as staged:
            watch(staged.path)
            staged.append(source.file)
            source.check_unchanged()
            etag = source.stored.etag
            if "-" in etag:  # that of a multipart upload: the copy is none
                with staged.open() as written:
                    etag = digest_of(written)
            return self.place(
                bucket, key, staged, chosen, content=Content(etag, _kept_checksums(source)), writing=writing
            )

    def delete(
        self,
        bucket: str,
        key: str,
        version_id: str | None = None,
        *,
        origin: Origin = OURSELVES,
        event: str = events.DELETE,
        precondition: Precondition | None = None,
    ) -> Removed | None:
        """
        Delete an object, or a version for good; None if there was none, which is a success, as on AWS.

        *precondition* raises if what is there now, None for nothing, is not to be deleted.
        """
        self._check_bucket(bucket)
        check_key(key)
        if version_id is not None:
            return self._store.remove_version(bucket, key, version_id, origin, event, precondition)
        if precondition is not None or self._keeps_versions(bucket):
            self._folder.reconcile(bucket, key, stillness_seconds=0)
        return self._store.remove(bucket, key, origin, event, precondition)

    def set_tags(
        self,
        bucket: str,
        key: str,
        tags: Mapping[str, str] | None,
        version_id: str | None = None,
        origin: Origin = OURSELVES,
    ) -> StoredObject:
        """Replace the tags of an object or of a version of it; None removes them."""
        stored = self.head(bucket, key, version_id)
        return self._store.set_tags(stored, tags, origin)

    def page(
        self, bucket: str, *, prefix: str = "", delimiter: str = "", start_after: str = "", limit: int = 1000
    ) -> Page[StoredObject]:
        """Return a page of the bucket's listing, from the index; see `index.page`."""
        with self._database.snapshot() as connection:
            index.require_bucket(connection, bucket)
            return index.page(
                connection, bucket, prefix=prefix, delimiter=delimiter, start_after=start_after, limit=limit
            )

    def entries(
        self, bucket: str, *, prefix: str = "", delimiter: str = "", start_after: str = "", limit: int = 1000
    ) -> Page[Entry]:
        """Return a page with what a listing shows; see `index.entries`."""
        with self._database.snapshot() as connection:
            index.require_bucket(connection, bucket)
            return index.entries(
                connection, bucket, prefix=prefix, delimiter=delimiter, start_after=start_after, limit=limit
            )

    def all(self, bucket: str, prefix: str = "") -> Iterator[StoredObject]:
        """Yield every object under *prefix*, page by page."""
        start: str | None = ""
        while start is not None:
            page = self.page(bucket, prefix=prefix, start_after=start)
            yield from page.objects
            start = page.next_start

    def versions(
        self,
        bucket: str,
        *,
        prefix: str = "",
        delimiter: str = "",
        start_key: str = "",
        start_version: str | None = None,
        limit: int = 1000,
    ) -> VersionPage:
        """Return a page of the bucket's versions and delete markers; see `versions.page`."""
        with self._database.snapshot() as connection:
            index.require_bucket(connection, bucket)
            return versions.page(
                connection,
                bucket,
                prefix=prefix,
                delimiter=delimiter,
                start_key=start_key,
                start_version=start_version,
                limit=limit,
            )

    def _open_version(self, bucket: str, key: str, version_id: str) -> OpenObject:
        with self._database.snapshot() as connection:
            index.require_bucket(connection, bucket)
            current = index.get(connection, bucket, key)
            version = versions.get(connection, bucket, key, version_id)
        if current is not None and current.version_id == version_id:
            opened = self.open(bucket, key)
            if opened.stored.version_id == version_id:
                return opened
            opened.file.close()
            return self._open_version(bucket, key, version_id)
        if version is None:
            raise NoSuchVersionError(bucket, key, version_id)
        if version.is_marker:
            raise MarkerNotAllowedError(bucket, key, version_id)
        return self._open_blob(version.stored)

    def _open_blob(self, stored: StoredObject) -> OpenObject:
        try:
            return OpenObject(stored, self._blobs.open(stored.blob or ""))
        except FileNotFoundError as error:
            raise NoSuchKeyError(stored.bucket, stored.key) from error

    def _missing(self, bucket: str, key: str) -> NoSuchKeyError:
        with self._database.snapshot() as connection:
            index.require_bucket(connection, bucket)
            newest = versions.newest(connection, bucket, key)
        if newest is not None and newest.is_marker:
            return DeletedObjectError(bucket, key, newest.stored.version_id)
        return NoSuchKeyError(bucket, key)

    def _row(self, bucket: str, key: str) -> StoredObject | None:
        with self._database.reading() as connection:
            stored = index.get(connection, bucket, key)
            if stored is None:
                index.require_bucket(connection, bucket)
            return stored

    def _check_bucket(self, bucket: str) -> None:
        with self._database.reading() as connection:
            index.require_bucket(connection, bucket)

    def _keeps_versions(self, bucket: str) -> bool:
        with self._database.reading() as connection:
            return index.require_bucket(connection, bucket).versioning != ""


def _kept_checksums(source: OpenObject) -> Mapping[str, str]:
    """Return the checksums that are those of the bytes, however they came; a composite one is of an upload's parts."""
    checksums = source.stored.content.checksums
    return checksums if checksums.get("ChecksumType") == "FULL_OBJECT" else {}


def check_description(description: Description) -> None:
    """Raise MetadataTooLargeError unless S3 would take the user metadata."""
    metadata = description.metadata
    if sum(len(name.encode()) + len(value.encode()) for name, value in metadata.items()) > _MAX_METADATA_BYTES:
        raise MetadataTooLargeError
