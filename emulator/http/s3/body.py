"""A request's body as it is read: in blocks, never whole, and without the frames that SDKs put around its chunks."""

from collections.abc import AsyncIterator

from aiohttp import StreamReader

from emulator.errors import InvalidRequestError
from emulator.http.s3.call import Call
from emulator.http.s3.xml import malformed
from emulator.units import GIB, MIB

_BLOCK_BYTES = MIB
_MAX_OBJECT_BYTES = 5 * GIB
_MAX_DOCUMENT_BYTES = 2 * MIB


class Body:
    """Iterate over `blocks` once; then `trailers` has what followed them, by lower-case name."""

    def __init__(self, call: Call) -> None:
        self._stream = call.request.content
        self._framed = (call.header("x-amz-content-sha256") or "").startswith("STREAMING-") or "aws-chunked" in (
            call.header("Content-Encoding") or ""
        )
        self._length = _length(call, "x-amz-decoded-content-length" if self._framed else "Content-Length")
        self.trailers: dict[str, str] = {}

    async def blocks(self) -> AsyncIterator[bytes]:
        """Yield the body in blocks of about a MiB; IncompleteBody if it ends early."""
        received, block = 0, bytearray()
        async for chunk in self._unframed() if self._framed else self._stream.iter_any():
            received += len(chunk)
            if received > _MAX_OBJECT_BYTES:
                raise _too_large()
            block += chunk
            if len(block) >= _BLOCK_BYTES:
                yield bytes(block)
                block.clear()
        if self._length is not None and received != self._length:
            raise _incomplete()
        if block:
            yield bytes(block)

    async def document(self) -> bytes:
        """Return the whole body of a request that is a small document."""
        content = bytearray()
        async for block in self.blocks():
            content += block
            if len(content) > _MAX_DOCUMENT_BYTES:
                raise malformed()
        return bytes(content)

    async def _unframed(self) -> AsyncIterator[bytes]:
        """Read `size;chunk-signature=…`, so many bytes, and so on; after the chunk of no bytes come the trailers."""
        while remaining := _chunk_size(await _line(self._stream)):
            while remaining:
                chunk = await self._stream.read(min(remaining, _BLOCK_BYTES))
                if not chunk:
                    raise _incomplete()
                remaining -= len(chunk)
                yield chunk
            if await _line(self._stream):
                raise _incomplete()
        while not self._stream.at_eof() and (line := await _line(self._stream)):
            name, _, value = line.decode("latin-1").partition(":")
            self.trailers[name.strip().lower()] = value.strip()


async def _line(stream: StreamReader) -> bytes:
    try:
        line = await stream.readline()
    except ValueError as error:  # longer than any frame's first line
        raise _incomplete() from error
    return line.rstrip(b"\r\n")


def _chunk_size(line: bytes) -> int:
    try:
        return int(line.partition(b";")[0], 16)
    except ValueError as error:
        raise _incomplete() from error


def _length(call: Call, header: str) -> int | None:
    value = call.header(header)
    if value is None:
        return None
    if not value.isascii() or not value.isdigit():
        raise InvalidRequestError(f"{header} is not a number", code="InvalidArgument")
    if int(value) > _MAX_OBJECT_BYTES:
        raise _too_large()
    return int(value)


def _incomplete() -> InvalidRequestError:
    return InvalidRequestError(
        "You did not provide the number of bytes specified by the Content-Length HTTP header", code="IncompleteBody"
    )


def _too_large() -> InvalidRequestError:
    return InvalidRequestError("Your proposed upload exceeds the maximum allowed size", code="EntityTooLarge")
