"""Answers of a bounded length, and the tokens with which one goes on."""

import re
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from emulator.functions.logs.errors import InvalidLogParameterError
from emulator.functions.logs.event import LogEvent

_PLACE = re.compile(r"([fb])/(\d{8})(\d{48})/s")
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)/(\d{1,9})")


@dataclass(frozen=True)
class Page:
    """Some events, and where those before and behind them are; "" where there is nothing more."""

    events: Sequence[LogEvent]
    forward: str = ""
    backward: str = ""


@dataclass(frozen=True)
class Place:
    """A place in a stream, and on which side of it to read."""

    forward: bool
    part: int
    offset: int

    def __str__(self) -> str:
        return f"{'f' if self.forward else 'b'}/{self.part:08d}{self.offset:048d}/s"

    @classmethod
    def parse(cls, token: str) -> "Place":
        found = _PLACE.fullmatch(token)
        if found is None:
            raise InvalidLogParameterError("The specified nextToken is invalid.")
        return cls(found[1] == "f", int(found[2]), int(found[3]))


def resume_time(token: str) -> tuple[str, int]:
    """Return (time to go on from, how many events of that time there were already) of a token of `page_of`."""
    found = _TIME.fullmatch(token)
    if found is None:
        raise InvalidLogParameterError("The specified nextToken is invalid.")
    return found[1], int(found[2])


def page_of(events: Iterable[LogEvent], limit: int, token: str | None) -> Page:
    """Return the first *limit* events of *events*, which begin at the time of *token*."""
    stamp, had = resume_time(token) if token else ("", 0)
    taken: list[LogEvent] = []
    seen = 0
    for event in events:
        seen = seen + 1 if event.stamp == stamp else 1
        if stamp != event.stamp:
            stamp, had = event.stamp, 0
        if seen <= had:
            continue
        if len(taken) == limit:
            return Page(taken, forward=f"{stamp}/{seen - 1}")
        taken.append(event)
    return Page(taken)


def stream_page(events: Iterable[LogEvent], limit: int, token: str | None, *, from_head: bool) -> Page:
    """Return *limit* events of one stream: behind or before *token*, else the first or the last."""
    place = Place.parse(token) if token else None
    taken: deque[LogEvent] = deque(maxlen=limit)
    for event in events:
        where = (event.part, event.offset)
        if place is not None and place.forward and where < (place.part, place.offset):
            continue
        if place is not None and not place.forward and where >= (place.part, place.offset):
            break
        taken.append(event)
        if len(taken) == limit and (place.forward if place else from_head):
            break
    if not taken:
        part, offset = (place.part, place.offset) if place else (1, 0)
        return Page((), str(Place(True, part, offset)), str(Place(False, part, offset)))
    first, last = taken[0], taken[-1]
    return Page(
        tuple(taken),
        str(Place(True, last.part, last.offset + 1)),
        str(Place(False, first.part, first.offset)),
    )
