"""
The checksum that a sender gives along with a body, in a header before it or in a trailer after it.

At most one. It is known before the body which algorithm it will be, so one pass over the body is enough.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass

from emulator.buckets.checksums.algorithms import Algorithm, algorithm_named, algorithm_of_header
from emulator.buckets.checksums.errors import (
    BadDigestError,
    ChecksumRequestError,
    MalformedTrailerError,
    invalid_value,
)
from emulator.buckets.checksums.running import Checksum

SDK_ALGORITHM_HEADER = "x-amz-sdk-checksum-algorithm"
TRAILER_HEADER = "x-amz-trailer"
_PREFIX = "x-amz-checksum-"
_NO_VALUES = {f"{_PREFIX}{name}" for name in ("algorithm", "mode", "type")}


@dataclass(frozen=True)
class Given:
    """What the sender says; `digest` is None if a trailer will say it."""

    algorithm: Algorithm
    digest: bytes | None


def decoded(algorithm: Algorithm, text: str) -> bytes | None:
    """Return the digest that the base64 *text* stands for; None if it is none of *algorithm*."""
    try:
        digest = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return digest if len(digest) == algorithm.digest_bytes else None


def given_in(headers: Mapping[str, str]) -> Given | None:
    """Return what *headers*, whose names may be in any case, say about the body; InvalidRequest if they disagree."""
    lowered = {name.lower(): value for name, value in headers.items()}
    given, announced = _in_header(lowered), _in_trailer(lowered)
    if given is not None and announced is not None:
        raise ChecksumRequestError("Expecting a single x-amz-checksum- header")
    given = given or announced
    if (name := lowered.get(SDK_ALGORITHM_HEADER)) is not None:
        _check_sdk_algorithm(algorithm_named(name), given)
    return given


def verify(given: Given | None, calculated: Checksum, trailers: Mapping[str, str]) -> None:
    """
    Raise BadDigestError unless *calculated*, of the whole body and with the algorithm given, is what was given.

    *trailers* are those that came after the body, names in any case. MalformedTrailerError if the one that was
    announced is not among them, or another checksum is; InvalidRequest if its value cannot be.
    """
    came = {name.lower(): value for name, value in trailers.items() if algorithm_of_header(name)}
    awaited = {given.algorithm.header} if given is not None and given.digest is None else set()
    if came.keys() != awaited:
        raise MalformedTrailerError
    if given is None:
        return
    digest = given.digest
    if digest is None:
        digest = decoded(given.algorithm, came[given.algorithm.header])
        if digest is None:
            raise invalid_value(f"{given.algorithm.header} trailing")
    if digest != calculated.digest():
        raise BadDigestError(f"The {given.algorithm} you specified did not match the calculated checksum.")


def value_header(headers: Mapping[str, str]) -> tuple[Algorithm, str] | None:
    """Return the one header with a checksum's value, and its text as it came; InvalidRequest if there are several."""
    lowered = {name.lower(): value for name, value in headers.items()}
    names = [name for name in lowered if name.startswith(_PREFIX) and name not in _NO_VALUES]
    if not names:
        return None
    if len(names) > 1:
        raise ChecksumRequestError(
            "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."
        )
    algorithm = algorithm_of_header(names[0])
    if algorithm is None:
        raise ChecksumRequestError("The algorithm type you specified in x-amz-checksum- header is invalid.")
    return algorithm, lowered[names[0]]


def _in_header(headers: Mapping[str, str]) -> Given | None:
    found = value_header(headers)
    if found is None:
        return None
    algorithm, text = found
    digest = decoded(algorithm, text)
    if digest is None:
        raise invalid_value(algorithm.header)
    return Given(algorithm, digest)


def _in_trailer(headers: Mapping[str, str]) -> Given | None:
    announced = headers.get(TRAILER_HEADER)
    if announced is None:
        return None
    algorithm = algorithm_of_header(announced.strip())
    if algorithm is None:
        raise ChecksumRequestError("The value specified in the x-amz-trailer header is not supported")
    return Given(algorithm, None)


def _check_sdk_algorithm(named: Algorithm, given: Given | None) -> None:
    if given is None:
        raise ChecksumRequestError(
            f"{SDK_ALGORITHM_HEADER} specified, but no corresponding x-amz-checksum-* or {TRAILER_HEADER}"
            " headers were found."
        )
    # AWS's reference says BadDigest here; S3 itself answers this.
    if named is not given.algorithm:
        raise invalid_value(SDK_ALGORITHM_HEADER)
