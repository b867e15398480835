"""Moments as AWS writes them. What is read is aware UTC; what is written has whole seconds, as S3's has."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NUMBER_OF = {name: number for number, name in enumerate(_MONTHS, 1)}
_USUAL = re.compile(r"[A-Z][a-z]{2}, ([0-9]{2}) ([A-Z][a-z]{2}) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT")


def read_http_date(text: str) -> datetime:
    """
    Return the moment that a header names, in any of the forms that HTTP knows; ValueError if it is none.

    >>> read_http_date("Tue, 03 Mar 2026 08:05:09 GMT")
    datetime.datetime(2026, 3, 3, 8, 5, 9, tzinfo=datetime.timezone.utc)
    """
    usual = _USUAL.fullmatch(text)
    if usual is None or usual[2] not in _NUMBER_OF:
        return _in_utc(parsedate_to_datetime(text))
    day, month, year, hour, minute, second = usual.groups()
    return datetime(int(year), _NUMBER_OF[month], int(day), int(hour), int(minute), int(second), tzinfo=UTC)


def write_http_date(moment: datetime) -> str:
    """
    Return the form that HTTP prefers; English in any locale.

    >>> write_http_date(datetime(2026, 3, 3, 8, 5, 9, tzinfo=UTC))
    'Tue, 03 Mar 2026 08:05:09 GMT'
    """
    moment = _in_utc(moment)
    iso = moment.isoformat()
    return f"{_DAYS[moment.weekday()]}, {iso[8:10]} {_MONTHS[moment.month - 1]} {iso[:4]} {iso[11:19]} GMT"


def read_iso(text: str) -> datetime:
    """Return the moment of an ISO 8601 text, which is in UTC unless it says otherwise; ValueError if it is none."""
    return _in_utc(datetime.fromisoformat(text))


def write_iso(moment: datetime) -> str:
    """
    Return S3's form: milliseconds are shown, and are none.

    >>> write_iso(datetime(2026, 3, 3, 8, 5, 9, 123456, tzinfo=UTC))
    '2026-03-03T08:05:09.000Z'
    """
    return f"{_in_utc(moment).isoformat()[:19]}.000Z"


READERS: dict[str, Callable[[str], datetime]] = {"rfc822": read_http_date, "iso8601": read_iso}
WRITERS: dict[str, Callable[[datetime], str]] = {"rfc822": write_http_date, "iso8601": write_iso}


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is UTC:
        return moment
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
