"""When instances ran. Every verb may be called twice, late, or by two shells at once: the first one counts."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from emulator.state import Database


@dataclass(frozen=True)
class Period:
    """An instance from a start to the stop after it; `ended_at` is None while it runs."""

    instance_id: str
    instance_type: str
    name: str | None
    """Its Name tag: now if it runs, else when it stopped."""
    started_at: datetime
    ended_at: datetime | None


class Meter:
    """Writes down when the instances of one home run."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def started(self, instance_id: str, instance_type: str, at: datetime) -> None:
        """Note that an instance runs since *at*; one that is noted to run as this type already goes on doing so."""
        with self._database.transaction() as transaction:
            _start(transaction, instance_id, instance_type, at.timestamp())

    def stopped(self, instance_id: str, at: datetime) -> None:
        """Note that an instance runs no more since *at*; one that is not noted to run is left as it is."""
        with self._database.transaction() as transaction:
            _stop(transaction, instance_id, at.timestamp())

    def observed(self, running: Mapping[str, str], at: datetime) -> None:
        """
        Correct the notes by what somebody saw: *running*, instance id to type, was all that ran at *at*.

        *at* must be before the look, so that what another shell started or stopped meanwhile is not undone.
        """
        moment = at.timestamp()
        if self._noted() == dict(running):
            return  # the usual case, without taking the lock that writing needs
        with self._database.transaction() as transaction:
            gone = transaction.execute(
                "SELECT instance_id FROM instance_usage WHERE ended_at IS NULL AND started_at < ?"
                " AND instance_id NOT IN (SELECT value FROM json_each(?))",
                (moment, json.dumps(list(running))),
            ).fetchall()
            for row in gone:
                _stop(transaction, row["instance_id"], moment)
            for instance_id, instance_type in running.items():
                if not _ended_since(transaction, instance_id, moment):
                    _start(transaction, instance_id, instance_type, moment)

    def periods(self, since: datetime) -> list[Period]:
        """Return the periods that had not ended by *since*, whole, in the order in which they began."""
        rows = self._database.rows(
            "SELECT instance_id, instance_type, started_at, ended_at,"
            " CASE WHEN ended_at IS NULL THEN tag.value ELSE name END AS name"
            " FROM instance_usage LEFT JOIN tag ON resource_id = instance_id AND key = 'Name'"
            " WHERE ended_at IS NULL OR ended_at > ? ORDER BY started_at, instance_id",
            since.timestamp(),
        )
        return [
            Period(
                instance_id=row["instance_id"],
                instance_type=row["instance_type"],
                name=row["name"],
                started_at=datetime.fromtimestamp(row["started_at"], UTC),
                ended_at=None if row["ended_at"] is None else datetime.fromtimestamp(row["ended_at"], UTC),
            )
            for row in rows
        ]

    def _noted(self) -> dict[str, str]:
        rows = self._database.rows("SELECT instance_id, instance_type FROM instance_usage WHERE ended_at IS NULL")
        return {row["instance_id"]: row["instance_type"] for row in rows}


def _start(transaction: sqlite3.Connection, instance_id: str, instance_type: str, moment: float) -> None:
    """Begin a period unless one is open; one of another type is ended, since types change only at a stop."""
    noted = transaction.execute(
        "SELECT instance_type FROM instance_usage WHERE instance_id = ? AND ended_at IS NULL", (instance_id,)
    ).fetchone()
    if noted is not None and noted["instance_type"] == instance_type:
        return
    _stop(transaction, instance_id, moment)
    transaction.execute(
        "INSERT INTO instance_usage (instance_id, started_at, instance_type) VALUES (?, ?, ?)"
        " ON CONFLICT DO UPDATE SET ended_at = NULL, instance_type = excluded.instance_type",
        (instance_id, moment, instance_type),
    )


def _stop(transaction: sqlite3.Connection, instance_id: str, moment: float) -> None:
    """End the open period, with the name that the instance has now: its tags are forgotten some time after it."""
    transaction.execute(
        "UPDATE instance_usage SET ended_at = max(started_at, ?),"
        " name = (SELECT value FROM tag WHERE resource_id = instance_usage.instance_id AND key = 'Name')"
        " WHERE instance_id = ? AND ended_at IS NULL",
        (moment, instance_id),
    )


def _ended_since(transaction: sqlite3.Connection, instance_id: str, moment: float) -> bool:
    return (
        transaction.execute(
            "SELECT 1 FROM instance_usage WHERE instance_id = ? AND ended_at >= ?", (instance_id, moment)
        ).fetchone()
        is not None
    )
