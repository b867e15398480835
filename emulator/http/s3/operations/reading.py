"""Objects, as readers get them."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from emulator.buckets import StoredObject
from emulator.buckets.objects import OpenObject
from emulator.errors import InvalidRequestError
from emulator.http.aws.s3 import s3
from emulator.http.s3.call import Call, Handler, Output, common_headers
from emulator.http.s3.conditions import is_modified
from emulator.http.s3.counts import checked_part_number, count_of, not_negative
from emulator.http.s3.descriptions import facts_of
from emulator.http.s3.errors import InvalidPartNumberError
from emulator.http.s3.expirations import expiration_of
from emulator.http.s3.ranges import requested_range
from emulator.http.s3.sending import send

_OVERRIDES = {
    "ResponseCacheControl": "CacheControl",
    "ResponseContentDisposition": "ContentDisposition",
    "ResponseContentEncoding": "ContentEncoding",
    "ResponseContentLanguage": "ContentLanguage",
    "ResponseContentType": "ContentType",
    "ResponseExpires": "Expires",
}
_NOT_MODIFIED = {"ETag", "LastModified", "CacheControl", "Expires", "VersionId"}
"""What is said of an object that its reader has already."""


async def get_object(call: Call) -> web.StreamResponse:
    with await _opened(call) as opened:
        status, part, facts = _answer(call, opened)
        if status == 304:
            return call.answer(facts, status)
        rendered = s3().protocol.render(call.operation, facts)
        headers = common_headers(call.request_id) | rendered.headers
        return await send(call.request, opened.file, part, status, headers)


async def head_object(call: Call) -> web.StreamResponse:
    with await _opened(call) as opened:
        status, part, facts = _answer(call, opened)
    if status != 304:
        facts["ContentLength"] = len(part)
    return call.answer(facts, status)


async def get_object_attributes(call: Call) -> Output:
    stored = await call.run(call.buckets.objects.head, call.bucket, call.key, call.version_id)
    facts = facts_of(call, stored, checksums=True)
    wanted = set(call.asked["ObjectAttributes"])
    output: dict[str, Any] = {name: facts[name] for name in ("LastModified", "VersionId") if name in facts}
    if "ETag" in wanted:
        output["ETag"] = stored.etag
    if "Checksum" in wanted and stored.content.checksums:
        # A composite one is shown here without the number of its parts.
        output["Checksum"] = {name: text.partition("-")[0] for name, text in stored.content.checksums.items()}
    if "ObjectParts" in wanted and stored.content.parts:
        output["ObjectParts"] = _parts(call, stored.content.parts)
    if "StorageClass" in wanted:
        output["StorageClass"] = facts.get("StorageClass", "STANDARD")
    if "ObjectSize" in wanted:
        output["ObjectSize"] = stored.size_bytes
    return output


async def _opened(call: Call) -> OpenObject:
    objects = call.buckets.objects
    # On the event loop: a row and a file are looked up faster than a thread is woken, and neither waits for writers.
    known = objects.open_known(call.bucket, call.key) if call.version_id is None else None
    if known is not None:
        return known
    return await call.run(objects.open, call.bucket, call.key, call.version_id)


def _answer(call: Call, opened: OpenObject) -> tuple[int, range, dict[str, Any]]:
    """Return the status, the bytes to send, and what is said of them."""
    stored, asked = opened.stored, call.asked
    wants_checksums = asked.get("ChecksumMode") == "ENABLED"
    if not is_modified(stored, asked):
        facts = facts_of(call, stored)
        return 304, range(0), {name: facts[name] for name in facts.keys() & _NOT_MODIFIED}
    part = _part(stored, asked)
    facts = facts_of(call, stored, checksums=wants_checksums and part is None) | expiration_of(call, stored)
    if "PartNumber" in asked and stored.content.parts:
        facts["PartsCount"] = len(stored.content.parts)
    if part:
        facts["ContentRange"] = f"bytes {part.start}-{part.stop - 1}/{stored.size_bytes}"
    facts |= {header: asked[name] for name, header in _OVERRIDES.items() if asked.get(name)}
    return (200, range(stored.size_bytes), facts) if part is None else (206, part, facts)


def _part(stored: StoredObject, asked: Mapping[str, Any]) -> range | None:
    """
    Return the bytes that are asked for by a range or a part's number; None for all.

    An object that came in one piece is its own first part.
    """
    number = asked.get("PartNumber")
    if number is None:
        return requested_range(asked.get("Range"), stored.size_bytes)
    if "Range" in asked:
        raise InvalidRequestError("Cannot specify both Range header and partNumber query parameter")
    checked_part_number(number)
    sizes = [part["Size"] for part in stored.content.parts] or [stored.size_bytes]
    if number > len(sizes):
        raise InvalidPartNumberError(number, len(sizes))
    start = sum(sizes[: number - 1])
    return range(start, start + sizes[number - 1])


def _parts(call: Call, parts: tuple[Any, ...]) -> dict[str, Any]:
    most = count_of(call.asked.get("MaxParts"), "max-parts")
    after = not_negative(call.asked.get("PartNumberMarker", 0), "part-number-marker")
    following = [part for part in parts if part["PartNumber"] > after]
    shown = following[:most]
    document = {
        "TotalPartsCount": len(parts),
        "PartNumberMarker": str(after),
        "MaxParts": most,
        "IsTruncated": len(following) > most > 0,
        "Parts": shown,
    }
    if shown:
        document["NextPartNumberMarker"] = str(shown[-1]["PartNumber"])
    return document


OPERATIONS: dict[str, Handler] = {
    "GetObject": get_object,
    "GetObjectAttributes": get_object_attributes,
    "HeadObject": head_object,
}
