"""Rules and targets as rows of the state file, each rule with the moment at which it is next due."""

import sqlite3
from datetime import UTC, datetime

from emulator.schedules.model import Aim, Rule, Target
from emulator.state import Database


class RuleRepository:
    """Reads and writes within the caller's transaction; what only reads asks the database itself."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def rules(self) -> list[Rule]:
        """Return every rule, by name."""
        rows = self._database.rows("SELECT record FROM event_rule ORDER BY name")
        return [Rule.from_json(row["record"]) for row in rows]

    def with_targets(self) -> list[Aim]:
        """Return every target with its rule, by rule and id."""
        rows = self._database.rows(
            "SELECT event_rule.record AS rule, event_target.record AS target, due_at"
            " FROM event_rule JOIN event_target ON event_target.rule = event_rule.name ORDER BY name, id"
        )
        return [
            Aim(
                Rule.from_json(row["rule"]),
                Target.from_json(row["target"]),
                None if row["due_at"] is None else _moment(row["due_at"]),
            )
            for row in rows
        ]

    def find(self, name: str) -> Rule | None:
        row = self._database.row("SELECT record FROM event_rule WHERE name = ?", name)
        return Rule.from_json(row["record"]) if row else None

    def due_at(self, name: str) -> datetime | None:
        """Return when a rule is next due; None if it never is, or is disabled."""
        row = self._database.row("SELECT due_at FROM event_rule WHERE name = ?", name)
        return None if row is None or row["due_at"] is None else _moment(row["due_at"])

    def first_due(self) -> datetime | None:
        """Return when the next of all rules is due."""
        row = self._database.row("SELECT min(due_at) AS due_at FROM event_rule")
        return None if row is None or row["due_at"] is None else _moment(row["due_at"])

    def due(self, now: datetime) -> list[str]:
        """Return the names of the rules that are due, the longest due first."""
        rows = self._database.rows(
            "SELECT name FROM event_rule WHERE due_at <= ? ORDER BY due_at, name", now.timestamp()
        )
        return [row["name"] for row in rows]

    def set_aside(self, transaction: sqlite3.Connection, name: str) -> None:
        """Have a rule never come due, until it is written anew."""
        transaction.execute("UPDATE event_rule SET due_at = NULL WHERE name = ?", (name,))

    def save(self, transaction: sqlite3.Connection, rule: Rule, due_at: datetime | None) -> None:
        transaction.execute(
            "INSERT INTO event_rule (name, record, due_at) VALUES (?, ?, ?)"
            " ON CONFLICT DO UPDATE SET record = excluded.record, due_at = excluded.due_at",
            (rule.name, rule.to_json(), due_at.timestamp() if due_at else None),
        )

    def delete(self, transaction: sqlite3.Connection, name: str) -> None:
        transaction.execute("DELETE FROM event_rule WHERE name = ?", (name,))

    def targets(self, name: str) -> list[Target]:
        """Return a rule's targets, by id."""
        rows = self._database.rows("SELECT record FROM event_target WHERE rule = ? ORDER BY id", name)
        return [Target.from_json(row["record"]) for row in rows]

    def save_target(self, transaction: sqlite3.Connection, name: str, target: Target) -> None:
        transaction.execute(
            "INSERT INTO event_target (rule, id, record) VALUES (?, ?, ?)"
            " ON CONFLICT DO UPDATE SET record = excluded.record",
            (name, target.id, target.to_json()),
        )

    def delete_target(self, transaction: sqlite3.Connection, name: str, target_id: str) -> bool:
        """Forget a target; tell whether there was one."""
        deleted = transaction.execute("DELETE FROM event_target WHERE rule = ? AND id = ?", (name, target_id))
        return deleted.rowcount > 0


def _moment(timestamp: float) -> datetime:
    return datetime.fromtimestamp(timestamp, UTC)
