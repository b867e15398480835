"""HEAD /bucket/key — all that GET says, without the object."""

import asyncio

from aiohttp import web

from emulator.http.s3.call import Call
from emulator.http.s3.conditions import is_modified
from emulator.http.s3.descriptions import headers_of
from emulator.http.s3.ranges import requested_range
from emulator.http.s3.router import Operation


async def run(call: Call) -> web.StreamResponse:
    stored = await asyncio.to_thread(call.buckets.objects.head, call.bucket, call.key)
    if not is_modified(stored, call.request.headers):
        return call.answer(304, headers_of(stored))
    part = requested_range(call.header("Range"), stored.size_bytes)
    headers = headers_of(stored, checksums=call.header("x-amz-checksum-mode") == "ENABLED" and part is None)
    headers["Content-Length"] = str(stored.size_bytes if part is None else len(part))
    if part is not None:
        headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{stored.size_bytes}"
    return call.answer(200 if part is None else 206, headers)


OPERATION = Operation("HeadObject", "HEAD", "object", run)
