"""Notifications on their way: rows written with their event, which go when it is known that they arrived.

A name is made of an event's time and sequencer: the same event, tried again after a crash, has the same name.
"""

import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from emulator.buckets import ObjectEvent, Rule
from emulator.errors import NotFoundError
from emulator.state import Database

MOST_AGE_SECONDS = 6 * 3600.0
"""How long a delivery is tried, as S3 tries to reach a function. Time without a server does not count."""
KEPT_SECONDS = 14 * 24 * 3600.0
"""How long one that was given up can be looked at, and tried again."""
_FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 1.0, 300.0
_LONGEST_ERROR = 300

_TARGETS = """
WITH RECURSIVE waiting (target) AS (
    SELECT min(target) FROM notification_delivery WHERE failed_at IS NULL
    UNION ALL
    SELECT (SELECT min(target) FROM notification_delivery WHERE failed_at IS NULL AND target > waiting.target)
    FROM waiting WHERE waiting.target IS NOT NULL
)
SELECT target FROM waiting WHERE target IS NOT NULL
"""


class NoSuchDeliveryError(NotFoundError):
    """Nothing of this name is kept."""

    code = "NoSuchDelivery"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"no delivery that was given up has the name {name!r}",
            hint="list those there are with `cloudlet s3 list-deliveries`",
        )


@dataclass(frozen=True)
class Delivery:
    """One notification that is to reach one target."""

    name: str
    rule: str
    bucket: str
    key: str
    event: str
    target: str
    body: bytes
    trace: str
    tries: int
    error: str | None
    created_at: datetime
    next_try_at: datetime | None
    """None if it was given up."""

    @property
    def id(self) -> tuple[str, str]:
        return self.name, self.rule


