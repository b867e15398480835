"""Objects, as they are put and copied."""

from collections.abc import Callable, Mapping
from typing import BinaryIO

from aiohttp import web

from emulator.buckets import Description, StoredObject, Writing, events
from emulator.buckets.checksums import Checksum, algorithm_named
from emulator.buckets.errors import PreconditionFailedError
from emulator.buckets.objects import OpenObject
from emulator.errors import InvalidRequestError
from emulator.http.s3.body import BLOCK_BYTES
from emulator.http.s3.call import Call, Handler, Output
from emulator.http.s3.conditions import is_modified, write_condition
from emulator.http.s3.copy_source import CopySource, copy_source_of
from emulator.http.s3.descriptions import ENCRYPTED, description_of, tags_of, version_of
from emulator.http.s3.expirations import expiration_of
from emulator.http.s3.receiving import receive_object


async def put_object(call: Call) -> Output:
    writing = Writing(origin=call.origin, precondition=write_condition(call))
    stored = await receive_object(call, description_of(call), writing)
    return {
        "ETag": f'"{stored.etag}"',
        **ENCRYPTED,
        **version_of(call, stored),
        **stored.content.checksums,
        **expiration_of(call, stored),
    }


async def copy_object(call: Call) -> Output | web.StreamResponse:
    source = copy_source_of(call)
    replaces = (call.asked.get("MetadataDirective") or "COPY") == "REPLACE"
    if source.address == (call.bucket, call.key) and source.version_id is None and not (replaces or _changes(call)):
        raise InvalidRequestError(
            "This copy request is illegal because it is trying to copy an object to itself without changing the"
            " object's metadata, storage class, website redirect location or encryption attributes.",
            code="InvalidRequest",
        )
    copied, original = await call.run(_copy, call, source, replaces)
    output = {
        "CopyObjectResult": {
            "LastModified": copied.last_modified,
            "ETag": f'"{copied.etag}"',
            **copied.content.checksums,
        },
        **ENCRYPTED,
        **version_of(call, copied),
        **expiration_of(call, copied),
    }
    if "VersionId" in version_of(call, original):
        output["CopySourceVersionId"] = original.version_id
    return output


def _copy(call: Call, source: CopySource, replaces: bool) -> tuple[StoredObject, StoredObject]:
    with call.buckets.objects.open(*source.address, source.version_id) as opened:
        if not is_modified(opened.stored, call.asked, "CopySource"):
            raise PreconditionFailedError
        description = _description(call, opened, replaces)
        writing = Writing(events.COPY, call.origin, write_condition(call))
        copied = call.buckets.objects.copy(
            opened, call.bucket, call.key, description, writing, checksums_of=_wanted_checksums(call, opened)
        )
        return copied, opened.stored


def _wanted_checksums(call: Call, source: OpenObject) -> Callable[[BinaryIO], Mapping[str, str]] | None:
    """Return what calculates the checksum that is asked for; None if nobody asks, or the source has it."""
    name, known = call.asked.get("ChecksumAlgorithm"), source.stored.content.checksums
    if name is None:
        return None
    algorithm = algorithm_named(name)
    if algorithm.member in known and known.get("ChecksumType") == "FULL_OBJECT":
        return None

    def calculated(file: BinaryIO) -> Mapping[str, str]:
        checksum = Checksum(algorithm)
        while block := file.read(BLOCK_BYTES):
            checksum.update(block)
        return {algorithm.member: checksum.base64(), "ChecksumType": "FULL_OBJECT"}

    return calculated


def _description(call: Call, opened: OpenObject, replaces: bool) -> Description:
    """Return what the copy is said to be: metadata and tags each come from the source or the request."""
    asked, source = description_of(call), opened.stored.description
    tags = tags_of(call.asked) if call.asked.get("TaggingDirective") == "REPLACE" else source.tags
    if replaces:
        return Description(asked.content_type, asked.metadata, asked.headers, tags)
    own = {name: asked.headers[name] for name in ("StorageClass", "WebsiteRedirectLocation") if name in asked.headers}
    kept = {name: text for name, text in source.headers.items() if name != "StorageClass"}
    return Description(source.content_type, source.metadata, kept | own, tags)


def _changes(call: Call) -> bool:
    """Tell whether a copy of an object onto itself changes something all the same."""
    return any(call.asked.get(name) for name in ("StorageClass", "WebsiteRedirectLocation", "ServerSideEncryption"))


OPERATIONS: dict[str, Handler] = {"PutObject": put_object, "CopyObject": copy_object}
