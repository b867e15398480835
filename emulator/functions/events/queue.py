"""The asynchronous queue: rows that survive whatever happens. A row is settled only after its result is known."""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from emulator.functions.records import Invocation
from emulator.ids import new_request_id
from emulator.state import Database

RETRY_SECONDS = (60.0, 120.0)
"""Lambda tries a failed event again after one minute, then after two more."""

_KEPT_SECONDS = 24 * 3600

_NEXT_DUE = """
SELECT request_id, function, qualifier, trace, payload, attempts FROM invocation
WHERE state = 'queued' AND not_before <= ? AND function NOT IN (SELECT value FROM json_each(?))
ORDER BY not_before, rowid LIMIT 1
"""


@dataclass(frozen=True)
class QueuedInvocation:
    """A row that was claimed; `attempt` counts from 1."""

    function: str
    attempt: int
    invocation: Invocation


@dataclass(frozen=True)
class FailedInvocation:
    """A row whose last try failed."""

    request_id: str
    function: str
    source: str
    error: str
    next_try_seconds: float | None = None
    """From now; None if it was given up."""


class InvocationQueue:
    """The queue of one home. Anybody may add; one server takes."""

    def __init__(self, database: Database, time_scale: float, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._time_scale = time_scale
        self._clock = clock

    def add(
        self,
        transaction: sqlite3.Connection,
        function: str,
        payload: bytes,
        source: str,
        *,
        qualifier: str | None = None,
        trace: str = "",
    ) -> str:
        """Add an event within the caller's transaction and return its request id; *source* says what caused it."""
        request_id = new_request_id()
        now = self._now()
        transaction.execute(
            "INSERT INTO invocation"
            " (request_id, function, qualifier, trace, payload, source, state, created_at, not_before)"
            " VALUES (?, ?, ?, ?, ?, ?, 'queued', ?, ?)",
            (request_id, function, qualifier, trace, payload, source, now, now),
        )
        return request_id

    def claim(self, busy: dict[str, int], most_each: int) -> QueuedInvocation | None:
        """Take the oldest row that is due, of a function that has less than *most_each* running (*busy* counts)."""
        full = json.dumps([name for name, running in busy.items() if running >= most_each])
        if self._database.row(_NEXT_DUE, self._now(), full) is None:
            return None  # the usual answer, without taking the lock that writing needs
        with self._database.transaction() as transaction:
            row = transaction.execute(_NEXT_DUE, (self._now(), full)).fetchone()
            if row is None:
                return None
            transaction.execute(
                "UPDATE invocation SET state = 'running', attempts = attempts + 1 WHERE request_id = ?",
                (row["request_id"],),
            )
        invocation = Invocation(
            bytes(row["payload"]), row["request_id"], qualifier=row["qualifier"], trace=row["trace"]
        )
        return QueuedInvocation(row["function"], row["attempts"] + 1, invocation)

    def settle(self, request_id: str) -> None:
        """Note that an event was handled."""
        self._finish(request_id, "done", None)

    def give_up(self, request_id: str, error: str) -> None:
        """Note that an event failed for good, and why."""
        self._finish(request_id, "failed", error)

    def try_again(self, queued: QueuedInvocation, error: str) -> bool:
        """Put a failed event back for later, or give it up after the last try; tell whether it will be tried."""
        if queued.attempt > len(RETRY_SECONDS):
            self.give_up(queued.invocation.request_id, error)
            return False
        self.put_back(queued.invocation.request_id, RETRY_SECONDS[queued.attempt - 1] * self._time_scale, error)
        return True

    def put_back(self, request_id: str, after_seconds: float, error: str) -> None:
        """Make a claimed row due again after a while."""
        with self._database.transaction() as transaction:
            transaction.execute(
                "UPDATE invocation SET state = 'queued', not_before = ?, error = ? WHERE request_id = ?",
                (self._now() + after_seconds, error, request_id),
            )

    def release(self, request_id: str) -> None:
        """Give a claimed row back as if it had not been claimed: a server that ends is no failure of the handler's."""
        with self._database.transaction() as transaction:
            transaction.execute(
                "UPDATE invocation SET state = 'queued', not_before = ?, attempts = attempts - 1 WHERE request_id = ?",
                (self._now(), request_id),
            )

    def recover(self) -> int:
        """Put back what a server that was killed had in hand; return how many there were. Old settled rows go."""
        with self._database.transaction() as transaction:
            self._forget_old(transaction)
            return transaction.execute("UPDATE invocation SET state = 'queued' WHERE state = 'running'").rowcount

    def seconds_until_due(self) -> float | None:
        """Return how long until the next queued row is due, 0 if one is, None if there is none."""
        row = self._database.row("SELECT min(not_before) AS due FROM invocation WHERE state = 'queued'")
        return None if row is None or row["due"] is None else max(0.0, row["due"] - self._now())

    def counts(self) -> dict[str, int]:
        """Return how many rows are in each state."""
        rows = self._database.rows("SELECT state, count(*) AS rows FROM invocation GROUP BY state")
        return {"queued": 0, "running": 0, "done": 0, "failed": 0} | {row["state"]: row["rows"] for row in rows}

    def pending(self) -> int:
        row = self._database.row("SELECT count(*) AS rows FROM invocation WHERE state IN ('queued', 'running')")
        return int(row["rows"]) if row else 0

    def report_failed(self) -> list[FailedInvocation]:
        """Return the events that failed for good since this was last asked; each is reported once."""
        with self._database.transaction() as transaction:
            rows = transaction.execute(
                "UPDATE invocation SET reported = 1 WHERE state = 'failed' AND reported = 0"
                " RETURNING request_id, function, source, error"
            ).fetchall()
        return [FailedInvocation(row["request_id"], row["function"], row["source"], row["error"] or "") for row in rows]

    def retried(self) -> list[FailedInvocation]:
        """Return the events that failed and are tried again, the next one first."""
        rows = self._database.rows(
            "SELECT request_id, function, source, error, not_before FROM invocation"
            " WHERE state = 'queued' AND error IS NOT NULL ORDER BY not_before, rowid"
        )
        now = self._now()
        return [
            FailedInvocation(
                row["request_id"], row["function"], row["source"], row["error"], max(0.0, row["not_before"] - now)
            )
            for row in rows
        ]

    def _finish(self, request_id: str, state: str, error: str | None) -> None:
        """Settle a row; those that were settled long ago go, since a server may run for months."""
        with self._database.transaction() as transaction:
            transaction.execute(
                "UPDATE invocation SET state = ?, error = ?, settled_at = ? WHERE request_id = ?",
                (state, error, self._now(), request_id),
            )
            self._forget_old(transaction)

    def _forget_old(self, transaction: sqlite3.Connection) -> None:
        transaction.execute(
            "DELETE FROM invocation WHERE state IN ('done', 'failed') AND settled_at < ?",
            (self._now() - _KEPT_SECONDS,),
        )

    def _now(self) -> float:
        return self._clock().timestamp()
