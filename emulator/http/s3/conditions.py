"""`If-Match` and its relatives: may this request go on, given what is there?"""

from collections.abc import Mapping
from typing import Any

from emulator.buckets import StoredObject
from emulator.buckets.errors import NoSuchKeyError, PreconditionFailedError
from emulator.buckets.store import Precondition
from emulator.http.s3.call import Call
from emulator.http.s3.errors import NotImplementedByS3Error


def is_modified(stored: StoredObject, asked: Mapping[str, Any], prefix: str = "") -> bool:
    """
    Tell whether a reader needs *stored*; PreconditionFailedError if it said not to send this one.

    An etag decides before a date does. *prefix* is that of the members, `CopySource` for a copy.
    """
    match, unmodified = asked.get(f"{prefix}IfMatch"), asked.get(f"{prefix}IfUnmodifiedSince")
    if match is not None:
        if not _names(match, stored.etag):
            raise PreconditionFailedError("If-Match")
    elif unmodified is not None and stored.last_modified > unmodified:
        raise PreconditionFailedError("If-Unmodified-Since")
    none_match, modified = asked.get(f"{prefix}IfNoneMatch"), asked.get(f"{prefix}IfModifiedSince")
    if none_match is not None:
        return not _names(none_match, stored.etag)
    return modified is None or stored.last_modified > modified


def write_condition(call: Call) -> Precondition | None:
    """Return what must hold of the object that a write replaces; None if the request asks nothing."""
    none_match = call.asked.get("IfNoneMatch")
    if none_match not in (None, "*"):
        raise NotImplementedByS3Error("If-None-Match with anything but *")
    matches = match_condition(call.asked.get("IfMatch"), call.bucket, call.key)
    if none_match is None:
        return matches

    def check(current: StoredObject | None) -> None:
        if current is not None:
            raise PreconditionFailedError("If-None-Match")
        if matches is not None:
            matches(current)

    return check


def match_condition(etag: str | None, bucket: str, key: str) -> Precondition | None:
    """Return what raises unless the object is there and has *etag*, `*` for any; None where no etag is asked for."""
    if etag is None:
        return None

    def check(current: StoredObject | None) -> None:
        if current is None:
            raise NoSuchKeyError(bucket, key)
        if not _names(etag, current.etag):
            raise PreconditionFailedError("If-Match")

    return check


def _names(header: str, etag: str) -> bool:
    named = (part.strip().removeprefix("W/").strip('"') for part in header.split(","))
    return any(part in ("*", etag) for part in named)
