"""A schedule expression: `rate(…)` or `cron(…)`, in UTC. Strict, as PutRule is: what passes here passes on AWS."""

import re
from datetime import datetime
from typing import Protocol

from emulator.schedules.cron import parse_cron
from emulator.schedules.errors import InvalidScheduleError
from emulator.schedules.rate import parse_rate

_LONGEST = 256


class Schedule(Protocol):
    """When something comes due."""

    def next_after(self, moment: datetime, since: datetime | None = None) -> datetime | None:
        """
        Return the first tick that is later than *moment*, or None if there is none ever.

        *since* is an earlier tick; a rate counts from it, and without it from *moment*.
        """
        ...


def parse_schedule(text: str) -> Schedule:
    """Return the schedule that *text* stands for; InvalidScheduleError if it is none."""
    found = re.fullmatch(r"(rate|cron)\(([^()]*)\)", text)
    if found is None or len(text) > _LONGEST:
        raise InvalidScheduleError(f"{text!r} is neither rate(…) nor cron(…)")
    return parse_rate(found[2]) if found[1] == "rate" else parse_cron(found[2])
