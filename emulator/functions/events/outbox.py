"""Records on their way to buckets: rows written with the end of their event, which go when the object is there."""

import json
import sqlite3
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from emulator.functions.events.event import QueuedInvocation
from emulator.functions.events.notice import BUCKET_ARN, Notice
from emulator.functions.events.reason import storable
from emulator.state import Database

_FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 1.0, 300.0
_AT_ONCE = 64


@dataclass(frozen=True)
class Delivery:
    """One record that is to be an object."""

    id: str
    request_id: str
    """Of the event whose end it tells."""
    bucket: str
    key: str
    body: bytes
    metadata: Mapping[str, str]
    trace: str
    tries: int = 0


class Outbox:
    """The deliveries of one home."""

    def __init__(self, database: Database, time_scale: float, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._time_scale = time_scale
        self._clock = clock

    def add(self, transaction: sqlite3.Connection, notice: Notice, queued: QueuedInvocation, trace: str) -> str:
        """
        Add a delivery within the caller's transaction: what was settled is told, whatever happens next.

        Returns the key that the object will have.
        """
        now = self._now()
        key = object_key(notice.target, queued.function, now)
        transaction.execute(
            "INSERT INTO delivery (id, request_id, target, key, body, metadata, trace, created_at, not_before)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                str(uuid.uuid4()),
                queued.invocation.request_id,
                notice.target,
                key,
                notice.body,
                json.dumps({name.lower(): value for name, value in notice.attributes.items()}),
                trace,
                now,
                now,
            ),
        )
        return key

    def due(self) -> list[Delivery]:
        """Return what is to be delivered now, oldest first."""
        rows = self._database.rows(
            "SELECT * FROM delivery WHERE failed_at IS NULL AND not_before <= ? ORDER BY not_before, rowid LIMIT ?",
            self._now(),
            _AT_ONCE,
        )
        return [
            Delivery(
                row["id"],
                row["request_id"],
                bucket_of(row["target"]),
                row["key"],
                bytes(row["body"]),
                json.loads(row["metadata"]),
                row["trace"],
                row["tries"],
            )
            for row in rows
        ]

    def delivered(self, delivery: Delivery) -> None:
        """Note that the object is there."""
        with self._database.transaction() as transaction:
            transaction.execute("DELETE FROM delivery WHERE id = ?", (delivery.id,))

    def put_off(self, delivery: Delivery, error: str) -> None:
        """Have it delivered later."""
        wait = min(_FIRST_WAIT_SECONDS * 2.0 ** min(delivery.tries, 30), _LONGEST_WAIT_SECONDS) * self._time_scale
        with self._database.transaction() as transaction:
            transaction.execute(
                "UPDATE delivery SET tries = tries + 1, error = ?, not_before = ? WHERE id = ?",
                (storable(error), self._now() + wait, delivery.id),
            )

    def give_up(self, delivery: Delivery, error: str) -> None:
        """Note that it can never be delivered; it is kept, for whoever looks at the event."""
        with self._database.transaction() as transaction:
            transaction.execute(
                "UPDATE delivery SET tries = tries + 1, error = ?, failed_at = ? WHERE id = ?",
                (storable(error), self._now(), delivery.id),
            )

    def seconds_until_due(self) -> float | None:
        """Return how long until the next delivery is due, 0 if one is, None if there is none."""
        row = self._database.row("SELECT min(not_before) AS due FROM delivery WHERE failed_at IS NULL")
        return None if row is None or row["due"] is None else max(0.0, row["due"] - self._now())

    def pending(self) -> int:
        """Return how many are on their way."""
        row = self._database.row("SELECT count(*) AS rows FROM delivery WHERE failed_at IS NULL")
        return int(row["rows"]) if row else 0

    def forget(self, transaction: sqlite3.Connection, before: float) -> None:
        """Let go what could not be delivered before that moment."""
        transaction.execute("DELETE FROM delivery WHERE failed_at IS NOT NULL AND failed_at < ?", (before,))

    def _now(self) -> float:
        return self._clock().timestamp()


def bucket_of(target: str) -> str:
    """Return the bucket that an ARN names, with or without a folder in it.

    >>> bucket_of("arn:aws:s3:::failures/of/resize")
    'failures'
    """
    return target.removeprefix(BUCKET_ARN).partition("/")[0]


def object_key(target: str, function: str, now: float) -> str:
    """
    Return a key for a record, as AWS makes them, below the folder that *target* may name.

    >>> object_key("arn:aws:s3:::failures/mine", "resize", 0.0)[:-36]
    'mine/aws/lambda/async/resize/1970/01/01/1970-01-01T00.00.00-'
    """
    folder = target.removeprefix(BUCKET_ARN).partition("/")[2].strip("/")
    moment = datetime.fromtimestamp(now, UTC)
    name = f"aws/lambda/async/{function}/{moment:%Y/%m/%d}/{moment:%Y-%m-%dT%H.%M.%S}-{uuid.uuid4()}"
    return f"{folder}/{name}" if folder else name
