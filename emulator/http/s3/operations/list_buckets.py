"""GET / — the buckets."""

import asyncio

from aiohttp import web

from emulator.http.s3.call import Call
from emulator.http.s3.router import Operation
from emulator.http.s3.xml import render
from emulator.settings import ACCOUNT_ID
from emulator.units import iso_millis


async def run(call: Call) -> web.StreamResponse:
    buckets = await asyncio.to_thread(call.buckets.list)
    listed = [
        ("Bucket", [("Name", bucket.name), ("CreationDate", iso_millis(bucket.created_at.replace(microsecond=0)))])
        for bucket in buckets
    ]
    return call.answer(xml=render("ListAllMyBucketsResult", [("Owner", [("ID", ACCOUNT_ID)]), ("Buckets", listed)]))


OPERATION = Operation("ListBuckets", "GET", "service", run)
