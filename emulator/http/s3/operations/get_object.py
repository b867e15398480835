"""GET /bucket/key — an object, or a range of it, read in a thread and sent block by block."""

import asyncio

from aiohttp import web

from emulator.buckets.objects import CHUNK_BYTES, OpenObject
from emulator.http.s3.call import Call
from emulator.http.s3.conditions import is_modified
from emulator.http.s3.descriptions import headers_of
from emulator.http.s3.ranges import requested_range
from emulator.http.s3.router import Operation

_OVERRIDES = {
    "response-cache-control": "Cache-Control",
    "response-content-disposition": "Content-Disposition",
    "response-content-encoding": "Content-Encoding",
    "response-content-language": "Content-Language",
    "response-content-type": "Content-Type",
    "response-expires": "Expires",
}


async def run(call: Call) -> web.StreamResponse:
    with await asyncio.to_thread(call.buckets.objects.open, call.bucket, call.key) as opened:
        stored = opened.stored
        if not is_modified(stored, call.request.headers):
            return call.answer(304, headers_of(stored))
        part = requested_range(call.header("Range"), stored.size_bytes)
        wants_checksums = call.header("x-amz-checksum-mode") == "ENABLED" and part is None
        headers = call.headers() | headers_of(stored, checksums=wants_checksums) | _overrides(call)
        if part is not None:
            headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{stored.size_bytes}"
        return await _send(call, opened, range(stored.size_bytes) if part is None else part, headers, part is not None)


async def _send(
    call: Call, opened: OpenObject, part: range, headers: dict[str, str], is_part: bool
) -> web.StreamResponse:
    response = web.StreamResponse(status=206 if is_part else 200, headers=headers)
    response.content_length = len(part)
    await response.prepare(call.request)
    opened.file.seek(part.start)
    remaining = len(part)
    while remaining:
        block = await asyncio.to_thread(opened.file.read, min(remaining, CHUNK_BYTES))
        if not block:  # cut short by its writer: a broken connection says so, a short answer would not
            raise ConnectionAbortedError(f"{call.key} became shorter while it was sent")
        await response.write(block)
        remaining -= len(block)
    await response.write_eof()
    return response


def _overrides(call: Call) -> dict[str, str]:
    return {header: value for name, header in _OVERRIDES.items() if (value := call.query(name))}


OPERATION = Operation("GetObject", "GET", "object", run)
