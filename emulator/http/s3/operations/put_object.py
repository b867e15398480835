"""PUT /bucket/key — an object, streamed to disk."""

import asyncio

from aiohttp import web

from emulator.buckets import Writing
from emulator.http.s3.body import Body
from emulator.http.s3.call import Call
from emulator.http.s3.checksums import Checksums
from emulator.http.s3.conditions import write_condition
from emulator.http.s3.descriptions import checksums_of, description_of
from emulator.http.s3.router import Operation


async def run(call: Call) -> web.StreamResponse:
    condition, body, checksums = write_condition(call), Body(call), Checksums(call.request.headers)
    objects = call.buckets.objects
    with await asyncio.to_thread(objects.stage, call.bucket, call.key, description_of(call)) as staged:

        def write(block: bytes) -> None:
            checksums.update(block)
            staged.write(block)

        async for block in body.blocks():
            await asyncio.to_thread(write, block)
        description = description_of(call, checksums.verify(staged.etag, body.trailers))
        stored = await asyncio.to_thread(
            objects.place,
            call.bucket,
            call.key,
            staged,
            description,
            writing=Writing(origin=call.origin, precondition=condition),
        )
    headers = {"ETag": f'"{stored.etag}"', "x-amz-server-side-encryption": "AES256"}
    return call.answer(headers=headers | checksums_of(stored))


OPERATION = Operation("PutObject", "PUT", "object", run)
