"""What headers say about an object, on the way in and on the way out."""

from collections.abc import Mapping
from email.utils import format_datetime

from emulator.buckets import Description, StoredObject
from emulator.http.s3.call import Call
from emulator.http.s3.checksums import PREFIX as CHECKSUM_PREFIX

_META_PREFIX = "x-amz-meta-"
_KEPT = ("Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language", "Expires")
_DEFAULT_TYPE = "binary/octet-stream"


def description_of(call: Call, checksums: Mapping[str, str] | None = None) -> Description:
    """Return what the request says about the object it brings."""
    headers = {name: value for name in _KEPT if (value := _kept(name, call.header(name)))}
    metadata = {
        name.lower().removeprefix(_META_PREFIX): _as_text(value)
        for name, value in call.request.headers.items()
        if name.lower().startswith(_META_PREFIX)
    }
    return Description(call.header("Content-Type") or _DEFAULT_TYPE, metadata, headers | dict(checksums or {}))


def headers_of(stored: StoredObject, *, checksums: bool = False) -> dict[str, str]:
    """Return the headers that come with *stored*; its checksums only if asked for, and never with a part of it."""
    description = stored.description
    headers = {
        "ETag": f'"{stored.etag}"',
        "Last-Modified": format_datetime(stored.last_modified, usegmt=True),
        "Accept-Ranges": "bytes",
        "Content-Type": stored.content_type,
        "x-amz-server-side-encryption": "AES256",
    }
    kept = {name: value for name, value in description.headers.items() if not name.startswith(CHECKSUM_PREFIX)}
    if checksums:
        headers |= checksums_of(stored)
    return headers | kept | {f"{_META_PREFIX}{name}": _as_header(value) for name, value in description.metadata.items()}


def checksums_of(stored: StoredObject) -> dict[str, str]:
    """Return the checksum headers that *stored* was written with."""
    found = {name: value for name, value in stored.description.headers.items() if name.startswith(CHECKSUM_PREFIX)}
    return found | ({"x-amz-checksum-type": "FULL_OBJECT"} if found else {})


def _kept(name: str, value: str | None) -> str | None:
    if value is None or name != "Content-Encoding":
        return value
    # The framing of this one request is no property of the object.
    return ", ".join(part for part in (part.strip() for part in value.split(",")) if part != "aws-chunked")


def _as_text(value: str) -> str:
    """Read a header value as UTF-8, whose bytes aiohttp hands over one by one where they are no text."""
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _as_header(value: str) -> str:
    """Write other than ASCII as S3 does: an encoded word of RFC 2047."""
    if value.isascii():
        return value
    from email.header import Header

    return Header(value, "utf-8", maxlinelen=10_000).encode()
