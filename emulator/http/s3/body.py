"""A request's body as it is read: in blocks, never whole, and without the frames that SDKs put around its chunks."""

import re
from collections.abc import AsyncIterator, Awaitable, Mapping

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from emulator.errors import InvalidRequestError
from emulator.http.aws.errors import BodyTooLargeError
from emulator.http.s3.pace import STRANGERS, Pace, Patience
from emulator.signatures import BodyVerifier
from emulator.units import GIB, MIB

BLOCK_BYTES = MIB
MAX_OBJECT_BYTES = 5 * GIB
_MOST_TRAILERS = 32
_SIZE = re.compile(rb"[0-9a-fA-F]{1,16}")


class Body:
    """Iterate over `blocks` once; then `trailers` has what followed them, by lower-case name."""

    def __init__(
        self, request: web.Request, headers: Mapping[str, str], verifier: BodyVerifier | None, pace: Pace = STRANGERS
    ) -> None:
        self._stream = request.content
        self._patience = Patience(pace)
        self._verifier = verifier
        self._framed = (headers.get("x-amz-content-sha256") or "").startswith("STREAMING-") or "aws-chunked" in (
            headers.get("content-encoding") or ""
        )
        name = "x-amz-decoded-content-length" if self._framed else "content-length"
        self.length: int | None = _length(name, headers.get(name))
        """How many bytes are announced, None if nobody says."""
        self._is_measured = self.length is not None or (not self._framed and "Transfer-Encoding" in request.headers)
        self.trailers: dict[str, str] = {}

    @property
    def is_small(self) -> bool:
        """Tell whether all of it may be in memory at once."""
        return self.length is not None and self.length <= BLOCK_BYTES

    async def blocks(self) -> AsyncIterator[bytes]:
        """Yield the body in blocks of about a MiB; IncompleteBody if it ends early."""
        received, block = 0, bytearray()
        async for chunk in self._unframed() if self._framed else self._plain():
            received += len(chunk)
            if received > MAX_OBJECT_BYTES:
                raise _too_large()
            block += chunk
            if len(block) >= BLOCK_BYTES:
                yield bytes(block)
                block.clear()
        if self.length is not None and received != self.length:
            raise _incomplete()
        if self._verifier is not None:
            self._verifier.finish(self.trailers)
        if block:
            yield bytes(block)

    def check_measured(self) -> None:
        """Raise MissingContentLength if nobody says how long an object is, but for one that comes in HTTP's chunks."""
        if not self._is_measured:
            raise InvalidRequestError("You must provide the Content-Length HTTP header.", code="MissingContentLength")

    async def whole(self, most_bytes: int) -> bytes:
        """Return all of a small body; BodyTooLargeError if it is none."""
        content = bytearray()
        async for block in self.blocks():
            content += block
            if len(content) > most_bytes:
                raise BodyTooLargeError
        return bytes(content)

    async def _plain(self) -> AsyncIterator[bytes]:
        while chunk := await self._read():
            if self._verifier is not None:
                self._verifier.update(chunk)
            yield chunk

    async def _unframed(self) -> AsyncIterator[bytes]:
        """Read `size;chunk-signature=…`, so many bytes, and so on; after the chunk of no bytes come the trailers."""
        while True:
            remaining, extension = _frame(await self._line())
            if self._verifier is not None:
                self._verifier.begin_chunk(extension)
            is_last = not remaining
            while remaining:
                chunk = await self._waited(self._stream.read(min(remaining, BLOCK_BYTES)))
                if not chunk:
                    raise _incomplete()
                remaining -= len(chunk)
                if self._verifier is not None:
                    self._verifier.update(chunk)
                yield chunk
            if self._verifier is not None:
                self._verifier.end_chunk()
            if is_last:
                break
            if await self._line():
                raise _incomplete()
        await self._read_trailers()

    async def _read_trailers(self) -> None:
        for _number in range(_MOST_TRAILERS):
            if self._stream.at_eof() or not (line := await self._line()):
                return
            name, _, value = line.decode("latin-1").partition(":")
            self.trailers[name.strip().lower()] = value.strip()
        raise _incomplete()

    async def _read(self) -> bytes:
        """Return what has come, b"" at the end."""
        return await self._waited(self._stream.readany())

    async def _line(self) -> bytes:
        try:
            line = await self._waited(self._stream.readline())
        except (ValueError, HttpProcessingError) as error:  # longer than any frame's first line
            raise _incomplete() from error
        return line.rstrip(b"\r\n")

    async def _waited(self, reading: Awaitable[bytes]) -> bytes:
        """Return what *reading* does, if it is not too slow; what is all here already needs no patience."""
        try:
            return await (reading if self._stream.is_eof() else self._patience.wait(reading))
        except web.RequestPayloadError as error:  # HTTP's own chunks are wrong, or the sender stopped in the middle
            raise _incomplete() from error


def _frame(line: bytes) -> tuple[int, str]:
    size, _, extension = line.partition(b";")
    if _SIZE.fullmatch(size) is None:
        raise _incomplete()
    return int(size, 16), extension.decode("latin-1")


def _length(name: str, value: str | None) -> int | None:
    if value is None:
        return None
    if not value.isascii() or not value.isdigit():
        raise InvalidRequestError(f"{name} is not a number", code="InvalidArgument")
    if int(value) > MAX_OBJECT_BYTES:
        raise _too_large()
    return int(value)


def _incomplete() -> InvalidRequestError:
    return InvalidRequestError(
        "You did not provide the number of bytes specified by the Content-Length HTTP header", code="IncompleteBody"
    )


def _too_large() -> InvalidRequestError:
    return InvalidRequestError("Your proposed upload exceeds the maximum allowed size", code="EntityTooLarge")
