"""A cron expression: parsed once, asked for its next tick. All of it is in UTC."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from emulator.schedules.cron.days import Days, parse_days
from emulator.schedules.cron.fields import HOUR, MINUTE, MONTH, YEAR
from emulator.schedules.errors import InvalidScheduleError

_FIELDS = 6


@dataclass(frozen=True)
class Cron:
    """The numbers of each field, in order; ticks are whole minutes."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: Days
    months: tuple[int, ...]
    years: tuple[int, ...]

    def next_after(self, moment: datetime, since: datetime | None = None) -> datetime | None:
        """Return the first tick after *moment*, or None: of years that are over, of a 30th of February."""
        earliest = moment.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
        for year, month, day in self._days_from(earliest):
            on_the_first_day = (year, month, day) == (earliest.year, earliest.month, earliest.day)
            begin = (earliest.hour, earliest.minute) if on_the_first_day else (0, 0)
            times = ((hour, minute) for hour in self.hours for minute in self.minutes)
            if time := next((one for one in times if one >= begin), None):
                return datetime(year, month, day, *time, tzinfo=UTC)
        return None

    def _days_from(self, earliest: datetime) -> Iterator[tuple[int, int, int]]:
        first = (earliest.year, earliest.month, earliest.day)
        for year in self.years:
            if year < earliest.year:
                continue
            for month in self.months:
                if (year, month) >= first[:2]:
                    days = ((year, month, day) for day in self.days(year, month))
                    yield from (one for one in days if one >= first)


def parse_cron(value: str) -> Cron:
    """Return what stands between the brackets of `cron(…)`."""
    fields = value.split()
    if len(fields) != _FIELDS:
        raise InvalidScheduleError(f"cron has {_FIELDS} fields, not {len(fields)}")
    minute, hour, day_of_month, month, day_of_week, year = fields
    return Cron(
        minutes=tuple(sorted(MINUTE.parse(minute))),
        hours=tuple(sorted(HOUR.parse(hour))),
        days=parse_days(day_of_month, day_of_week),
        months=tuple(sorted(MONTH.parse(month))),
        years=tuple(sorted(YEAR.parse(year))),
    )
