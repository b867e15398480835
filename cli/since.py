"""`--since`: a moment in the past as people write it, how long ago or which day."""

import re
from datetime import UTC, datetime, timedelta

from emulator.errors import InvalidRequestError

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def parse_since(text: str, now: datetime) -> datetime:
    """
    Return the moment that *text* stands for: `30s`, `90m`, `24h`, `7d` or `2w` before *now*, or a date.

    A date may have a time; without an offset it is UTC. InvalidRequestError says what is understood, also for what is
    still to come.

    >>> parse_since("24h", datetime(2026, 1, 2, tzinfo=UTC)).isoformat()
    '2026-01-01T00:00:00+00:00'
    """
    moment = _ago(text, now) or _date(text)
    if moment is None:
        raise InvalidRequestError(
            f"{text!r} is no moment", hint="write how long ago (90m, 24h, 7d, 2w) or a date (2026-01-31), which is UTC"
        )
    if moment > now:
        raise InvalidRequestError(f"{text!r} is in the future: it is {now:%Y-%m-%d %H:%M} UTC now")
    return moment


def _ago(text: str, now: datetime) -> datetime | None:
    found = re.fullmatch(r"([0-9]{1,9})([smhdw])", text)
    if found is None:
        return None
    try:
        return now - timedelta(**{_UNITS[found[2]]: int(found[1])})
    except OverflowError:
        return None


def _date(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
