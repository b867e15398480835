"""The asynchronous queue: rows that survive whatever happens. A row is settled only after its result is known.

What is told of an event's end - to another function, to a bucket - is written in the transaction that settles it: there
is no moment at which one is there without the other.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from emulator.functions.events import retention
from emulator.functions.events.event import STATES, Arrival, FailedInvocation, QueuedInvocation
from emulator.functions.events.notice import Notice
from emulator.functions.events.outbox import Outbox
from emulator.functions.events.tries import TRY_ADDED
from emulator.functions.events.uptime import Uptime
from emulator.functions.events.verdict import Verdict
from emulator.functions.records import Invocation
from emulator.functions.references import parse_reference
from emulator.ids import new_request_id
from emulator.state import Database

LONGEST_KEPT_RESULT_BYTES = 64 * 1024
"""A longer answer goes to destinations, but is not kept: the state file is no store of results."""

# Indexes are named where it matters: SQLite thinks as well of that of lists, which knows only the state.
_FUNCTIONS_WITH_QUEUED = """
WITH RECURSIVE waiting (function) AS (
    SELECT min(function) FROM invocation INDEXED BY invocation_queued WHERE state = 'queued'
    UNION ALL
    SELECT (
        SELECT min(function) FROM invocation INDEXED BY invocation_queued
        WHERE state = 'queued' AND function > waiting.function
    )
    FROM waiting WHERE waiting.function IS NOT NULL
)
SELECT function, (
    SELECT min(not_before) FROM invocation INDEXED BY invocation_queued
    WHERE state = 'queued' AND function = waiting.function
) AS due
FROM waiting WHERE function IS NOT NULL
"""

_DUE = """
SELECT rowid, request_id, function, qualifier, trace, client_context, payload, attempts, aged_from, refusals, error,
    not_before
FROM invocation INDEXED BY invocation_queued
WHERE state = 'queued' AND function = ? AND not_before <= ? ORDER BY not_before, rowid LIMIT ?
"""

_SETTLE = f"""
UPDATE invocation SET state = ?, attempts = ?, error = ?, not_before = ?, settled_at = ?, condition = ?, refusals = 0,
    result = ?, function_error = ?, executed_version = ?, {TRY_ADDED}
WHERE request_id = ?
"""  # noqa: S608 - our own words

_SETTLE_UNSEEN = f"""
UPDATE invocation SET state = ?, attempts = ?, error = ?, not_before = ?, settled_at = ?, condition = ?,
    refusals = refusals + 1, {TRY_ADDED}
WHERE request_id = ?
"""  # noqa: S608 - our own words

_SETTLE_UNTRIED = """
UPDATE invocation SET state = ?, attempts = ?, error = ?, not_before = ?, settled_at = ?, condition = ?
WHERE request_id = ?
"""

_NOTE_TOLD = """
UPDATE invocation SET told = json_insert(told, '$[#]', json_array(?, ?)) WHERE request_id = ?
"""

_AGE_WITHOUT_THE_PAUSE = """
UPDATE invocation SET aged_from = ?1 - max(0, ?2 - aged_from) WHERE state IN ('queued', 'running')
"""
"""What is older than the last server's end has aged until then, what is younger not at all."""


