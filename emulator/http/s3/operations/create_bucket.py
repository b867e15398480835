"""PUT /bucket — a new bucket."""

import asyncio

from aiohttp import web

from emulator.buckets.errors import BucketAlreadyOwnedByYouError
from emulator.errors import InvalidRequestError
from emulator.http.s3.body import Body
from emulator.http.s3.call import Call
from emulator.http.s3.router import Operation
from emulator.http.s3.xml import parse

_LEGACY_REGION = "us-east-1"


async def run(call: Call) -> web.StreamResponse:
    document = await Body(call).document()
    # Any other region is taken: clients are set up for the region they will use on AWS.
    if document and parse(document).findtext("LocationConstraint") == _LEGACY_REGION:
        raise InvalidRequestError("The specified location-constraint is not valid", code="InvalidLocationConstraint")
    try:
        await asyncio.to_thread(call.buckets.create_bucket, call.bucket)
    except BucketAlreadyOwnedByYouError:
        if call.settings.region != _LEGACY_REGION:  # AWS's oldest region says yes once more
            raise
    return call.answer(headers={"Location": f"/{call.bucket}"})


OPERATION = Operation("CreateBucket", "PUT", "bucket", run)
