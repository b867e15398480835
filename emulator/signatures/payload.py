"""What a request says of its body: a hash, that it is not signed, or that its chunks are signed one by one."""

import re

from emulator.signatures.canonical import EMPTY_HASH
from emulator.signatures.errors import InvalidArgumentError, MissingContentHashError
from emulator.signatures.records import Request

HEADER = "x-amz-content-sha256"

UNSIGNED = "UNSIGNED-PAYLOAD"
SIGNED_CHUNKS = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
SIGNED_CHUNKS_AND_TRAILER = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
UNSIGNED_CHUNKS_AND_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
MODES = (UNSIGNED, UNSIGNED_CHUNKS_AND_TRAILER, SIGNED_CHUNKS, SIGNED_CHUNKS_AND_TRAILER)

_HASH = re.compile(r"[0-9a-fA-F]{64}")


def is_hash(text: str) -> bool:
    """Tell whether *text* is a SHA-256 in hex."""
    return _HASH.fullmatch(text) is not None


def declared_payload(request: Request, service: str) -> str:
    """Return the hash or mode that a signed request declares; S3 refuses one that declares nothing."""
    declared = request.headers.get(HEADER)
    if declared is None:
        if service == "s3":
            raise MissingContentHashError
        return request.payload_hash or EMPTY_HASH
    return checked_payload(declared)


def checked_payload(declared: str) -> str:
    """Return *declared*; InvalidArgument if it is neither a hash nor a mode that there is."""
    if declared not in MODES and not is_hash(declared):
        raise InvalidArgumentError(f"{HEADER} must be {', '.join(MODES)} or a valid sha256 value.", HEADER, declared)
    return declared
