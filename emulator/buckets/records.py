"""What is known of an object. Documents and member names are those of AWS's API."""

import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Generic, NamedTuple, TypeVar

Listed = TypeVar("Listed")

NULL_VERSION = "null"
"""The version id of what was written while its bucket kept no versions."""

_DEFAULT_TYPE = "binary/octet-stream"


class Fingerprint(NamedTuple):
    """What changes when a file does."""

    size_bytes: int
    mtime_ns: int
    inode: int


@dataclass(frozen=True)
class Description:
    """What a writer says about the bytes: their type, user metadata, tags, and headers to send back with them."""

    content_type: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Content:
    """
    What is known of the bytes by having read them. The etag has no quotes.

    `checksums` is `{"ChecksumCRC32": …, "ChecksumType": "FULL_OBJECT"}`; `parts`, of a multipart upload only, is a list
    of `{"PartNumber": …, "Size": …, "ChecksumCRC32": …}`.
    """

    etag: str
    checksums: Mapping[str, str] = field(default_factory=dict)
    parts: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class StoredObject:
    """One version of an object, as its row has it."""

    bucket: str
    key: str
    fingerprint: Fingerprint
    settled: bool
    """False while the file may change without its times showing it."""
    sequencer: str
    content: Content
    description: Description = field(default_factory=Description)
    version_id: str = NULL_VERSION
    in_folder: bool = True
    """False if the bytes are a blob only, since the folder cannot hold the key."""
    blob: str | None = None

    @property
    def size_bytes(self) -> int:
        return self.fingerprint.size_bytes

    @property
    def etag(self) -> str:
        return self.content.etag

    @property
    def last_modified(self) -> datetime:
        """Return when the bytes last changed, in whole seconds: HTTP dates know no more."""
        return datetime.fromtimestamp(self.fingerprint.mtime_ns // 1_000_000_000, UTC)

    @property
    def content_type(self) -> str:
        """Return what the writer said, else what the key's ending suggests."""
        return self.description.content_type or guess_type(self.key) or _DEFAULT_TYPE


@dataclass(frozen=True)
class Version:
    """A version of an object, or a delete marker, whose record has no bytes."""

    stored: StoredObject
    is_marker: bool
    is_latest: bool

    @property
    def key(self) -> str:
        return self.stored.key

    @property
    def version_id(self) -> str:
        return self.stored.version_id


class VersionEntry(NamedTuple):
    """A version or a delete marker as a listing shows it; see `Entry`."""

    key: str
    version_id: str
    is_marker: bool
    is_latest: bool
    size_bytes: int
    mtime_ns: int
    etag: str
    checksums: str
    headers: str


class Entry(NamedTuple):
    """An object as a listing shows it, cheaply made: `checksums` and `headers` are JSON, as in the row."""

    key: str
    size_bytes: int
    mtime_ns: int
    etag: str
    checksums: str
    headers: str


@dataclass(frozen=True)
class Page(Generic[Listed]):
    """Part of a listing. `next_start` is what the following page starts after; None on the last one."""

    objects: tuple[Listed, ...]
    common_prefixes: tuple[str, ...]
    next_start: str | None


@dataclass(frozen=True)
class Origin:
    """The request that makes a change: its id, and its X-Ray trace header, "" for none."""

    request_id: str | None = None
    trace: str = ""


OURSELVES = Origin()
"""No request: a dropped file, a lifecycle rule, a command."""


def guess_type(name: str) -> str | None:
    """Return the media type that *name*'s ending suggests; a compressed file is what it is, not what it holds."""
    kind, encoding = mimetypes.guess_type(name)
    return None if encoding else kind
