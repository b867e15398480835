"""DELETE /bucket/key — a success, whether there was such an object or not."""

import asyncio

from aiohttp import web

from emulator.http.s3.call import Call
from emulator.http.s3.router import Operation


async def run(call: Call) -> web.StreamResponse:
    await asyncio.to_thread(call.buckets.objects.delete, call.bucket, call.key, origin=call.origin)
    return call.answer(204)


OPERATION = Operation("DeleteObject", "DELETE", "object", run)
