"""The two fields of days: which days of a given month an expression means. 1 is Sunday, as AWS counts."""

import calendar
import re
from collections.abc import Callable
from datetime import date

from emulator.schedules.cron.fields import DAY, WEEKDAY
from emulator.schedules.errors import InvalidScheduleError

Days = Callable[[int, int], list[int]]
"""Given a year and a month, the days that are meant, in order."""

_SATURDAY, _SUNDAY = 7, 1


def parse_days(day_of_month: str, day_of_week: str) -> Days:
    """Return the days that two fields mean together; exactly one of them is `?`."""
    if (day_of_month == "?") == (day_of_week == "?"):
        raise InvalidScheduleError("exactly one of the two day fields is '?'")
    return _of_month(day_of_month) if day_of_week == "?" else _of_week(day_of_week)


def _of_month(text: str) -> Days:
    if text.upper() == "L":
        return lambda year, month: [_length(year, month)]
    if text.upper() == "LW":
        return lambda year, month: [_nearest_workday(year, month, _length(year, month))]
    if found := re.fullmatch(r"([0-9]{1,2})[wW]", text, re.ASCII):
        day = DAY.number(found[1])
        return lambda year, month: [_nearest_workday(year, month, day)] if day <= _length(year, month) else []
    days = sorted(DAY.parse(text))
    return lambda year, month: [day for day in days if day <= _length(year, month)]


def _of_week(text: str) -> Days:
    if found := re.fullmatch(r"([^#,]+)#([1-5])", text):
        weekday, nth = WEEKDAY.number(found[1]), int(found[2])
        return lambda year, month: _weekdays(year, month, {weekday})[nth - 1 : nth]
    if found := re.fullmatch(r"([1-7]|[a-zA-Z]{3})[lL]", text, re.ASCII):
        weekday = WEEKDAY.number(found[1])
        return lambda year, month: _weekdays(year, month, {weekday})[-1:]
    weekdays = WEEKDAY.parse("SAT" if text.upper() == "L" else text)  # L alone is the last day of the week
    return lambda year, month: _weekdays(year, month, weekdays)


def _weekdays(year: int, month: int, weekdays: frozenset[int] | set[int]) -> list[int]:
    return [day for day in range(1, _length(year, month) + 1) if _weekday(year, month, day) in weekdays]


def _nearest_workday(year: int, month: int, day: int) -> int:
    """Return the day from Monday to Friday that is nearest to *day* within the month."""
    weekday = _weekday(year, month, day)
    if weekday == _SATURDAY:
        return day - 1 if day > 1 else day + 2
    if weekday == _SUNDAY:
        return day + 1 if day < _length(year, month) else day - 2
    return day


def _weekday(year: int, month: int, day: int) -> int:
    return date(year, month, day).isoweekday() % 7 + 1


def _length(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]
