"""One field of a cron expression: lists, ranges and steps of numbers, some of which have names."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from emulator.schedules.errors import InvalidScheduleError


@dataclass(frozen=True)
class Field:
    """What a field is called, and which numbers it may have."""

    name: str
    least: int
    most: int
    names: Mapping[str, int] = field(default_factory=dict)
    steps: bool = True
    """Whether `/` may be written: AWS has no steps of weekdays."""

    def parse(self, text: str) -> frozenset[int]:
        """Return the numbers that *text* stands for: `0,30`, `8-17`, `0/5`, `*/5`, `MON-FRI`, `*`."""
        return frozenset(number for part in text.split(",") for number in self._part(part))

    def number(self, text: str) -> int:
        """Return the number that *text* is, or is the name of; names may be in any case."""
        value = self.names.get(text.upper())
        if value is None and re.fullmatch(r"[0-9]{1,4}", text, re.ASCII):
            value = int(text)
        if value is None or not self.least <= value <= self.most:
            raise self.wrong(text)
        return value

    def wrong(self, text: str) -> InvalidScheduleError:
        return InvalidScheduleError(f"{text!r} cannot stand for the {self.name} ({self.least}-{self.most})")

    def _part(self, text: str) -> list[int]:
        span, slash, step_text = text.partition("/")
        if slash and not self.steps:
            raise self.wrong(text)
        step = self._step(step_text) if slash else 1
        if span == "*":
            return list(range(self.least, self.most + 1, step))
        first_text, dash, last_text = span.partition("-")
        first = self.number(first_text)
        if dash:
            return self._range(first, self.number(last_text), step)
        return list(range(first, self.most + 1, step)) if slash else [first]

    def _range(self, first: int, last: int, step: int) -> list[int]:
        """Return the numbers of a range; one that ends before it begins goes round: `22-2`, `FRI-MON`."""
        if first <= last:
            return list(range(first, last + 1, step))
        size = self.most - self.least + 1
        return [self.least + (number - self.least) % size for number in range(first, last + size + 1, step)]

    def _step(self, text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,4}", text, re.ASCII) or not 1 <= int(text) <= self.most:
            raise InvalidScheduleError(f"{text!r} is no step for the {self.name}")
        return int(text)


_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")

MINUTE = Field("minute", 0, 59)
HOUR = Field("hour", 0, 23)
DAY = Field("day of the month", 1, 31)
MONTH = Field("month", 1, 12, {name: index for index, name in enumerate(_MONTHS, 1)})
WEEKDAY = Field("day of the week", 1, 7, {name: index for index, name in enumerate(_WEEKDAYS, 1)}, steps=False)
YEAR = Field("year", 1970, 2199)
