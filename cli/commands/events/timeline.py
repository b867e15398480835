"""An event as a timeline for people: drop, event, tries, result, and who was told, each with how long it took."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from emulator.functions.events.history import EventDetails
from emulator.functions.events.tries import MOST_TRIES, Try, TryOutcome
from emulator.units import format_duration

_NOTHING = "-"
_OF_A_BUCKET = "s3://"  # as the source of a bucket's notification begins; others may look like one


class Step(NamedTuple):
    """One line. `seconds` is how long it took, None if that is not known or means nothing."""

    at: datetime | None
    name: str
    seconds: float | None
    what: str


def table(found: EventDetails, now: datetime) -> tuple[Sequence[str], list[tuple[str, ...]]]:
    """Return titles and rows; the first title is the day. *now* says how long what is under way has taken so far."""
    steps = [*_beginning(found), *_tries(found), *_under_way(found, now), *_end(found)]
    first = steps[0].at or found.event.created_at
    rows: list[tuple[str, ...]] = []
    for step in steps:
        after = _NOTHING if step.at is None else f"+{format_duration((step.at - first).total_seconds())}"
        took = _NOTHING if step.seconds is None else format_duration(step.seconds)
        rows.append((_clock(step.at), after, step.name, took, step.what))
    return (f"{first:%Y-%m-%d} UTC", "AFTER", "STEP", "TOOK", "WHAT"), rows


def _beginning(found: EventDetails) -> Iterator[Step]:
    """Yield what happened until the first try began."""
    event = found.event
    named = f"queued for {event.function}" + (f":{event.qualifier}" if event.qualifier else "")
    dropped = _change_at(found.payload) if event.source.startswith(_OF_A_BUCKET) else None
    is_drop = dropped is not None and dropped <= event.created_at
    waited = None if event.replayed_at else _until_first_try(found, event.created_at)
    if is_drop:
        yield Step(dropped, "drop", _between(dropped, event.created_at), event.source)
    yield Step(event.created_at, "event", waited, named if is_drop else f"{named}: {event.source}")
    if event.replayed_at is not None:
        yield Step(event.replayed_at, "replay", _until_first_try(found, event.replayed_at), "queued anew")


def _until_first_try(found: EventDetails, since: datetime) -> float | None:
    """Return how long the event waited for its first try; None if that is not known, or did not begin."""
    begun = found.tries[0].begun_at if found.tries else found.event.begun_at
    return None if len(found.tries) == MOST_TRIES else _between(since, begun)


def _tries(found: EventDetails) -> Iterator[Step]:
    """Yield the tries, and the waits between them."""
    if len(found.tries) == MOST_TRIES:
        yield Step(None, "…", None, f"only the last {MOST_TRIES} tries are kept")
    before: datetime | None = None
    for one in found.tries:
        if before is not None:
            yield Step(before, "wait", _between(before, one.begun_at), "")
        yield Step(one.begun_at or one.ended_at, _name(one.attempt), one.seconds, _told_of(one))
        before = one.ended_at
    if before is not None and found.event.begun_at is not None:
        yield Step(before, "wait", _between(before, found.event.begun_at), "")


def _under_way(found: EventDetails, now: datetime) -> Iterator[Step]:
    event = found.event
    if event.begun_at is not None:
        yield Step(event.begun_at, "try", max(0.0, (now - event.begun_at).total_seconds()), "runs")
    elif event.next_try_at is not None and event.next_try_at > now:
        yield Step(
            event.next_try_at, "next try", None, f"in {format_duration((event.next_try_at - now).total_seconds())}"
        )
    elif event.next_try_at is not None:
        yield Step(event.next_try_at, "next try", None, "due; it begins when a server has room for it")


def _end(found: EventDetails) -> Iterator[Step]:
    event = found.event
    if event.settled_at is None:
        return
    told = "done" if event.state == "done" else f"given up: {event.condition or event.error}"
    if event.state != "done" and event.error and not any(one.error == event.error for one in found.tries):
        told += f", {event.error}"
    yield Step(event.settled_at, "result", event.seconds, told)
    undelivered = {one.key: one for one in found.undelivered}
    for one in found.told:
        left = undelivered.get(one.place)
        arrived = "" if left is None else f" (not there: {left.error or 'on its way'})"
        yield Step(event.settled_at, "told", None, f"{one.target} as {one.place}{arrived}")


def _between(since: datetime | None, until: datetime | None) -> float | None:
    return None if since is None or until is None else max(0.0, (until - since).total_seconds())


def _name(attempt: int | None) -> str:
    return "try" if attempt is None else f"try {attempt}"


def _told_of(one: Try) -> str:
    if one.outcome is TryOutcome.UNSEEN:
        return f"no handler saw it: {one.error}"
    parts = ["success" if one.error is None else f"failed: {one.error}"]
    if one.handler_ms is not None:
        parts.append(f"handler {format_duration(one.handler_ms / 1000)}")
    if one.init_ms is not None:
        parts.append(f"new worker {format_duration(one.init_ms / 1000)}")
    return ", ".join(parts)


def _change_at(payload: bytes) -> datetime | None:
    """Return when the bucket changed that a notification tells of; None if the event is no notification."""
    try:
        said = json.loads(payload)["Records"][0]["eventTime"]
        moment = datetime.fromisoformat(said)
    except (ValueError, LookupError, TypeError):
        return None
    return moment if moment.tzinfo is not None else None


def _clock(at: datetime | None) -> str:
    """Return the time of day: after a midnight, AFTER says how much later that is."""
    if at is None:
        return _NOTHING
    shown = at + timedelta(microseconds=500)
    return f"{shown:%H:%M:%S}.{shown.microsecond // 1000:03d}"
