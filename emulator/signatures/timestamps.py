"""Moments as signatures write them: `20130524T000000Z`, to the second and in UTC."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_FORM = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_PATTERN = "%Y%m%dT%H%M%SZ"


def to_timestamp(moment: datetime) -> str:
    """
    Return *moment* in the long form of ISO 8601 without punctuation.

    >>> to_timestamp(datetime(2013, 5, 24, tzinfo=UTC))
    '20130524T000000Z'
    """
    return moment.astimezone(UTC).strftime(_PATTERN)


def from_timestamp(text: str) -> datetime | None:
    """Return the moment that *text* stands for, None if it is written in another form."""
    if not _FORM.fullmatch(text):
        return None
    try:
        return datetime.strptime(text, _PATTERN).replace(tzinfo=UTC)
    except ValueError:
        return None


def from_date_header(text: str) -> datetime | None:
    """Return the moment of a Date header, which some clients write as a timestamp."""
    if stamped := from_timestamp(text):
        return stamped
    try:
        moment = parsedate_to_datetime(text)
        # What is written as -0000 is UTC, though it comes back without a zone.
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def iso_seconds(moment: datetime) -> str:
    """
    Return *moment* as error documents show it.

    >>> iso_seconds(datetime(2013, 5, 24, tzinfo=UTC))
    '2013-05-24T00:00:00Z'
    """
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
