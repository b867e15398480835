"""Multipart uploads: from the first word to the last part, and how they end."""

from typing import Any

from aiohttp import web

from emulator.buckets.checksums import choose
from emulator.buckets.completion import Completion
from emulator.buckets.errors import InvalidArgumentError
from emulator.buckets.upload_rows import Upload
from emulator.buckets.uploads import MAX_PARTS
from emulator.errors import InvalidRequestError
from emulator.http.aws.errors import MalformedXMLError
from emulator.http.s3.address import location_of
from emulator.http.s3.call import Call, Handler, Output
from emulator.http.s3.conditions import write_condition
from emulator.http.s3.descriptions import ENCRYPTED, description_of
from emulator.http.s3.expirations import abort_of, expiration_of
from emulator.http.s3.slowly import slowly


async def create_multipart_upload(call: Call) -> Output:
    checksum = choose(call.asked.get("ChecksumAlgorithm"), call.asked.get("ChecksumType"))
    upload = await call.write(call.buckets.uploads.create, call.bucket, call.key, description_of(call), checksum)
    output = {"Bucket": call.bucket, "Key": call.key, "UploadId": upload.id, **ENCRYPTED}
    return output | checksum_of(upload) | abort_of(call, upload)


async def complete_multipart_upload(call: Call) -> Output | web.StreamResponse:
    asked = call.asked
    completion = Completion(
        parts=_parts(asked.get("MultipartUpload", {}).get("Parts", ())),
        origin=call.origin,
        precondition=write_condition(call),
        size_bytes=asked.get("MpuObjectSize"),
        checksum_type=asked.get("ChecksumType"),
        headers=call.headers,
    )

    async def complete() -> Output:
        done = await call.run(call.buckets.uploads.complete, call.bucket, call.key, asked["UploadId"], completion)
        return {
            "Location": location_of(call.request, call.bucket, call.key),
            "Bucket": call.bucket,
            "Key": call.key,
            "ETag": f'"{done.etag}"',
            **done.checksums,
            **ENCRYPTED,
            "VersionId": done.version_id,
            **(expiration_of(call, done.stored) if done.stored else {}),
        }

    return await slowly(call, complete())


async def abort_multipart_upload(call: Call) -> Output:
    await call.write(call.buckets.uploads.abort, upload_of(call))
    return {}


def upload_of(call: Call) -> Upload:
    """Return the upload that the request is about; looked up on the event loop, for it is one row."""
    return call.buckets.uploads.get(call.bucket, call.key, call.asked["UploadId"])


def checksum_of(upload: Upload) -> dict[str, str]:
    """Return which checksum an upload was created with, nothing if nobody asked for one."""
    checksum = upload.checksum
    return {"ChecksumAlgorithm": checksum.algorithm, "ChecksumType": checksum.type} if checksum.asked else {}


def _parts(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if not parts:
        raise InvalidRequestError("You must specify at least one part", code="InvalidRequest")
    if len(parts) > MAX_PARTS:
        raise MalformedXMLError(f"an object has at most {MAX_PARTS} parts")
    for part in parts:
        if "PartNumber" not in part or "ETag" not in part:
            raise MalformedXMLError("every part has a PartNumber and an ETag")
        if not 1 <= part["PartNumber"] <= MAX_PARTS:
            raise InvalidArgumentError(f"PartNumber must be >= 1 and <= {MAX_PARTS}")
    return parts


OPERATIONS: dict[str, Handler] = {
    "AbortMultipartUpload": abort_multipart_upload,
    "CompleteMultipartUpload": complete_multipart_upload,
    "CreateMultipartUpload": create_multipart_upload,
}
