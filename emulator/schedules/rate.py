"""`rate(5 minutes)`: again and again after the same time, counted from when it began."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from emulator.schedules.errors import InvalidScheduleError

_UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}


@dataclass(frozen=True)
class Rate:
    """Ticks that lie `interval` apart."""

    interval: timedelta

    def next_after(self, moment: datetime, since: datetime | None = None) -> datetime | None:
        """Return the first tick after *moment*, of those counted from *since*, which is itself one; else from it."""
        start = moment if since is None else since
        passed = max(0, (moment - start) // self.interval)
        try:
            return start + (passed + 1) * self.interval
        except OverflowError:  # a rate of a hundred million days
            return None


def parse_rate(value: str) -> Rate:
    """
    Return what stands between the brackets of `rate(…)`; as on AWS, 1 has a singular after it and all else a plural.

    >>> parse_rate("5 minutes").interval
    datetime.timedelta(seconds=300)
    """
    found = re.fullmatch(r"([1-9][0-9]{0,8}) (minute|hour|day)(s?)", value, re.ASCII)
    if found is None:
        raise InvalidScheduleError(f"{value!r} is no number of minutes, hours or days")
    count = int(found[1])
    if (count == 1) != (found[3] == ""):
        right = found[2] if count == 1 else f"{found[2]}s"
        raise InvalidScheduleError(f"it is rate({count} {right})")
    return Rate(count * _UNITS[found[2]])
