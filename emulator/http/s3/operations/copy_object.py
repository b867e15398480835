"""PUT /bucket/key with x-amz-copy-source — an object from another."""

import asyncio

from aiohttp import web

from emulator.buckets import Description, StoredObject, Writing, events
from emulator.buckets.errors import InvalidArgumentError, PreconditionFailedError
from emulator.errors import InvalidRequestError
from emulator.http.s3.address import decode
from emulator.http.s3.call import Call
from emulator.http.s3.conditions import is_modified
from emulator.http.s3.descriptions import description_of
from emulator.http.s3.errors import NotImplementedByS3Error
from emulator.http.s3.router import Operation
from emulator.http.s3.xml import render
from emulator.units import iso_millis

_CONDITION_PREFIX = "x-amz-copy-source-"


async def run(call: Call) -> web.StreamResponse:
    source = _source(call)
    description = _replacement(call)
    if source == (call.bucket, call.key) and description is None:
        raise InvalidRequestError(
            "This copy request is illegal because it is trying to copy an object to itself without changing the"
            " object's metadata, storage class, website redirect location or encryption attributes.",
            code="InvalidRequest",
        )
    stored = await asyncio.to_thread(_copy, call, source, description)
    document = [("LastModified", iso_millis(stored.last_modified)), ("ETag", f'"{stored.etag}"')]
    headers = {"x-amz-server-side-encryption": "AES256"}
    return call.answer(headers=headers, xml=render("CopyObjectResult", document))


def _copy(call: Call, source: tuple[str, str], description: Description | None) -> StoredObject:
    with call.buckets.objects.open(*source) as opened:
        if not is_modified(opened.stored, call.request.headers, _CONDITION_PREFIX):
            raise PreconditionFailedError
        writing = Writing(events.COPY, call.origin)
        return call.buckets.objects.copy(opened, call.bucket, call.key, description, writing)


def _source(call: Call) -> tuple[str, str]:
    text, _, version = (call.header("x-amz-copy-source") or "").partition("?")
    if version:
        raise NotImplementedByS3Error("a version of a copy's source")
    bucket, _, key = decode(text).removeprefix("/").partition("/")
    if not bucket or not key:
        raise InvalidArgumentError("Copy Source must mention the source bucket and key: sourcebucket/sourcekey")
    return bucket, key


def _replacement(call: Call) -> Description | None:
    directive = call.header("x-amz-metadata-directive") or "COPY"
    if directive not in ("COPY", "REPLACE"):
        raise InvalidArgumentError("Unknown metadata directive.")
    return description_of(call) if directive == "REPLACE" else None


OPERATION = Operation("CopyObject", "PUT", "object", run, headers=("x-amz-copy-source",))
