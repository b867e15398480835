"""
The names of the algorithms, and what they are called in headers and documents.

AWS writes a name in capitals where it is a value and in small letters where it is part of a header or of an error.
"""

from enum import StrEnum

from emulator.buckets.checksums.errors import ChecksumRequestError

_HEADER_PREFIX = "x-amz-checksum-"
_MEMBER_PREFIX = "Checksum"


class Algorithm(StrEnum):
    """One member for each value of ChecksumAlgorithm in the API."""

    CRC32 = "CRC32"
    CRC32C = "CRC32C"
    CRC64NVME = "CRC64NVME"
    MD5 = "MD5"
    SHA1 = "SHA1"
    SHA256 = "SHA256"
    SHA512 = "SHA512"
    XXHASH128 = "XXHASH128"
    XXHASH3 = "XXHASH3"
    XXHASH64 = "XXHASH64"

    @property
    def header(self) -> str:
        """Return the header, or trailer, that carries a value.

        >>> Algorithm.CRC32C.header, Algorithm.CRC32C.member
        ('x-amz-checksum-crc32c', 'ChecksumCRC32C')
        """
        return _HEADER_PREFIX + self.lower()

    @property
    def member(self) -> str:
        """Return the member that carries a value in a document."""
        return _MEMBER_PREFIX + self

    @property
    def digest_bytes(self) -> int:
        return _DIGEST_BYTES[self]


_DIGEST_BYTES = {
    Algorithm.CRC32: 4,
    Algorithm.CRC32C: 4,
    Algorithm.CRC64NVME: 8,
    Algorithm.MD5: 16,
    Algorithm.SHA1: 20,
    Algorithm.SHA256: 32,
    Algorithm.SHA512: 64,
    Algorithm.XXHASH128: 16,
    Algorithm.XXHASH3: 8,
    Algorithm.XXHASH64: 8,
}
_BY_HEADER = {algorithm.header: algorithm for algorithm in Algorithm}
_BY_MEMBER = {algorithm.member: algorithm for algorithm in Algorithm}

DEFAULT = Algorithm.CRC64NVME
"""What S3 calculates for an object that came with no checksum."""


def algorithm_named(text: str) -> Algorithm:
    """Return the algorithm that *text* names, in capitals or not; InvalidRequest if there is none."""
    try:
        return Algorithm(ascii_upper(text))
    except ValueError as error:
        raise ChecksumRequestError(
            "Checksum algorithm provided is unsupported. "
            f"Please try again with any of the valid types: [{', '.join(Algorithm)}]"
        ) from error


def algorithm_of_header(name: str) -> Algorithm | None:
    """Return the algorithm whose values the header, or trailer, *name* carries; None if it carries none."""
    return _BY_HEADER.get(name.lower())


def algorithm_of_member(name: str) -> Algorithm | None:
    """Return the algorithm whose values the document's member *name* carries; None if it carries none."""
    return _BY_MEMBER.get(name)


def ascii_upper(text: str) -> str:
    """Return *text* in capitals, if it is ASCII: the long s, for one, has an ASCII letter for its capital."""
    return text.upper() if text.isascii() else text
