"""HEAD /bucket — is there such a bucket?"""

import asyncio

from aiohttp import web

from emulator.http.s3.call import Call
from emulator.http.s3.router import Operation


async def run(call: Call) -> web.StreamResponse:
    await asyncio.to_thread(call.buckets.get, call.bucket)
    return call.answer(headers={"x-amz-bucket-region": call.settings.region, "Content-Type": "application/xml"})


OPERATION = Operation("HeadBucket", "HEAD", "bucket", run)
