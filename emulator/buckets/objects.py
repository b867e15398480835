"""Objects, as a program uses them: put, get, copy, delete. Each is whole or not at all."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from os import fstat
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from emulator.buckets import events, index
from emulator.buckets.errors import MetadataTooLargeError, NoSuchKeyError, ObjectBeingWrittenError
from emulator.buckets.files import fingerprint_of
from emulator.buckets.folder import Folder, Precondition
from emulator.buckets.index import Description, Page, StoredObject
from emulator.buckets.keys import check_key, is_storable, relative_path
from emulator.buckets.staging import StagedFile
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

    def __enter__(self) -> "OpenObject":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.file.close()


class Objects:
    """The objects of one home's buckets."""

    def __init__(self, database: Database, folder: Folder, staging: Path) -> None:
        self._database = database
        self._folder = folder
        self._staging = staging

    def stage(self, bucket: str, key: str, description: Description | None = None) -> StagedFile:
        """Begin an object: refuse now what could not be stored, and return where its bytes go until `place`."""
        self._check_bucket(bucket)
        relative_path(key)
        _check_metadata(description.metadata if description else {})
        return StagedFile(self._staging)

    def place(
        self,
        bucket: str,
        key: str,
        staged: StagedFile,
        description: Description | None = None,
        *,
        name: str = events.PUT,
        request_id: str | None = None,
        trace: str = "",
        precondition: Precondition | None = None,
    ) -> StoredObject:
        """Make *staged* the object *key*, unless *precondition*, given what is there now, raises."""
        if precondition is not None:
            self._folder.reconcile(bucket, key, stillness_seconds=0)
        return self._folder.place(
            bucket,
            key,
            staged,
            description or Description(),
            name=name,
            request_id=request_id,
            trace=trace,
            precondition=precondition,
        )

    def put(
        self,
        bucket: str,
        key: str,
        source: BinaryIO,
        description: Description | None = None,
        *,
        name: str = events.PUT,
        request_id: str | None = None,
        trace: str = "",
    ) -> StoredObject:
        """Store all that *source* has left to read."""
        with self.stage(bucket, key, description) as staged:
            while chunk := source.read(CHUNK_BYTES):
                staged.write(chunk)
            return self.place(bucket, key, staged, description, name=name, request_id=request_id, trace=trace)

    def open(self, bucket: str, key: str) -> OpenObject:
        """
        Return the object and its open file; a file that changed since its row was written is made known first.

        ObjectBeingWrittenError if somebody is writing to the file at this moment.
        """
        check_key(key)
        self._check_bucket(bucket)
        if not is_storable(key):
            raise NoSuchKeyError(bucket, key)
        for _ in range(_ATTEMPTS):
            file = self._folder.files(bucket).open(key)
            stored = self._row(bucket, key)
            if file is not None and stored is not None and stored.fingerprint == fingerprint_of(fstat(file.fileno())):
                return OpenObject(stored, file)
            if file is not None:
                file.close()
            self._folder.reconcile(bucket, key, stillness_seconds=_STILLNESS_SECONDS)
            if self._row(bucket, key) is None:
                raise NoSuchKeyError(bucket, key)
        raise ObjectBeingWrittenError(bucket, key)

    def head(self, bucket: str, key: str) -> StoredObject:
        """Return the object's record."""
        with self.open(bucket, key) as opened:
            return opened.stored

    def copy(
        self,
        source: tuple[str, str],
        bucket: str,
        key: str,
        description: Description | None = None,
        *,
        request_id: str | None = None,
        trace: str = "",
    ) -> StoredObject:
        """Copy the object *source* (bucket, key); its description comes along unless another is given."""
        with self.open(*source) as opened:
            chosen = opened.stored.description if description is None else description
            return self.put(bucket, key, opened.file, chosen, name=events.COPY, request_id=request_id, trace=trace)

    def delete(self, bucket: str, key: str, *, request_id: str | None = None, trace: str = "") -> bool:
        """Delete an object; tell whether there was one. To delete what is not there is a success, as on AWS."""
        self._check_bucket(bucket)
        check_key(key)
        if not is_storable(key):
            return False
        return self._folder.remove(bucket, key, request_id=request_id, trace=trace) is not None

    def page(
        self, bucket: str, *, prefix: str = "", delimiter: str = "", start_after: str = "", limit: int = 1000
    ) -> Page:
        """Return a page of the bucket's listing, from the index; see `index.page`."""
        with self._database.snapshot() as connection:
            index.require_bucket(connection, bucket)
            return index.page(
                connection, bucket, prefix=prefix, delimiter=delimiter, start_after=start_after, limit=limit
            )

    def all(self, bucket: str, prefix: str = "") -> Iterator[StoredObject]:
        """Yield every object under *prefix*, page by page."""
        start: str | None = ""
        while start is not None:
            page = self.page(bucket, prefix=prefix, start_after=start)
            yield from page.objects
            start = page.next_start

    def _row(self, bucket: str, key: str) -> StoredObject | None:
        with self._database.snapshot() as connection:
            return index.get(connection, bucket, key)

    def _check_bucket(self, bucket: str) -> None:
        with self._database.snapshot() as connection:
            index.require_bucket(connection, bucket)


def _check_metadata(metadata: Mapping[str, str]) -> None:
    if sum(len(name.encode()) + len(value.encode()) for name, value in metadata.items()) > _MAX_METADATA_BYTES:
        raise MetadataTooLargeError
