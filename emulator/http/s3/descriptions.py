"""What a request says about an object, and what an answer does: the members of AWS's API, both ways."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from emulator.buckets import Description, StoredObject
from emulator.buckets.errors import InvalidArgumentError
from emulator.buckets.records import NULL_VERSION
from emulator.buckets.tags import check_tags
from emulator.errors import InvalidRequestError
from emulator.http.s3.call import Call
from emulator.http.s3.ownership import check_acl

KEPT = (
    "CacheControl",
    "ContentDisposition",
    "ContentEncoding",
    "ContentLanguage",
    "Expires",
    "StorageClass",
    "WebsiteRedirectLocation",
)
"""What is kept of a request and sent back with the object."""

_DEFAULT_TYPE = "binary/octet-stream"
ENCRYPTED = {"ServerSideEncryption": "AES256"}
"""What S3 says of every object, since 2023."""


class InvalidRedirectLocationError(InvalidRequestError):
    """A browser would be sent to what is no page, or to a script."""

    code = "InvalidRedirectLocation"

    def __init__(self) -> None:
        super().__init__("The website redirect location must have a prefix of 'http://' or 'https://' or '/'.")


def description_of(call: Call) -> Description:
    """Return what the request says about the object it brings; an ACL changes nothing, or is refused."""
    check_acl(call)
    asked = call.asked
    headers = {name: str(asked[name]) for name in KEPT if asked.get(name)}
    if encoding := headers.pop("ContentEncoding", ""):
        # The framing of this one request is no property of the object.
        parts = [part for part in (part.strip() for part in encoding.split(",")) if part and part != "aws-chunked"]
        headers |= {"ContentEncoding": ",".join(parts)} if parts else {}
    redirect = headers.get("WebsiteRedirectLocation")
    if redirect is not None and not redirect.startswith(("/", "http://", "https://")):
        raise InvalidRedirectLocationError
    if headers.get("StorageClass") == "STANDARD":
        del headers["StorageClass"]
    return Description(asked.get("ContentType") or _DEFAULT_TYPE, asked.get("Metadata", {}), headers, tags_of(asked))


def tags_of(asked: Mapping[str, Any]) -> dict[str, str]:
    """Return the tags in the header x-amz-tagging, which are written as a query is."""
    text = asked.get("Tagging")
    if not text:
        return {}
    pairs = parse_qsl(text, keep_blank_values=True)
    if len(dict(pairs)) != len(pairs):
        raise InvalidArgumentError("Cannot provide multiple Tags with the same key")
    return check_tags(dict(pairs))


def facts_of(call: Call, stored: StoredObject, *, checksums: bool = False) -> dict[str, Any]:
    """Return what GetObject and HeadObject say of *stored*; its checksums only if asked for."""
    description = stored.description
    facts = {
        "AcceptRanges": "bytes",
        "ETag": f'"{stored.etag}"',
        "LastModified": stored.last_modified,
        "ContentType": stored.content_type,
        **ENCRYPTED,
        **description.headers,
        "Metadata": description.metadata,
        **version_of(call, stored),
    }
    if description.tags:
        facts["TagCount"] = len(description.tags)
    if checksums:
        facts |= stored.content.checksums
    return facts


def version_of(call: Call, stored: StoredObject) -> dict[str, str]:
    """Return the version id, where the bucket of *stored* has ever kept versions."""
    if stored.version_id == NULL_VERSION and not call.buckets.versioning(stored.bucket):
        return {}
    return {"VersionId": stored.version_id}
