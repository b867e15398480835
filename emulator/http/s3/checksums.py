"""Checksums that came with a body: verified where Python's own library can, sent back to whoever asks."""

import base64
import binascii
import hashlib
import zlib
from collections.abc import Callable, Mapping
from typing import Protocol

from emulator.errors import InvalidRequestError

PREFIX = "x-amz-checksum-"
ALGORITHMS = ("crc32", "crc32c", "crc64nvme", "sha1", "sha256")


class _Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...

    def digest(self) -> bytes: ...


class _Crc32:
    def __init__(self) -> None:
        self._value = 0

    def update(self, data: bytes, /) -> None:
        self._value = zlib.crc32(data, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(4)


_VERIFIED: dict[str, Callable[[], _Hash]] = {
    "crc32": _Crc32,
    "sha1": lambda: hashlib.sha1(usedforsecurity=False),
    "sha256": hashlib.sha256,
}


class Checksums:
    """What the sender says of a body, and what was received of it so far."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._expected = _given(headers)
        announced = headers.get("x-amz-trailer", "").lower()
        names = set(self._expected) | {name for name in ALGORITHMS if f"{PREFIX}{name}" == announced}
        self._hashes = {name: _VERIFIED[name]() for name in names if name in _VERIFIED}
        self._content_md5 = headers.get("Content-MD5")

    def update(self, chunk: bytes) -> None:
        for checksum in self._hashes.values():
            checksum.update(chunk)

    def verify(self, etag: str, trailers: Mapping[str, str]) -> dict[str, str]:
        """Return the checksum headers to keep; BadDigest if one does not fit the body, whose MD5 is *etag*."""
        self._expected |= _given(trailers)
        if self._content_md5 is not None and _decoded_md5(self._content_md5) != bytes.fromhex(etag):
            raise InvalidRequestError("The Content-MD5 you specified did not match what we received.", code="BadDigest")
        for name, value in self._expected.items():
            if name in self._hashes and base64.b64encode(self._hashes[name].digest()).decode() != value:
                raise InvalidRequestError(
                    f"The {name.upper()} you specified did not match the calculated checksum.", code="BadDigest"
                )
        return {f"{PREFIX}{name}": value for name, value in self._expected.items()}


def _given(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: headers[f"{PREFIX}{name}"] for name in ALGORITHMS if f"{PREFIX}{name}" in headers}


def _decoded_md5(text: str) -> bytes:
    try:
        digest = base64.b64decode(text, validate=True)
    except binascii.Error:
        digest = b""
    if len(digest) != 16:
        raise InvalidRequestError("The Content-MD5 you specified is not valid.", code="InvalidDigest")
    return digest
