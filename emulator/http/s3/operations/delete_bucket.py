"""DELETE /bucket — an empty bucket goes."""

import asyncio

from aiohttp import web

from emulator.http.s3.call import Call
from emulator.http.s3.router import Operation


async def run(call: Call) -> web.StreamResponse:
    await asyncio.to_thread(call.buckets.delete_bucket, call.bucket)
    return call.answer(204)


OPERATION = Operation("DeleteBucket", "DELETE", "bucket", run)
