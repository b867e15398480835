"""
Checks a body while it is read, in the way that the request declared.

Each chunk is signed together with the signature before it, from the request's own on: none can be left out, put
elsewhere or taken from another request. What was read of a chunk is not proven until `end_chunk` has returned.
"""

import hashlib
from collections.abc import Mapping
from typing import Protocol

from emulator.signatures.canonical import EMPTY_HASH
from emulator.signatures.errors import (
    ContentHashMismatchError,
    IncompleteBodyError,
    MalformedTrailerError,
    SignatureDoesNotMatchError,
)
from emulator.signatures.keys import same, sha256, sign, signing_key
from emulator.signatures.payload import SIGNED_CHUNKS, SIGNED_CHUNKS_AND_TRAILER, UNSIGNED_CHUNKS_AND_TRAILER, is_hash
from emulator.signatures.verification import Verified

TRAILER_SIGNATURE = "x-amz-trailer-signature"

_CHUNK_ALGORITHM = "AWS4-HMAC-SHA256-PAYLOAD"
_TRAILER_ALGORITHM = "AWS4-HMAC-SHA256-TRAILER"


class BodyVerifier(Protocol):
    """
    Whoever reads a body calls these in the order it comes in.

    A body in frames is, for each chunk, `begin_chunk`, any number of `update` and `end_chunk`, the last chunk being
    one of no bytes; a body without is only `update`. `finish` ends both.
    """

    def begin_chunk(self, extension: str) -> None:
        """Take what stood behind the size of a chunk, `chunk-signature=…`, without the semicolon."""

    def update(self, data: bytes) -> None:
        """Take the next bytes of content."""

    def end_chunk(self) -> None:
        """Raise SignatureDoesNotMatchError if the chunk is not the one that was signed."""

    def finish(self, trailers: Mapping[str, str]) -> None:
        """Take what followed the body, by lower-case name; raise if the body or they are not what was signed."""


def body_verifier(verified: Verified, announced_trailers: str = "") -> BodyVerifier:
    """Return what checks the body of *verified*, whose header `x-amz-trailer` is *announced_trailers*."""
    trailers = tuple(name.strip().lower() for name in announced_trailers.split(",") if name.strip())
    if verified.payload_hash in (SIGNED_CHUNKS, SIGNED_CHUNKS_AND_TRAILER):
        return SignedChunks(verified, trailers)
    if verified.payload_hash == UNSIGNED_CHUNKS_AND_TRAILER:
        return UnsignedChunks(trailers)
    return HashedBody(verified.payload_hash) if is_hash(verified.payload_hash) else UnsignedChunks(())


class UnsignedChunks:
    """Nothing is signed but the request; trailers that were announced must come."""

    def __init__(self, announced: tuple[str, ...]) -> None:
        self._announced = announced

    def begin_chunk(self, extension: str) -> None: ...

    def update(self, data: bytes) -> None: ...

    def end_chunk(self) -> None: ...

    def finish(self, trailers: Mapping[str, str]) -> None:
        if any(name not in trailers for name in self._announced):
            raise MalformedTrailerError


class HashedBody:
    """The hash of the whole body was signed with the request."""

    def __init__(self, declared: str) -> None:
        self._declared = declared
        self._hash = hashlib.sha256()

    def begin_chunk(self, extension: str) -> None: ...

    def update(self, data: bytes) -> None:
        self._hash.update(data)

    def end_chunk(self) -> None: ...

    def finish(self, trailers: Mapping[str, str]) -> None:
        computed = self._hash.hexdigest()
        if computed != self._declared.lower():
            raise ContentHashMismatchError(self._declared, computed)


class SignedChunks:
    """Chunks, and perhaps trailers, signed one after the other."""

    def __init__(self, verified: Verified, announced: tuple[str, ...]) -> None:
        self._access_key_id = verified.credentials.access_key_id
        self._key = signing_key(verified.credentials.secret_access_key, verified.scope)
        self._context = (verified.timestamp, str(verified.scope))
        self._previous = verified.signature
        self._with_trailer = verified.payload_hash == SIGNED_CHUNKS_AND_TRAILER
        self._announced = announced
        self._provided = ""
        self._hash = hashlib.sha256()
        self._complete = False

    def begin_chunk(self, extension: str) -> None:
        name, _, value = extension.partition("=")
        self._provided = value.strip() if name.strip() == "chunk-signature" else ""
        self._hash = hashlib.sha256()

    def update(self, data: bytes) -> None:
        self._hash.update(data)

    def end_chunk(self) -> None:
        computed = self._hash.hexdigest()
        self._check(self._provided, _CHUNK_ALGORITHM, EMPTY_HASH, computed)
        self._complete = computed == EMPTY_HASH

    def finish(self, trailers: Mapping[str, str]) -> None:
        named = {name: value for name, value in trailers.items() if name != TRAILER_SIGNATURE}
        if not self._complete:
            raise IncompleteBodyError
        if any(name not in named for name in self._announced):
            raise MalformedTrailerError
        if self._with_trailer:
            canonical = "".join(f"{name}:{value.strip()}\n" for name, value in sorted(named.items()))
            self._check(trailers.get(TRAILER_SIGNATURE, ""), _TRAILER_ALGORITHM, sha256(canonical))
        elif trailers:  # nothing vouches for these
            raise MalformedTrailerError

    def _check(self, provided: str, algorithm: str, *hashes: str) -> None:
        to_sign = "\n".join((algorithm, *self._context, self._previous, *hashes))
        expected = sign(self._key, to_sign)
        if not same(expected, provided):
            raise SignatureDoesNotMatchError(self._access_key_id, provided, to_sign)
        self._previous = expected