class Deliveries:
    """The deliveries of one home. Anybody may add; one server delivers."""

    def __init__(
        self,
        database: Database,
        time_scale: float,
        clock: Callable[[], datetime],
        most_age_seconds: float = MOST_AGE_SECONDS,
    ) -> None:
        """*time_scale* multiplies the waits between tries, not the age at which one is given up."""
        self._database = database
        self._time_scale = time_scale
        self._clock = clock
        self._most_age_seconds = most_age_seconds

    def add(self, transaction: sqlite3.Connection, event: ObjectEvent, rule: Rule, body: bytes) -> None:
        """Add a delivery of *event* within the transaction that makes it: either is there, or neither."""
        now = self._now()
        name = f"{event.time:%Y-%m-%dT%H.%M.%S}.{event.time.microsecond // 1000:03d}Z-{event.sequencer}"
        transaction.execute(
            "INSERT INTO notification_delivery"
            " (name, rule, bucket, key, event, target, body, trace, created_at, aged_from, not_before)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (name, rule.id, event.bucket, event.key, event.name, rule.target, body, event.trace, now, now, now),
        )

    def recover(self) -> int:
        """Have all that waits grow no older for the time without a server; return how many those are."""
        with self._database.transaction() as transaction:
            return transaction.execute(
                "UPDATE notification_delivery SET aged_from = ?, not_before = min(not_before, ?)"
                " WHERE failed_at IS NULL",
                (self._now(), self._now() + _LONGEST_WAIT_SECONDS),
            ).rowcount

    def due(self, in_hand: Collection[tuple[str, str]], busy: Mapping[str, int], most_each: int) -> list[Delivery]:
        """Return what is to be delivered now but for what is *in_hand*, the oldest of each target that has room."""
        found = []
        for target in (row["target"] for row in self._database.rows(_TARGETS)):
            room = most_each - busy.get(target, 0)
            if room > 0:
                rows = self._database.rows(
                    "SELECT * FROM notification_delivery WHERE failed_at IS NULL AND target = ? AND not_before <= ?"
                    " ORDER BY not_before, rowid LIMIT ?",
                    target,
                    self._now(),
                    most_each,
                )
                due = [delivery for delivery in map(_delivery, rows) if delivery.id not in in_hand]
                found += due[:room]
        return found

    def delivered(self, delivery: Delivery, transaction: sqlite3.Connection | None = None) -> None:
        """Note that it arrived: within the *transaction* that it arrived in, or one of its own."""
        sql = "DELETE FROM notification_delivery WHERE name = ? AND rule = ?"
        if transaction is not None:
            transaction.execute(sql, delivery.id)
            return
        with self._database.transaction() as own:
            own.execute(sql, delivery.id)

    def failed(self, delivery: Delivery, error: str, *, for_good: bool = False) -> bool:
        """Have it delivered later, or give it up if it is too old or can never arrive; tell whether it was given up."""
        now, error = self._now(), error[:_LONGEST_ERROR]
        wait = min(_FIRST_WAIT_SECONDS * 2.0 ** min(delivery.tries, 30), _LONGEST_WAIT_SECONDS) * self._time_scale
        with self._database.transaction() as transaction:
            row = transaction.execute(
                "UPDATE notification_delivery SET tries = tries + 1, error = ?, not_before = ?,"
                " failed_at = CASE WHEN ? OR ? - aged_from > ? THEN ? END"
                " WHERE name = ? AND rule = ? RETURNING failed_at",
                (error, now + wait, for_good, now + wait, self._most_age_seconds, now, *delivery.id),
            ).fetchone()
            transaction.execute("DELETE FROM notification_delivery WHERE failed_at < ?", (now - KEPT_SECONDS,))
        return row is not None and row["failed_at"] is not None

    def retry(self, names: Sequence[str] | None = None) -> int:
        """Have those that were given up, all or these, tried anew; NoSuchDeliveryError names one that is none."""
        now = self._now()
        sql = (
            "UPDATE notification_delivery SET failed_at = NULL, tries = 0, aged_from = ?, not_before = ?"
            " WHERE failed_at IS NOT NULL"
        )
        with self._database.transaction() as transaction:
            if names is None:
                return transaction.execute(sql, (now, now)).rowcount
            retried = 0
            for name in names:
                found = transaction.execute(f"{sql} AND name = ?", (now, now, name)).rowcount
                if not found:
                    raise NoSuchDeliveryError(name)
                retried += found
        return retried

    def list(self, bucket: str | None = None, *, only_failed: bool = False) -> list[Delivery]:
        """Return what has not arrived, oldest first."""
        rows = self._database.rows(
            "SELECT * FROM notification_delivery WHERE (failed_at IS NOT NULL OR NOT ?)"
            " AND (bucket = ? OR ? IS NULL) ORDER BY rowid",
            only_failed,
            bucket,
            bucket,
        )
        return [_delivery(row) for row in rows]

    def pending(self) -> int:
        """Return how many are on their way."""
        row = self._database.row("SELECT count(*) AS rows FROM notification_delivery WHERE failed_at IS NULL")
        return int(row["rows"]) if row else 0

    def seconds_until_due(self) -> float | None:
        """Return how long until a try that lies in the future is due; None if none does."""
        row = self._database.row(
            "SELECT min(not_before) AS due FROM notification_delivery WHERE failed_at IS NULL AND not_before > ?",
            self._now(),
        )
        return None if row is None or row["due"] is None else max(0.0, row["due"] - self._now())

    def _now(self) -> float:
        return self._clock().timestamp()


def _delivery(row: sqlite3.Row) -> Delivery:
    return Delivery(
        name=row["name"],
        rule=row["rule"],
        bucket=row["bucket"],
        key=row["key"],
        event=row["event"],
        target=row["target"],
        body=bytes(row["body"]),
        trace=row["trace"],
        tries=row["tries"],
        error=row["error"],
        created_at=datetime.fromtimestamp(row["created_at"], UTC),
        next_try_at=None if row["failed_at"] is not None else datetime.fromtimestamp(row["not_before"], UTC),
    )
