"""A checksum under way: fed in blocks of any size, asked at any time."""

import base64
import hashlib
from typing import Protocol

from emulator.buckets.checksums.algorithms import Algorithm
from emulator.buckets.checksums.crc import Block, Crc, is_crc


class _Hash(Protocol):
    def update(self, block: Block, /) -> None: ...

    def digest(self) -> bytes: ...


class Checksum:
    """The checksum of all blocks so far; of nothing, at first."""

    def __init__(self, algorithm: Algorithm) -> None:
        self.algorithm = algorithm
        self._hash = _start(algorithm)

    def update(self, block: Block) -> None:
        self._hash.update(block)

    def digest(self) -> bytes:
        return self._hash.digest()

    def base64(self) -> str:
        """Return the digest as headers and documents have it.

        >>> checksum = Checksum(Algorithm.CRC64NVME)
        >>> checksum.update(b"123456789")
        >>> checksum.base64()
        'rosUhgp5mIg='
        """
        return base64.b64encode(self.digest()).decode()


def _start(algorithm: Algorithm) -> _Hash:
    if is_crc(algorithm):
        return Crc(algorithm)
    if algorithm.startswith("XXHASH"):
        return _start_xxhash(algorithm)
    return hashlib.new(algorithm.lower(), usedforsecurity=False)


def _start_xxhash(algorithm: Algorithm) -> _Hash:
    import xxhash

    if algorithm is Algorithm.XXHASH64:
        return xxhash.xxh64()
    return xxhash.xxh3_64() if algorithm is Algorithm.XXHASH3 else xxhash.xxh3_128()
