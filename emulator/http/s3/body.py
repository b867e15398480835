"""A request's body as it is read: in blocks, never whole, and without the frames that SDKs put around its chunks."""

from collections.abc import AsyncIterator, Mapping

from aiohttp import StreamReader, web

from emulator.errors import InvalidRequestError
from emulator.http.aws.errors import BodyTooLargeError
from emulator.signatures import BodyVerifier
from emulator.units import GIB, MIB

BLOCK_BYTES = MIB
_MAX_OBJECT_BYTES = 5 * GIB
_MAX_DOCUMENT_BYTES = 2 * MIB


class Body:
    """Iterate over `blocks` once; then `trailers` has what followed them, by lower-case name."""

    def __init__(self, request: web.Request, headers: Mapping[str, str], verifier: BodyVerifier | None) -> None:
        self._stream = request.content
        self._verifier = verifier
        self._framed = (headers.get("x-amz-content-sha256") or "").startswith("STREAMING-") or "aws-chunked" in (
            headers.get("Content-Encoding") or ""
        )
        name = "x-amz-decoded-content-length" if self._framed else "Content-Length"
        self.length = _length(name, headers.get(name))
        """How many bytes are announced, None if nobody says."""
        self.trailers: dict[str, str] = {}

    async def blocks(self) -> AsyncIterator[bytes]:
        """Yield the body in blocks of about a MiB; IncompleteBody if it ends early."""
        received, block = 0, bytearray()
        async for chunk in self._unframed() if self._framed else self._plain():
            received += len(chunk)
            if received > _MAX_OBJECT_BYTES:
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

    async def whole(self, most_bytes: int) -> bytes:
        """Return all of a small body; BodyTooLargeError if it is none."""
        content = bytearray()
        async for block in self.blocks():
            content += block
            if len(content) > most_bytes:
                raise BodyTooLargeError
        return bytes(content)

    async def _plain(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream.iter_any():
            if self._verifier is not None:
                self._verifier.update(chunk)
            yield chunk

    async def _unframed(self) -> AsyncIterator[bytes]:
        """Read `size;chunk-signature=…`, so many bytes, and so on; after the chunk of no bytes come the trailers."""
        while True:
            remaining, extension = _frame(await _line(self._stream))
            if self._verifier is not None:
                self._verifier.begin_chunk(extension)
            is_last = not remaining
            while remaining:
                chunk = await self._stream.read(min(remaining, BLOCK_BYTES))
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
            if await _line(self._stream):
                raise _incomplete()
        while not self._stream.at_eof() and (line := await _line(self._stream)):
            name, _, value = line.decode("latin-1").partition(":")
            self.trailers[name.strip().lower()] = value.strip()


async def read_document(request: web.Request, headers: Mapping[str, str], verifier: BodyVerifier | None) -> bytes:
    """Return the whole body of a request that is a small document."""
    return await Body(request, headers, verifier).whole(_MAX_DOCUMENT_BYTES)


async def _line(stream: StreamReader) -> bytes:
    try:
        line = await stream.readline()
    except ValueError as error:  # longer than any frame's first line
        raise _incomplete() from error
    return line.rstrip(b"\r\n")


def _frame(line: bytes) -> tuple[int, str]:
    size, _, extension = line.partition(b";")
    try:
        number = int(size, 16)
    except ValueError as error:
        raise _incomplete() from error
    if number < 0:
        raise _incomplete()
    return number, extension.decode("latin-1")


def _length(name: str, value: str | None) -> int | None:
    if value is None:
        return None
    if not value.isascii() or not value.isdigit():
        raise InvalidRequestError(f"{name} is not a number", code="InvalidArgument")
    if int(value) > _MAX_OBJECT_BYTES:
        raise _too_large()
    return int(value)


def _incomplete() -> InvalidRequestError:
    return InvalidRequestError(
        "You did not provide the number of bytes specified by the Content-Length HTTP header", code="IncompleteBody"
    )


def _too_large() -> InvalidRequestError:
    return InvalidRequestError("Your proposed upload exceeds the maximum allowed size", code="EntityTooLarge")
