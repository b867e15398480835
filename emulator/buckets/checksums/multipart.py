"""
The checksum of an object that came in parts.

A full-object one is what a single put would have had; only the CRCs of parts can be combined to that. A composite one
is the checksum of the parts' digests, one after the other, and says of how many.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from emulator.buckets.checksums.algorithms import DEFAULT, Algorithm, algorithm_named, ascii_upper
from emulator.buckets.checksums.crc import combined, is_crc
from emulator.buckets.checksums.errors import ChecksumRequestError, invalid_value
from emulator.buckets.checksums.running import Checksum


class ChecksumType(StrEnum):
    """A value of ChecksumType in the API. An object that came in one piece always has a FULL_OBJECT one."""

    COMPOSITE = "COMPOSITE"
    FULL_OBJECT = "FULL_OBJECT"


@dataclass(frozen=True)
class UploadChecksum:
    """What CreateMultipartUpload decided. `asked` is False if the request named no algorithm and S3 took its own."""

    algorithm: Algorithm
    type: ChecksumType
    asked: bool


@dataclass(frozen=True)
class Part:
    """What of a part is needed for the whole: its digest, with the upload's algorithm, and its size."""

    digest: bytes
    size_bytes: int


def types_of(algorithm: Algorithm) -> tuple[ChecksumType, ...]:
    """Return what an upload with *algorithm* can ask for; the first is what it gets if it asks for nothing."""
    if algorithm is Algorithm.CRC64NVME:
        return (ChecksumType.FULL_OBJECT,)
    return (ChecksumType.COMPOSITE, ChecksumType.FULL_OBJECT) if is_crc(algorithm) else (ChecksumType.COMPOSITE,)


def choose(algorithm: str | None, checksum_type: str | None) -> UploadChecksum:
    """Return what an upload gets that asks for these, names in any case; InvalidRequest if AWS has no such pair."""
    wanted = None if checksum_type is None else type_named(checksum_type)
    if algorithm is None:
        if wanted is not None:
            raise ChecksumRequestError(
                "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header."
            )
        return UploadChecksum(DEFAULT, types_of(DEFAULT)[0], asked=False)
    named = algorithm_named(algorithm)
    possible = types_of(named)
    if wanted is not None and wanted not in possible:
        raise ChecksumRequestError(
            f"The {wanted} checksum type cannot be used with the {named.lower()} checksum algorithm."
        )
    return UploadChecksum(named, wanted or possible[0], asked=True)


def checksum_of_parts(upload: UploadChecksum, parts: Sequence[Part]) -> str:
    """Return the whole object's value as AWS writes it, from its parts in their order; no byte is read again."""
    whole = Checksum(upload.algorithm)
    if upload.type is ChecksumType.COMPOSITE:
        for part in parts:
            whole.update(part.digest)
        return f"{whole.base64()}-{len(parts)}"
    digest = whole.digest()
    for part in parts:
        digest = combined(upload.algorithm, digest, part.digest, part.size_bytes)
    return base64.b64encode(digest).decode()


def type_named(text: str) -> ChecksumType:
    """Return the type that *text* names, in capitals or not; InvalidRequest if there is none."""
    try:
        return ChecksumType(ascii_upper(text))
    except ValueError as error:
        raise invalid_value("x-amz-checksum-type") from error
