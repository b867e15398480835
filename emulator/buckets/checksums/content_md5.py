"""Content-MD5, the header that was there before all other checksums. `x-amz-checksum-md5` is another thing."""

import base64
import binascii

from emulator.buckets.checksums.errors import BadDigestError
from emulator.errors import InvalidRequestError

_MD5_BYTES = 16


def parse_content_md5(text: str) -> bytes:
    """Return the digest that the header says; InvalidDigest if it is none."""
    try:
        digest = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != _MD5_BYTES:
        raise InvalidRequestError("The Content-MD5 you specified was invalid.", code="InvalidDigest")
    return digest


def check_content_md5(expected: bytes, received: bytes) -> None:
    """Raise BadDigestError unless the two digests are the same."""
    if expected != received:
        raise BadDigestError("The Content-MD5 you specified did not match what we received.")
