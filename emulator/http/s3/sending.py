"""An object on its way out: a small one at once, a large one by the kernel, straight from the file to the socket."""

import asyncio
import os
from typing import BinaryIO

from aiohttp import web

_AT_ONCE_BYTES = 128 * 1024


async def send(
    request: web.Request, file: BinaryIO, part: range, status: int, headers: dict[str, str]
) -> web.StreamResponse:
    """Answer *request* with the bytes *part* of *file*, which must stay open until then."""
    if len(part) <= _AT_ONCE_BYTES:
        content = os.pread(file.fileno(), len(part), part.start)
        if len(content) < len(part):
            raise _cut_short()
        return web.Response(status=status, headers=headers, body=content)
    response = web.StreamResponse(status=status, headers=headers)
    response.content_length = len(part)
    await response.prepare(request)
    transport = request.transport
    if transport is None or transport.is_closing():
        raise ConnectionResetError
    if await asyncio.get_running_loop().sendfile(transport, file, part.start, len(part)) < len(part):
        raise _cut_short()
    await response.write_eof()
    return response


def _cut_short() -> ConnectionAbortedError:
    """Return what ends the connection: a short answer would not say that the file became shorter meanwhile."""
    return ConnectionAbortedError("the file became shorter while it was sent")
