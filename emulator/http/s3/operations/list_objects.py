"""GET /bucket — a page of keys, as it was before version 2."""

from aiohttp import web

from emulator.http.s3.call import Call
from emulator.http.s3.listing import Listing
from emulator.http.s3.router import Operation
from emulator.http.s3.xml import Content, render


async def run(call: Call) -> web.StreamResponse:
    listing = Listing(call)
    marker = call.query("marker")
    page = await listing.page(marker)
    document: list[tuple[str, Content]] = [*listing.head(page), ("Marker", listing.encode(marker))]
    if page.next_start is not None and listing.delimiter:  # without one, the last key says where to go on
        document.append(("NextMarker", listing.encode(page.next_start)))
    document += listing.entries(page, owner=True)
    return call.answer(xml=render("ListBucketResult", document))


OPERATION = Operation("ListObjects", "GET", "bucket", run)
