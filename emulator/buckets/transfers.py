"""`cp`: from this machine to a bucket, back, or from bucket to bucket; one file or all of a folder."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from emulator.buckets.objects import CHUNK_BYTES, OpenObject
from emulator.buckets.records import Description, guess_type
from emulator.buckets.service import Buckets
from emulator.buckets.uri import S3Uri
from emulator.errors import InvalidRequestError, NotFoundError

Place = Path | S3Uri


@dataclass(frozen=True)
class Transfer:
    """One file's way. Never from this machine to this machine."""

    source: Place
    destination: Place

    @property
    def verb(self) -> str:
        """Return what `aws s3 cp` calls it."""
        if isinstance(self.source, Path):
            return "upload"
        return "download" if isinstance(self.destination, Path) else "copy"


class Transfers:
    """Copies files between this machine and the buckets."""

    def __init__(self, buckets: Buckets) -> None:
        self._buckets = buckets

    def plan(self, source: Place, destination: Place, *, recursive: bool) -> list[Transfer]:
        """
        Return the transfers that copy *source* to *destination*.

        A destination that is a folder (`s3://b/`, `s3://b/x/`, a local folder) gets files under their own names; with
        *recursive*, under their paths below *source*.
        """
        if isinstance(source, Path) and isinstance(destination, Path):
            raise InvalidRequestError(
                "neither the source nor the destination is in a bucket", hint="write s3://BUCKET/KEY for one of them"
            )
        if recursive:
            return [Transfer(found, _below(destination, inner)) for found, inner in self._tree(source)]
        if isinstance(source, Path):
            _check_file(source)
        elif not source.key:
            raise InvalidRequestError(f"{source} names no object", hint="name a key, or copy everything by --recursive")
        name = source.name if isinstance(source, Path) else source.key.rpartition("/")[2]
        return [Transfer(source, _below(destination, name) if _is_folder(destination) else destination)]

    def run(self, transfer: Transfer) -> None:
        """Copy one file; the destination has all of it, or is what it was."""
        source, destination = transfer.source, transfer.destination
        if isinstance(source, S3Uri) and isinstance(destination, S3Uri):
            with self._buckets.objects.open(source.bucket, source.key) as opened:
                self._buckets.objects.copy(opened, destination.bucket, destination.key)
        elif isinstance(source, S3Uri) and isinstance(destination, Path):
            with self._buckets.objects.open(source.bucket, source.key) as opened:
                _save(opened, destination)
        elif isinstance(source, Path) and isinstance(destination, S3Uri):
            with source.open("rb") as file:
                self.upload(file, destination, source.name)

    def upload(self, file: BinaryIO, destination: S3Uri, name: str) -> None:
        """Store what is left to read of *file*; *name* tells its type."""
        kind = guess_type(name) or guess_type(destination.key)
        self._buckets.objects.put(destination.bucket, destination.key, file, Description(kind))

    def _tree(self, source: Place) -> Iterator[tuple[Place, str]]:
        """Yield each file under *source*, with its path below it."""
        if isinstance(source, Path):
            if not source.is_dir():
                raise NotFoundError(f"{source} is no folder", hint="leave out --recursive to copy one file")
            for path in sorted(source.rglob("*")):
                if path.is_file():
                    yield path, path.relative_to(source).as_posix()
            return
        prefix = source.key if not source.key or source.key.endswith("/") else f"{source.key}/"
        self._buckets.scan(source.bucket, prefix)
        for stored in self._buckets.objects.all(source.bucket, prefix):
            yield S3Uri(source.bucket, stored.key), stored.key.removeprefix(prefix)


def _is_folder(place: Place) -> bool:
    return place.is_dir() if isinstance(place, Path) else not place.key or place.key.endswith("/")


def _below(place: Place, inner: str) -> Place:
    if isinstance(place, Path):
        return place / inner
    slash = "" if not place.key or place.key.endswith("/") else "/"
    return S3Uri(place.bucket, f"{place.key}{slash}{inner}")


def _check_file(path: Path) -> None:
    if path.is_dir():
        raise InvalidRequestError(f"{path} is a folder", hint="copy all that is in it by --recursive")
    if not path.exists():
        raise NotFoundError(f"The user-provided path {path} does not exist.")


def _save(opened: OpenObject, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # The ending keeps the file from being an object, should the folder be a bucket's.
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.", suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            while chunk := opened.file.read(CHUNK_BYTES):
                file.write(chunk)
            os.fchmod(descriptor, 0o644)
        moment = opened.stored.last_modified.timestamp()
        os.utime(temporary, (moment, moment))
        Path(temporary).replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(temporary).unlink()
        raise
