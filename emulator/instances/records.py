"""What the state file knows of instances: what was launched, what is under way, and for an hour how it ended."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from emulator.instances.model import InstanceState, Launch
from emulator.network import Member
from emulator.resources.tags import forget_tags, write_tags
from emulator.state import Database

_REMEMBERED = timedelta(hours=1)  # as long as AWS goes on listing an instance that has ended


@dataclass(frozen=True)
class Record:
    """An instance as it was last written down."""

    launch: Launch
    ended_at: datetime | None = None
    reason: str | None = None
    """Why it stopped or ended, as `code: message`."""
    reason_at: datetime | None = None
    under_way: InstanceState | None = None
    shell: str | None = None
    """Who has it under way."""

    def is_forgotten(self, now: datetime) -> bool:
        """Tell whether it ended so long ago that nobody should hear of it."""
        return self.ended_at is not None and self.ended_at < now - _REMEMBERED


class Records:
    """One home's instances, as rows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> dict[str, Record]:
        """Return every row by instance id, forgotten ones too."""
        return {row["id"]: _record(row) for row in self._database.rows("SELECT * FROM instance")}

    def get(self, instance_id: str) -> Record | None:
        """Return what is written down of one instance, if anything is."""
        row = self._database.row("SELECT * FROM instance WHERE id = ?", instance_id)
        return _record(row) if row else None

    def members(self) -> list[Member]:
        """Return the living instances as the network knows them."""
        return [
            Member(instance_id, record.launch.private_ip, record.launch.security_groups)
            for instance_id, record in self.all().items()
            if record.ended_at is None
        ]

    def add(
        self,
        launches: Iterable[Launch],
        tags: Mapping[str, str],
        shell: str,
        check: Callable[[sqlite3.Connection], object] = lambda _: None,
    ) -> None:
        """Write down instances that *shell* is about to make, if *check* does not refuse that at the same moment."""
        with self._database.transaction() as transaction:
            check(transaction)
            for launch in launches:
                transaction.execute(
                    "INSERT INTO instance (id, record, under_way, shell) VALUES (?, ?, ?, ?)",
                    (launch.instance_id, launch.to_json(), InstanceState.PENDING.label, shell),
                )
                write_tags(transaction, launch.instance_id, tags)

    def update(self, launch: Launch) -> None:
        """Write down what has changed in what was launched; a lost row comes back."""
        with self._database.transaction() as transaction:
            _write(transaction, launch)

    def change(self, launch: Launch, change: Callable[[Launch], Launch]) -> Launch:
        """
        Apply *change* to what is written down of an instance now, *launch* if that is lost, and return what came of it.

        Two shells that change different things of it at once both have their way.
        """
        with self._database.transaction() as transaction:
            row = transaction.execute("SELECT record FROM instance WHERE id = ?", (launch.instance_id,)).fetchone()
            changed = change(launch if row is None else Launch.from_json(row["record"]))
            _write(transaction, changed)
        return changed

    def begin(
        self, launch: Launch, state: InstanceState, shell: str, is_alive: Callable[[str], bool] = lambda _: False
    ) -> bool:
        """Write down that *shell* brings an instance through *state*; False if another that *is_alive* does so."""
        with self._database.transaction() as transaction:
            row = transaction.execute("SELECT shell FROM instance WHERE id = ?", (launch.instance_id,)).fetchone()
            holder = row["shell"] if row else None
            if holder not in (None, shell) and is_alive(holder):
                return False
            transaction.execute(
                "INSERT INTO instance (id, record, under_way, shell) VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET under_way = excluded.under_way, shell = excluded.shell",
                (launch.instance_id, launch.to_json(), state.label, shell),
            )
        return True

    def finish(self, instance_id: str, shell: str) -> None:
        """Write down that *shell* is done with an instance; what another has begun since stays."""
        with self._database.transaction() as transaction:
            transaction.execute(
                "UPDATE instance SET under_way = NULL, shell = NULL WHERE id = ? AND shell = ?", (instance_id, shell)
            )

    def explain(self, instance_id: str, reason: str | None, now: datetime) -> None:
        """Write down why an instance stopped, or with None that it no longer has; an ended one keeps its reason."""
        with self._database.transaction() as transaction:
            transaction.execute(
                "UPDATE instance SET reason = ?, reason_at = ? WHERE id = ? AND terminated_at IS NULL",
                (reason, None if reason is None else now.timestamp(), instance_id),
            )

    def end(self, launch: Launch, reason: str, now: datetime) -> bool:
        """Write down that an instance ended; the first reason counts. Tell whether this was it."""
        with self._database.transaction() as transaction:
            changed = transaction.execute(
                "INSERT INTO instance (id, record, terminated_at, reason, reason_at) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET terminated_at = excluded.terminated_at, reason = excluded.reason,"
                " reason_at = excluded.reason_at WHERE terminated_at IS NULL",
                (launch.instance_id, launch.to_json(), now.timestamp(), reason, now.timestamp()),
            ).rowcount
        return changed == 1

    def has_ended(self, instance_id: str) -> bool:
        """Tell whether somebody has ended an instance."""
        row = self._database.row("SELECT terminated_at FROM instance WHERE id = ?", instance_id)
        return row is not None and row["terminated_at"] is not None

    def forget(self, instance_ids: Iterable[str]) -> None:
        """Drop instances that ended long ago, with their tags."""
        with self._database.transaction() as transaction:
            for instance_id in instance_ids:
                _forget(transaction, instance_id)

    def remove(self, instance_id: str) -> None:
        """Forget an instance that never came to be; one that somebody ended meanwhile has ended."""
        if not self.has_ended(instance_id):
            with self._database.transaction() as transaction:
                _forget(transaction, instance_id)


def _write(transaction: sqlite3.Connection, launch: Launch) -> None:
    transaction.execute(
        "INSERT INTO instance (id, record) VALUES (?, ?) ON CONFLICT DO UPDATE SET record = excluded.record",
        (launch.instance_id, launch.to_json()),
    )


def _forget(transaction: sqlite3.Connection, instance_id: str) -> None:
    transaction.execute("DELETE FROM instance WHERE id = ?", (instance_id,))
    transaction.execute("DELETE FROM console WHERE instance_id = ?", (instance_id,))
    forget_tags(transaction, instance_id)


def _record(row: sqlite3.Row) -> Record:
    return Record(
        launch=Launch.from_json(row["record"]),
        ended_at=_moment(row["terminated_at"]),
        reason=row["reason"],
        reason_at=_moment(row["reason_at"]),
        under_way=InstanceState.labelled(row["under_way"]) if row["under_way"] else None,
        shell=row["shell"],
    )


def _moment(timestamp: float | None) -> datetime | None:
    return None if timestamp is None else datetime.fromtimestamp(timestamp, UTC)
