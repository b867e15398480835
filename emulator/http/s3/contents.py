"""The objects and versions of a listing, written straight from rows: an answer has a thousand of them."""

import functools
import json
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from emulator.buckets.records import Entry, VersionEntry
from emulator.http.aws.timestamps import write_iso
from emulator.http.aws.xml_writing import Verbatim, escape
from emulator.settings import ACCOUNT_ID

_SECOND_NS = 1_000_000_000
_PLAIN = re.compile(r"[\w./ -]*", re.ASCII)
_OWNER = f"<Owner><ID>{ACCOUNT_ID}</ID></Owner>"


def contents_of(entries: Iterable[Entry], encode: Callable[[str], str] | None, *, owner: bool) -> Verbatim:
    """Return the elements; *encode* is what keys are passed through first."""
    whose = _OWNER if owner else ""
    is_plain = _PLAIN.fullmatch
    return Verbatim(
        "".join(
            f"<Contents><Key>{_key(entry.key, encode) if encode or not is_plain(entry.key) else entry.key}</Key>"
            f"<LastModified>{_moment(entry.mtime_ns // _SECOND_NS)}</LastModified>"
            f"<ETag>&quot;{entry.etag}&quot;</ETag>{_algorithm(entry.checksums)}"
            f"<Size>{entry.size_bytes}</Size>{whose}"
            f"<StorageClass>{_storage_class(entry.headers)}</StorageClass></Contents>"
            for entry in entries
        )
    )


def versions_of(entries: Iterable[VersionEntry], encode: Callable[[str], str] | None) -> Verbatim:
    """Return the elements of versions that have bytes; see `contents_of`."""
    return Verbatim(
        "".join(
            f"<Version>{_identity(entry, encode)}"
            f"<ETag>&quot;{entry.etag}&quot;</ETag>{_algorithm(entry.checksums)}"
            f"<Size>{entry.size_bytes}</Size>"
            f"<StorageClass>{_storage_class(entry.headers)}</StorageClass></Version>"
            for entry in entries
        )
    )


def markers_of(entries: Iterable[VersionEntry], encode: Callable[[str], str] | None) -> Verbatim:
    """Return the elements of delete markers; see `contents_of`."""
    return Verbatim("".join(f"<DeleteMarker>{_identity(entry, encode)}</DeleteMarker>" for entry in entries))


def _identity(entry: VersionEntry, encode: Callable[[str], str] | None) -> str:
    return (
        f"<Key>{_key(entry.key, encode)}</Key><VersionId>{entry.version_id}</VersionId>"
        f"<IsLatest>{'true' if entry.is_latest else 'false'}</IsLatest>"
        f"<LastModified>{_moment(entry.mtime_ns // _SECOND_NS)}</LastModified>{_OWNER}"
    )


def _key(key: str, encode: Callable[[str], str] | None) -> str:
    return escape(encode(key) if encode else key)


@functools.lru_cache(maxsize=4096)
def _moment(seconds: int) -> str:
    return write_iso(datetime.fromtimestamp(seconds, UTC))


def _algorithm(checksums: str) -> str:
    """Return which checksum there is; a row has one, and its type, or none."""
    if checksums == "{}":
        return ""
    member, kind = checksums.split('"')[1], checksums.rsplit('"', 2)[1]
    return _algorithm_element(member, kind)


@functools.lru_cache(maxsize=64)
def _algorithm_element(member: str, kind: str) -> str:
    name = member.removeprefix("Checksum")
    return f"<ChecksumAlgorithm>{name}</ChecksumAlgorithm><ChecksumType>{kind}</ChecksumType>"


def _storage_class(headers: str) -> str:
    return "STANDARD" if headers == "{}" else str(json.loads(headers).get("StorageClass", "STANDARD"))
