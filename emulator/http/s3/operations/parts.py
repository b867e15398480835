"""The parts of multipart uploads, as they come: sent, or copied from objects that are here."""

import re

from aiohttp import web

from emulator.buckets.checksums import Checksum, check_uploaded_part, given_in
from emulator.buckets.errors import PreconditionFailedError
from emulator.buckets.upload_rows import Upload, UploadedPart
from emulator.errors import InvalidRequestError
from emulator.http.aws.errors import InvalidArgumentError
from emulator.http.s3.body import BLOCK_BYTES
from emulator.http.s3.call import Call, Handler, Output
from emulator.http.s3.conditions import is_modified
from emulator.http.s3.copy_source import CopySource, copy_source_of
from emulator.http.s3.counts import checked_part_number
from emulator.http.s3.descriptions import ENCRYPTED, version_of
from emulator.http.s3.operations.multipart import upload_of
from emulator.http.s3.receiving import Received, receive
from emulator.units import GIB

_MAX_PART_BYTES = 5 * GIB
_RANGE = re.compile(r"bytes=(\d+)-(\d+)")


async def upload_part(call: Call) -> Output | web.StreamResponse:
    uploads, number = call.buckets.uploads, checked_part_number(call.asked["PartNumber"])
    upload = upload_of(call)
    check_uploaded_part(upload.checksum, given_in(call.headers))

    def place(received: Received) -> UploadedPart:
        content = received.verified()
        return uploads.put_part(upload, number, received.staged, content.checksums)

    part = await receive(call, uploads.stage, place, upload.checksum.algorithm)
    return {"ETag": f'"{part.etag}"', **ENCRYPTED, **part.checksums}


async def upload_part_copy(call: Call) -> Output:
    return await call.run(
        _copy, call, upload_of(call), checked_part_number(call.asked["PartNumber"]), copy_source_of(call)
    )


def _copy(call: Call, upload: Upload, number: int, source: CopySource) -> Output:
    uploads, algorithm = call.buckets.uploads, upload.checksum.algorithm
    with call.buckets.objects.open(*source.address, source.version_id) as opened, uploads.stage() as staged:
        if not is_modified(opened.stored, call.asked, "CopySource"):
            raise PreconditionFailedError
        wanted = _range(call.asked.get("CopySourceRange"), opened.stored.size_bytes)
        checksum, remaining = Checksum(algorithm), len(wanted)
        opened.file.seek(wanted.start)
        while remaining and (block := opened.file.read(min(BLOCK_BYTES, remaining))):
            staged.write(block)
            checksum.update(block)
            remaining -= len(block)
        if remaining:
            raise InvalidRequestError("The source became shorter while it was copied.", code="InvalidRequest")
        opened.check_unchanged()
        part = uploads.put_part(upload, number, staged, {algorithm.member: checksum.base64()})
    return {
        "CopyPartResult": {"ETag": f'"{part.etag}"', "LastModified": part.last_modified, **part.checksums},
        "CopySourceVersionId": version_of(call, opened.stored).get("VersionId"),
        **ENCRYPTED,
    }


def _range(header: str | None, size_bytes: int) -> range:
    """Return the bytes of the source that the part is to have; S3 takes no other form than `bytes=0-9`."""
    if header is None:
        if size_bytes > _MAX_PART_BYTES:
            raise InvalidRequestError(
                "The specified copy source is larger than the maximum allowable size for a copy source:"
                f" {_MAX_PART_BYTES}",
                code="InvalidRequest",
            )
        return range(size_bytes)
    found = _RANGE.fullmatch(header)
    if found is None or int(found[2]) < int(found[1]):
        raise InvalidArgumentError(
            "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the"
            " zero-based offsets of the first and last bytes to copy",
            "x-amz-copy-source-range",
            header,
        )
    if int(found[2]) >= size_bytes:
        raise InvalidArgumentError(
            f"Range specified is not valid for source object of size: {size_bytes}", "x-amz-copy-source-range", header
        )
    return range(int(found[1]), int(found[2]) + 1)


OPERATIONS: dict[str, Handler] = {"UploadPart": upload_part, "UploadPartCopy": upload_part_copy}
