"""Pages of multipart uploads and of their parts."""

from typing import Any

from emulator.buckets.upload_rows import Upload, UploadedPart
from emulator.http.s3.call import Call, Handler, Output
from emulator.http.s3.counts import count_of, not_negative
from emulator.http.s3.expirations import abort_of
from emulator.http.s3.operations.listings import OWNER, Listing
from emulator.http.s3.operations.multipart import checksum_of, upload_of


async def list_parts(call: Call) -> Output:
    asked, upload = call.asked, upload_of(call)
    most = count_of(asked.get("MaxParts"), "max-parts")
    after = not_negative(asked.get("PartNumberMarker", 0), "part-number-marker")
    found = await call.run(call.buckets.uploads.parts, upload, after=after, limit=most + 1)
    shown = found[:most]
    return {
        "Bucket": call.bucket,
        "Key": call.key,
        "UploadId": upload.id,
        "PartNumberMarker": after,
        "NextPartNumberMarker": shown[-1].number if shown else 0,
        "MaxParts": most,
        "IsTruncated": len(found) > most > 0,
        "Parts": [_part(upload, part) for part in shown],
        **_people(upload),
        **abort_of(call, upload),
    }


async def list_multipart_uploads(call: Call) -> Output:
    listing, asked = Listing(call), call.asked
    most, key, upload_id = count_of(asked.get("MaxUploads"), "max-uploads"), asked.get("KeyMarker", ""), ""
    if key:  # without a key, the id says nothing
        upload_id = asked.get("UploadIdMarker", "")
    page = await call.run(
        call.buckets.uploads.page,
        call.bucket,
        prefix=listing.prefix,
        delimiter=listing.delimiter,
        start_key=key,
        start_id=upload_id,
        limit=most,
    )
    document: dict[str, Any] = {
        "Bucket": call.bucket,
        "KeyMarker": listing.encode(key),
        "UploadIdMarker": upload_id,
        "Prefix": listing.encode(listing.prefix),
        "MaxUploads": most,
        "IsTruncated": page.next_key is not None,
        "Uploads": [_upload(listing, upload) for upload in page.uploads],
        "CommonPrefixes": [{"Prefix": listing.encode(prefix)} for prefix in page.common_prefixes],
        "EncodingType": listing.encoding,
    }
    if listing.delimiter:
        document["Delimiter"] = listing.encode(listing.delimiter)
    if page.next_key is not None:
        document |= {"NextKeyMarker": listing.encode(page.next_key), "NextUploadIdMarker": page.next_id or ""}
    return document


def _upload(listing: Listing, upload: Upload) -> dict[str, Any]:
    return {
        "UploadId": upload.id,
        "Key": listing.encode(upload.key),
        "Initiated": upload.started_at,
        **_people(upload),
    }


def _part(upload: Upload, part: UploadedPart) -> dict[str, Any]:
    checksums = part.checksums if upload.checksum.asked else {}
    return {
        "PartNumber": part.number,
        "LastModified": part.last_modified,
        "ETag": f'"{part.etag}"',
        "Size": part.size_bytes,
        **checksums,
    }


def _people(upload: Upload) -> dict[str, Any]:
    """Return who uploads, and as what."""
    storage = upload.description.headers.get("StorageClass", "STANDARD")
    return {"Initiator": OWNER, "Owner": OWNER, "StorageClass": storage, **checksum_of(upload)}


OPERATIONS: dict[str, Handler] = {
    "ListMultipartUploads": list_multipart_uploads,
    "ListParts": list_parts,
}
