"""What became of events: listed, looked at, and tried anew. Rows only, so that no server is needed."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from emulator.errors import ConflictError, NotFoundError
from emulator.state import Database

STATES = ("queued", "running", "done", "failed")

_COLUMNS = (
    "request_id, function, qualifier, state, source, attempts, created_at, not_before, settled_at, error, condition"
)


class EventNotFoundError(NotFoundError):
    """No event has this request id, or it was settled so long ago that it is forgotten."""

    code = "ResourceNotFoundException"

    def __init__(self, request_id: str) -> None:
        super().__init__(
            f"no event has the request id {request_id!r}", hint="list those that are known with `cloudlet events list`"
        )


class EventIsRunningError(ConflictError):
    """An event that a handler has in hand is not begun again."""

    code = "ResourceConflictException"

    def __init__(self, request_id: str) -> None:
        super().__init__(f"{request_id} is being handled at this moment", hint="wait for it with `cloudlet wait`")


@dataclass(frozen=True)
class Event:
    """An event as it stands."""

    request_id: str
    function: str
    qualifier: str | None
    state: str
    source: str
    """What caused it, for people."""
    attempts: int
    created_at: datetime
    next_try_at: datetime | None
    settled_at: datetime | None
    error: str | None
    """Of the last try that failed, also while the event waits for the next."""
    condition: str | None


@dataclass(frozen=True)
class Undelivered:
    """A record of an event's end that has not reached its bucket."""

    target: str
    key: str
    error: str | None
    is_given_up: bool


@dataclass(frozen=True)
class EventDetails:
    """An event with all that is known of it."""

    event: Event
    payload: bytes
    result: bytes | None
    """What the last try answered, None if none came so far or the answer was too long to be kept."""
    function_error: str | None
    executed_version: str | None
    trace: str
    undelivered: tuple[Undelivered, ...]


class EventHistory:
    """The events of one home, as long as they are kept."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def list(self, state: str | None = None, function: str | None = None, since: datetime | None = None) -> list[Event]:
        """Return the events that were queued since a moment, the newest first."""
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM invocation"  # noqa: S608 - our own words
            " WHERE (?1 IS NULL OR state = ?1) AND (?2 IS NULL OR function = ?2) AND created_at >= ?3"
            " ORDER BY created_at DESC, rowid DESC",
            state,
            function,
            _seconds(since),
        )
        return [_event(row) for row in rows]

    def show(self, request_id: str) -> EventDetails:
        """Return all about one event; EventNotFoundError if it is unknown or forgotten."""
        with self._database.snapshot() as connection:
            row = connection.execute("SELECT * FROM invocation WHERE request_id = ?", (request_id,)).fetchone()
            left = connection.execute(
                "SELECT target, key, error, failed_at FROM delivery WHERE request_id = ? ORDER BY rowid", (request_id,)
            ).fetchall()
        if row is None:
            raise EventNotFoundError(request_id)
        return EventDetails(
            _event(row),
            bytes(row["payload"]),
            None if row["result"] is None else bytes(row["result"]),
            row["function_error"],
            row["executed_version"],
            row["trace"],
            tuple(Undelivered(one["target"], one["key"], one["error"], one["failed_at"] is not None) for one in left),
        )

    def replay(self, request_id: str) -> str:
        """
        Have one event handled anew, whatever came of it; return its request id.

        The payload and the request id stay. Attempts and age are counted anew, and the loop that it may have come of
        is forgotten: who replays knows what he does. One that waits for its next try need not wait any longer.
        """
        with self._database.transaction() as transaction:
            row = transaction.execute("SELECT state FROM invocation WHERE request_id = ?", (request_id,)).fetchone()
            if row is None:
                raise EventNotFoundError(request_id)
            if row["state"] == "running":
                raise EventIsRunningError(request_id)
            self._queue_anew(transaction, "request_id = ?2", request_id)
        return request_id

    def replay_failed(self, function: str | None = None, since: datetime | None = None) -> Sequence[str]:
        """Have all events handled anew that were given up since a moment; return their request ids."""
        with self._database.transaction() as transaction:
            return self._queue_anew(
                transaction,
                "state = 'failed' AND (?2 IS NULL OR function = ?2) AND settled_at >= ?3",
                function,
                _seconds(since),
            )

    def _queue_anew(self, transaction: sqlite3.Connection, condition: str, *values: object) -> Sequence[str]:
        rows = transaction.execute(
            "UPDATE invocation SET state = 'queued', attempts = 0, refusals = 0, not_before = ?1, aged_from = ?1,"  # noqa: S608
            " settled_at = NULL, error = NULL, condition = NULL, result = NULL, function_error = NULL,"
            " executed_version = NULL, reported = 0, trace = ''"
            f" WHERE {condition} RETURNING request_id",
            (self._clock().timestamp(), *values),
        )
        return [str(row["request_id"]) for row in rows.fetchall()]


def _event(row: sqlite3.Row) -> Event:
    return Event(
        row["request_id"],
        row["function"],
        row["qualifier"],
        row["state"],
        row["source"],
        row["attempts"],
        _moment(row["created_at"]),
        _moment(row["not_before"]) if row["state"] == "queued" else None,
        None if row["settled_at"] is None else _moment(row["settled_at"]),
        row["error"],
        row["condition"],
    )


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _seconds(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0.0
