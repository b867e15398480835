"""How an upload ends well: which of its parts the client names, and what is known of the object that they make."""

import binascii
import hashlib
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from emulator.buckets.checksums import (
    Part,
    check_completed_type,
    check_completed_value,
    checksum_of_parts,
    completed_part_fits,
    decoded,
)
from emulator.buckets.errors import EntityTooSmallError, InvalidPartError, InvalidPartOrderError, UploadSizeError
from emulator.buckets.records import Content, Origin
from emulator.buckets.store import Precondition
from emulator.buckets.upload_rows import Upload, UploadedPart
from emulator.units import MIB

_MIN_PART_BYTES = 5 * MIB


@dataclass(frozen=True)
class Completion:
    """What CompleteMultipartUpload says: the parts as its document has them, in the object's order."""

    parts: Sequence[Mapping[str, Any]]
    origin: Origin
    precondition: Precondition | None = None
    size_bytes: int | None = None
    """What the object's size is to be, None if nobody says."""
    checksum_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    """Those of the request: one may give the whole object's checksum."""


def chosen(
    upload: Upload, uploaded: Mapping[int, UploadedPart], asked: Sequence[Mapping[str, Any]]
) -> list[UploadedPart]:
    """Return the parts that are *asked* for, all of which must be there and large enough."""
    if any(second["PartNumber"] <= first["PartNumber"] for first, second in itertools.pairwise(asked)):
        raise InvalidPartOrderError
    found = []
    for wanted in asked:
        number, etag = wanted["PartNumber"], _bare(str(wanted.get("ETag", "")))
        part = uploaded.get(number)
        if part is None or part.etag != etag or not _fits(upload, part, wanted):
            raise InvalidPartError(upload.id, number, etag)
        found.append(part)
    for part in found[:-1]:
        if part.size_bytes < _MIN_PART_BYTES:
            raise EntityTooSmallError(part.size_bytes, _MIN_PART_BYTES, part.number, part.etag)
    return found


def content_of(upload: Upload, parts: Sequence[UploadedPart], completion: Completion) -> Content:
    """Return what the object of *parts* will be; raise unless that is what the request says of it."""
    whole = checksum_of_parts(upload.checksum, [Part(_digest(upload, part) or b"", part.size_bytes) for part in parts])
    check_completed_type(upload.checksum, completion.checksum_type)
    check_completed_value(upload.checksum, whole, completion.headers)
    size_bytes = sum(part.size_bytes for part in parts)
    if completion.size_bytes not in (None, size_bytes):
        raise UploadSizeError(size_bytes)
    return Content(
        etag=etag_of([part.etag for part in parts]) or "",
        checksums={upload.checksum.algorithm.member: whole, "ChecksumType": upload.checksum.type},
        parts=tuple({"PartNumber": part.number, "Size": part.size_bytes} | dict(part.checksums) for part in parts),
    )


def etag_of(etags: Sequence[str]) -> str | None:
    """Return the etag of the object whose parts have *etags*; None if these are none."""
    try:
        digests = b"".join(binascii.unhexlify(_bare(etag)) for etag in etags)
    except ValueError:
        return None
    return f"{hashlib.md5(digests, usedforsecurity=False).hexdigest()}-{len(etags)}"


def _fits(upload: Upload, part: UploadedPart, wanted: Mapping[str, Any]) -> bool:
    return completed_part_fits(upload.checksum, part.number, wanted, _digest(upload, part))


def _digest(upload: Upload, part: UploadedPart) -> bytes | None:
    algorithm = upload.checksum.algorithm
    return decoded(algorithm, part.checksums.get(algorithm.member, ""))


def _bare(etag: str) -> str:
    return etag.strip('"')
