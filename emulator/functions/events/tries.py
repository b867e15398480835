"""How the tries of an event went. Written by the queue as it settles them, in the row of the event; read here."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

MOST_TRIES = 20
"""Of an event that no worker can be started for there may be hundreds; the last ones say why."""

TRY_ADDED = f"""
tries = json_insert(
    CASE WHEN json_array_length(tries) < {MOST_TRIES} THEN tries ELSE json_remove(tries, '$[0]') END,
    '$[#]', json_array(begun_at, ?, ?, ?, ?, ?)
)
"""
"""For an UPDATE: when it ended, its attempt or NULL, milliseconds of the handler and of the worker's start, error."""


class TryOutcome(StrEnum):
    """What became of a try."""

    SUCCESS = "Success"
    FAILED = "Failed"
    UNSEEN = "Unseen"
    """No worker could be started, or too many ran: no handler has seen the event."""


@dataclass(frozen=True)
class Try:
    """One try. From its beginning to its end it waited for a worker and, unless unseen, for the handler."""

    begun_at: datetime | None
    """None of one that was under way while cloudlet was upgraded."""
    ended_at: datetime
    attempt: int | None
    handler_ms: float | None
    """None if the handler did not come to an end of its own."""
    init_ms: float | None
    """How long the worker took to start, if it was a new one."""
    error: str | None

    @property
    def seconds(self) -> float | None:
        return None if self.begun_at is None else (self.ended_at - self.begun_at).total_seconds()

    @property
    def outcome(self) -> TryOutcome:
        if self.attempt is None:
            return TryOutcome.UNSEEN
        return TryOutcome.SUCCESS if self.error is None else TryOutcome.FAILED


@dataclass(frozen=True)
class Told:
    """Who was told of an event's end: a function by an event of its own, or a bucket by an object."""

    target: str
    place: str
    """A request id, or a key."""


def tries_of(text: str) -> Sequence[Try]:
    """Return the tries that a row's column tells of, oldest first."""
    return tuple(
        Try(None if begun is None else _moment(begun), _moment(ended), attempt, handler_ms, init_ms, error)
        for begun, ended, attempt, handler_ms, init_ms, error in json.loads(text)
    )


def told_of(text: str) -> Sequence[Told]:
    """Return who was told, by a row's column."""
    return tuple(Told(target, place) for target, place in json.loads(text))


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
