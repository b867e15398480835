"""
Cyclic redundancy checks: of bytes as they come, and of two stretches put together without reading them again.

anycrc knows all three; CRC32 alone is left to zlib, which needs no import and lets other threads run meanwhile.
"""

import zlib
from collections.abc import Callable
from functools import cache
from typing import Any

from emulator.buckets.checksums.algorithms import Algorithm

Block = bytes | bytearray | memoryview

_MODELS = {Algorithm.CRC32: "CRC32", Algorithm.CRC32C: "CRC32C", Algorithm.CRC64NVME: "CRC64-NVME"}


class Crc:
    """A check under way. `digest` is big-endian, as S3 has it."""

    def __init__(self, algorithm: Algorithm) -> None:
        self._bytes = algorithm.digest_bytes
        self._extend: Callable[[Block, int], int]
        self._extend = zlib.crc32 if algorithm is Algorithm.CRC32 else _model(algorithm).calc
        self._value = 0

    def update(self, block: Block, /) -> None:
        self._value = self._extend(block, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(self._bytes)


def is_crc(algorithm: Algorithm) -> bool:
    """Tell whether the checks of two stretches can be combined to the check of both."""
    return algorithm in _MODELS


def combined(algorithm: Algorithm, first: bytes, second: bytes, second_size_bytes: int) -> bytes:
    """Return the digest of a stretch with the digest *first*, followed by one with *second* of so many bytes."""
    value = _model(algorithm).combine(int.from_bytes(first), int.from_bytes(second), second_size_bytes)
    return int(value).to_bytes(algorithm.digest_bytes)


@cache
def _model(algorithm: Algorithm) -> Any:
    import anycrc

    return anycrc.Model(_MODELS[algorithm])
