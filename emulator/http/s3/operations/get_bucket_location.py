"""GET /bucket?location — the region, which is nothing at all for us-east-1."""

import asyncio

from aiohttp import web

from emulator.http.s3.call import Call
from emulator.http.s3.router import Operation
from emulator.http.s3.xml import render


async def run(call: Call) -> web.StreamResponse:
    await asyncio.to_thread(call.buckets.get, call.bucket)
    region = call.settings.region
    return call.answer(xml=render("LocationConstraint", "" if region == "us-east-1" else region))


OPERATION = Operation("GetBucketLocation", "GET", "bucket", run, query=("location",))
