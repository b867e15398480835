"""`If-Match` and its relatives: may this request go on, given what is there?"""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from emulator.buckets import StoredObject
from emulator.buckets.errors import NoSuchKeyError, PreconditionFailedError
from emulator.buckets.store import Precondition
from emulator.http.s3.call import Call
from emulator.http.s3.errors import NotImplementedByS3Error


def is_modified(stored: StoredObject, headers: Mapping[str, str], prefix: str = "") -> bool:
    """
    Tell whether a reader needs *stored*; PreconditionFailedError if it said not to send this one.

    An etag decides before a date does. *prefix* is that of the headers, `x-amz-copy-source-` for a copy.
    """
    match, unmodified = headers.get(f"{prefix}If-Match"), _date(headers.get(f"{prefix}If-Unmodified-Since"))
    if match is not None:
        if not _names(match, stored.etag):
            raise PreconditionFailedError
    elif unmodified is not None and stored.last_modified > unmodified:
        raise PreconditionFailedError
    none_match, modified = headers.get(f"{prefix}If-None-Match"), _date(headers.get(f"{prefix}If-Modified-Since"))
    if none_match is not None:
        return not _names(none_match, stored.etag)
    return modified is None or stored.last_modified > modified


def write_condition(call: Call) -> Precondition | None:
    """Return what must hold of the object that a put replaces; None if the request asks nothing."""
    match, none_match = call.header("If-Match"), call.header("If-None-Match")
    if none_match not in (None, "*"):
        raise NotImplementedByS3Error("If-None-Match with anything but *")
    if match is None and none_match is None:
        return None

    def check(current: StoredObject | None) -> None:
        if none_match is not None and current is not None:
            raise PreconditionFailedError
        if match is not None:
            if current is None:
                raise NoSuchKeyError(call.bucket, call.key)
            if not _names(match, current.etag):
                raise PreconditionFailedError

    return check


def _names(header: str, etag: str) -> bool:
    named = (part.strip().removeprefix("W/").strip('"') for part in header.split(","))
    return any(part in ("*", etag) for part in named)


def _date(header: str | None) -> datetime | None:
    """Read an HTTP date; one that is none is left out of account, as on AWS."""
    try:
        date = parsedate_to_datetime(header or "")
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