class InvocationQueue:
    """The queue of one home. Anybody may add; one server takes."""

    def __init__(self, database: Database, time_scale: float, clock: Callable[[], datetime]) -> None:
        self.time_scale = time_scale
        self.clock = clock
        self.outbox = Outbox(database, time_scale, clock)
        self.uptime = Uptime(database, clock)
        self._database = database

    def enqueue(self, arrival: Arrival) -> str:
        """Add an event and return its request id."""
        with self._database.transaction() as transaction:
            return self.add(transaction, arrival)

    def add(self, transaction: sqlite3.Connection, arrival: Arrival) -> str:
        """Add an event within the caller's transaction and return its request id."""
        request_id = new_request_id()
        now = self._now()
        transaction.execute(
            "INSERT INTO invocation (request_id, function, qualifier, trace, client_context, payload, source, state,"
            " created_at, not_before, aged_from) VALUES (?, ?, ?, ?, ?, ?, ?, 'queued', ?, ?, ?)",
            (
                request_id,
                arrival.function,
                arrival.qualifier,
                arrival.trace,
                arrival.client_context,
                arrival.payload,
                arrival.source,
                now,
                now,
                now,
            ),
        )
        return request_id

    def claim(
        self, busy: Mapping[str, int], most_each: int, reserved: Mapping[str, int] | None = None
    ) -> list[QueuedInvocation]:
        """
        Take what is due, oldest first, of each function as much as it has room for.

        *busy* counts what runs; a function has room for *most_each*, or for its *reserved* concurrency if that is less.
        Of one whose reserved concurrency is 0 events are taken too: they have to be given up.
        """
        due = self._rooms(busy, most_each, reserved or {})
        if not due:
            return []  # the usual answer, without taking the lock that writing needs
        with self._database.transaction() as transaction:
            now = self._now()
            rows = [row for name, room in due for row in transaction.execute(_DUE, (name, now, room))]
            transaction.executemany(
                "UPDATE invocation SET state = 'running', attempts = attempts + 1, begun_at = ? WHERE rowid = ?",
                [(now, row["rowid"]) for row in rows],
            )
        rows.sort(key=lambda row: (row["not_before"], row["rowid"]))
        return [_claimed(row) for row in rows]

    def settle(self, verdicts: Sequence[Verdict]) -> None:
        """Write what came of claimed events, and what is told of it, all at once."""
        if not verdicts:
            return
        with self._database.transaction() as transaction:
            for verdict in verdicts:
                self._settle(transaction, verdict)
            self._forget_old(transaction)

    def release(self, request_ids: Sequence[str]) -> None:
        """Give claimed rows back as if they had not been claimed: a server that ends is no failure of the handler's."""
        with self._database.transaction() as transaction:
            transaction.executemany(
                "UPDATE invocation SET state = 'queued', not_before = ?, attempts = attempts - 1"
                " WHERE request_id = ? AND state = 'running'",
                [(self._now(), request_id) for request_id in request_ids],
            )

    def recover(self) -> int:
        """
        Put back what a server that was killed had in hand; return how many there were. Old settled rows go.

        A server that was killed is no failure of the handler's either, and what waits has not grown older without one.
        """
        now, last_seen = self._now(), self.uptime.last_seen()
        with self._database.transaction() as transaction:
            self._forget_old(transaction)
            transaction.execute(_AGE_WITHOUT_THE_PAUSE, (now, 0.0 if last_seen is None else min(last_seen, now)))
            self.uptime.note_in(transaction)
            return transaction.execute(
                "UPDATE invocation SET state = 'queued', attempts = attempts - 1, not_before = ?"
                " WHERE state = 'running'",
                (now,),
            ).rowcount

    def seconds_until_due(self) -> float | None:
        """Return how long until the next queued row is due, 0 if one is, None if there is none."""
        due = [row["due"] for row in self._database.rows(_FUNCTIONS_WITH_QUEUED)]
        return max(0.0, min(due) - self._now()) if due else None

    def counts(self) -> dict[str, int]:
        """Return how many rows are in each state."""
        found = {row["state"]: row["events"] for row in self._database.rows("SELECT * FROM invocation_count")}
        return {state: found[state] for state in STATES}

    def pending(self) -> int:
        """Return how many events are not settled."""
        counts = self.counts()
        return counts["queued"] + counts["running"]

    def report_failed(self) -> list[FailedInvocation]:
        """Return the events that failed for good since this was last asked; each is reported once."""
        with self._database.transaction() as transaction:
            rows = transaction.execute(
                "UPDATE invocation INDEXED BY invocation_unreported SET reported = 1"
                " WHERE state = 'failed' AND reported = 0 RETURNING request_id, function, source, error"
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

    def _rooms(self, busy: Mapping[str, int], most_each: int, reserved: Mapping[str, int]) -> list[tuple[str, int]]:
        """Return the functions that have something due and room for it."""
        now = self._now()
        waiting = [row["function"] for row in self._database.rows(_FUNCTIONS_WITH_QUEUED) if row["due"] <= now]
        most = {name: min(most_each, reserved.get(name) or most_each) for name in waiting}
        rooms = [(name, most[name] - busy.get(name, 0)) for name in waiting]
        return [(name, room) for name, room in rooms if room > 0]

    def _settle(self, transaction: sqlite3.Connection, verdict: Verdict) -> None:
        now = self._now()
        settled_at = None if verdict.condition is None else now
        written = (verdict.state, verdict.attempts, verdict.error, verdict.due_at, settled_at, verdict.condition)
        request_id = verdict.queued.invocation.request_id
        if verdict.is_attempt:
            result = verdict.result
            kept = result.payload if result and len(result.payload) <= LONGEST_KEPT_RESULT_BYTES else None
            function_error = result.function_error if result else None
            took = (result.duration_ms, result.init_ms) if result else (None, None)
            a_try = (now, verdict.attempts, *took, verdict.error)
            transaction.execute(_SETTLE, (*written, kept, function_error, verdict.executed_version, *a_try, request_id))
        elif verdict.condition is None:
            transaction.execute(_SETTLE_UNSEEN, (*written, now, None, None, None, verdict.error, request_id))
        else:
            transaction.execute(_SETTLE_UNTRIED, (*written, request_id))
        for notice in verdict.notices:
            self._tell(transaction, notice, verdict)

    def _tell(self, transaction: sqlite3.Connection, notice: Notice, verdict: Verdict) -> None:
        if notice.is_for_bucket:
            place = self.outbox.add(transaction, notice, verdict.queued, verdict.trace)
        else:
            target = parse_reference(notice.target)
            context = notice.client_context
            place = self.add(
                transaction,
                Arrival(target.name, notice.body, notice.source, target.qualifier, verdict.trace, context),
            )
        transaction.execute(_NOTE_TOLD, (notice.target, place, verdict.queued.invocation.request_id))

    def _forget_old(self, transaction: sqlite3.Connection) -> None:
        now = self._now()
        retention.forget_old(transaction, now)
        self.outbox.forget(transaction, now - retention.FAILED_KEPT_SECONDS)

    def _now(self) -> float:
        return self.clock().timestamp()


def _claimed(row: sqlite3.Row) -> QueuedInvocation:
    invocation = Invocation(
        bytes(row["payload"]),
        row["request_id"],
        client_context=row["client_context"],
        qualifier=row["qualifier"],
        trace=row["trace"],
    )
    return QueuedInvocation(
        row["function"], row["attempts"] + 1, invocation, row["aged_from"], row["refusals"], row["error"]
    )
