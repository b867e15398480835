"""GET /bucket?list-type=2 — a page of keys."""

import base64
import binascii

from aiohttp import web

from emulator.buckets.errors import InvalidArgumentError
from emulator.http.s3.call import Call
from emulator.http.s3.listing import Listing
from emulator.http.s3.router import Operation
from emulator.http.s3.xml import Content, render


async def run(call: Call) -> web.StreamResponse:
    listing = Listing(call)
    token, start_after = call.query("continuation-token"), call.query("start-after")
    page = await listing.page(_start(token) if token else start_after)
    document: list[tuple[str, Content]] = [
        *listing.head(page),
        ("KeyCount", str(len(page.objects) + len(page.common_prefixes))),
    ]
    if token:
        document.append(("ContinuationToken", token))
    if start_after:
        document.append(("StartAfter", listing.encode(start_after)))
    if page.next_start is not None:
        document.append(("NextContinuationToken", _token(page.next_start)))
    document += listing.entries(page, owner=call.query("fetch-owner") == "true")
    return call.answer(xml=render("ListBucketResult", document))


def _token(start: str) -> str:
    """Return where to go on, in a form that nobody is tempted to make up."""
    return base64.urlsafe_b64encode(start.encode()).decode()


def _start(token: str) -> str:
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise InvalidArgumentError("The continuation token provided is incorrect") from error


OPERATION = Operation("ListObjectsV2", "GET", "bucket", run, query=("list-type=2",))
