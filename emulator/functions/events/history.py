"""What became of events: listed, looked at, and tried anew. Rows only, so that no server is needed."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from emulator.errors import ConflictError, InvalidRequestError, NotFoundError
from emulator.functions.events.tries import Told, Try, told_of, tries_of
from emulator.state import Database

_COLUMNS = (
    "rowid, request_id, function, qualifier, state, source, attempts, created_at, not_before, settled_at, error,"
    " condition, begun_at, replayed_at"
)
_MOST_NAMED = 3


class EventNotFoundError(NotFoundError):
    """No event has this request id, or it was settled so long ago that it is forgotten."""

    code = "ResourceNotFoundException"

    def __init__(self, request_id: str) -> None:
        super().__init__(
            f"no event has the request id {request_id!r}", hint="list those that are known with `cloudlet events list`"
        )


class AmbiguousEventError(InvalidRequestError):
    """Several request ids begin like this."""

    def __init__(self, beginning: str, request_ids: Sequence[str]) -> None:
        super().__init__(
            f"several events have a request id that begins with {beginning!r}",
            hint=f"write more of it: {', '.join(request_ids)}, …",
        )


class InvalidTokenError(InvalidRequestError):
    """A token to go on with that no listing has given."""

    code = "ValidationException"

    def __init__(self, token: str) -> None:
        super().__init__(f"{token!r} is no token of a listing", hint="take NextToken from the answer before")


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
    begun_at: datetime | None = None
    """When the try began that is under way."""
    replayed_at: datetime | None = None

    @property
    def seconds(self) -> float | None:
        """Return how long it took from when it was queued, or queued anew, to its end; None if that is to come."""
        if self.settled_at is None:
            return None
        return (self.settled_at - (self.replayed_at or self.created_at)).total_seconds()


@dataclass(frozen=True)
class Choice:
    """Which events are asked for: all that are of a state, of a function, and were queued since a moment."""

    state: str | None = None
    function: str | None = None
    since: datetime | None = None


@dataclass(frozen=True)
class Page:
    """Some of the events that were asked for."""

    events: Sequence[Event]
    next_token: str | None = None
    """Where to go on; None if there are no more."""


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
    tries: Sequence[Try] = ()
    """The last ones, oldest first; of a replayed event those since then."""
    told: Sequence[Told] = ()
    """Who was told of its end, whether that has arrived or not."""


class EventHistory:
    """The events of one home, as long as they are kept."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def list(self, choice: Choice = Choice(), most: int = 1000, token: str | None = None) -> Page:
        """Return up to *most* events, the newest first; *token* is of the page before."""
        clauses = {
            "state = ?": choice.state,
            "function = ?": choice.function,
            "created_at >= ?": choice.since and choice.since.timestamp(),
        }
        conditions = [clause for clause, value in clauses.items() if value is not None]
        values: list[object] = [value for value in clauses.values() if value is not None]
        if token is not None:
            conditions.append("(created_at, rowid) < (?, ?)")
            values += _place(token)
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM invocation WHERE {' AND '.join(conditions) or 'true'}"  # noqa: S608 - our own words
            " ORDER BY created_at DESC, rowid DESC LIMIT ?",
            *values,
            most + 1,
        )
        shown = rows[:most]
        return Page([_event(row) for row in shown], _token(shown[-1]) if len(rows) > most else None)

    def show(self, request_id: str) -> EventDetails:
        """
        Return all about one event; the beginning of its request id is enough, if no other begins so.

        EventNotFoundError if it is unknown or forgotten.
        """
        with self._database.snapshot() as connection:
            request_id = _whole_id(connection, request_id)
            row = connection.execute("SELECT * FROM invocation WHERE request_id = ?", (request_id,)).fetchone()
            left = connection.execute(
                "SELECT target, key, error, failed_at FROM delivery WHERE request_id = ? ORDER BY rowid", (request_id,)
            ).fetchall()
        return EventDetails(
            _event(row),
            bytes(row["payload"]),
            None if row["result"] is None else bytes(row["result"]),
            row["function_error"],
            row["executed_version"],
            row["trace"],
            tuple(Undelivered(one["target"], one["key"], one["error"], one["failed_at"] is not None) for one in left),
            tries_of(row["tries"]),
            told_of(row["told"]),
        )

    def replay(self, request_id: str) -> str:
        """
        Have one event handled anew, whatever came of it; return its request id, of which the beginning is enough.

        The payload and the request id stay. Attempts and age are counted anew, and the loop that it may have come of
        is forgotten: who replays knows what he does. One that waits for its next try need not wait any longer.
        """
        with self._database.transaction() as transaction:
            request_id = _whole_id(transaction, request_id)
            row = transaction.execute("SELECT state FROM invocation WHERE request_id = ?", (request_id,)).fetchone()
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
                since.timestamp() if since else 0.0,
            )

    def _queue_anew(self, transaction: sqlite3.Connection, condition: str, *values: object) -> Sequence[str]:
        rows = transaction.execute(
            "UPDATE invocation SET state = 'queued', attempts = 0, refusals = 0, not_before = ?1, aged_from = ?1,"  # noqa: S608
            " settled_at = NULL, error = NULL, condition = NULL, result = NULL, function_error = NULL,"
            " executed_version = NULL, reported = 0, trace = '', tries = '[]', told = '[]', replayed_at = ?1"
            f" WHERE {condition} RETURNING request_id",
            (self._clock().timestamp(), *values),
        )
        return [str(row["request_id"]) for row in rows.fetchall()]


def _whole_id(connection: sqlite3.Connection, given: str) -> str:
    """Return the one request id that is *given*, or begins so."""
    rows = connection.execute(
        "SELECT request_id FROM invocation WHERE request_id >= ?1 AND request_id < ?1 || char(0x10FFFF)"
        " ORDER BY request_id LIMIT ?2",
        (given, _MOST_NAMED),
    ).fetchall()
    found = [str(row["request_id"]) for row in rows]
    if not found or not given:
        raise EventNotFoundError(given)
    if len(found) > 1 and found[0] != given:
        raise AmbiguousEventError(given, found)
    return found[0]


def _token(row: sqlite3.Row) -> str:
    return f"{float(row['created_at']).hex()}_{row['rowid']}"


def _place(token: str) -> tuple[float, int]:
    """Return when the event was queued after which a listing goes on, and its row."""
    seconds, _, row = token.partition("_")
    try:
        return float.fromhex(seconds), int(row)
    except (ValueError, OverflowError):
        raise InvalidTokenError(token) from None


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
        _moment(row["begun_at"]) if row["state"] == "running" and row["begun_at"] is not None else None,
        None if row["replayed_at"] is None else _moment(row["replayed_at"]),
    )


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
