"""How long a sender is waited for: a body that does not come, or comes by the byte, ends with S3's RequestTimeout.

Only the waiting counts. A disk that is slow to take what has come is not the sender's fault.
"""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from http import HTTPStatus

from emulator.errors import EmulatorError
from emulator.units import KIB


class RequestTimeoutError(EmulatorError):
    """The sender took too long; SDKs try again."""

    code = "RequestTimeout"
    status = HTTPStatus.BAD_REQUEST

    def __init__(self) -> None:
        super().__init__(
            "Your socket connection to the server was not read from or written to within the timeout period. Idle"
            " connections will be closed."
        )


@dataclass(frozen=True)
class Pace:
    """What is asked of senders."""

    silent_seconds: float = 60.0
    """How long nothing may come, and how long it may come more slowly than this:"""
    least_bytes_per_second: float = KIB


STRANGERS = Pace()
"""What is asked of everybody, but by tests that will not wait for a minute."""


class Patience:
    """That with one sender."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._waited_seconds = 0.0
        self._received = 0

    async def wait(self, reading: Awaitable[bytes]) -> bytes:
        """Return what *reading* does; RequestTimeoutError if it is too slow."""
        loop, pace = asyncio.get_running_loop(), self._pace
        left = pace.silent_seconds + self._received / pace.least_bytes_per_second - self._waited_seconds
        started = loop.time()
        try:
            async with asyncio.timeout(min(left, pace.silent_seconds)):
                chunk = await reading
        except TimeoutError as error:
            raise RequestTimeoutError from error
        self._waited_seconds += loop.time() - started
        self._received += len(chunk)
        return chunk
