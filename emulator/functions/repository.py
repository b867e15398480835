"""Which functions there are, with their published versions: rows of the state file. Settings have modules of their own.

Whoever calls may be within a transaction: what is written here is then a part of it.
"""

import random
import sqlite3
from collections.abc import Callable

from emulator.functions.alias import Alias
from emulator.functions.definition import Function
from emulator.functions.errors import FunctionNotFoundError
from emulator.functions.references import LATEST, FunctionReference, is_version, parse_reference
from emulator.state import Database

_OF_A_QUALIFIER = (
    ("provisioned_concurrency", "qualifier"),
    ("event_invoke_config", "qualifier"),
    ("function_url", "qualifier"),
    ("function_failure", "version"),
)
"""What goes with a version or an alias."""


class FunctionRepository:
    """Reads and writes function records; any number of processes may."""

    def __init__(self, database: Database, region: str, draw: Callable[[], float] = random.random) -> None:
        self._database = database
        self.region = region
        self._draw = draw

    def find(self, reference: str, qualifier: str | None = None) -> Function:
        """
        Return the version that a name or an ARN, and a qualifier, stand for; FunctionNotFoundError if there is none.

        Of an alias with weights it is now the one, now the other.
        """
        asked = parse_reference(reference, qualifier)
        version = asked.qualifier or LATEST
        if version == LATEST or is_version(version):
            found = self._version(asked.name, version)
        else:
            with self._database.snapshot():  # else the version may go in between, when an alias is moved on
                alias = self._alias(asked.name, version)
                found = self._version(asked.name, alias.choose(self._draw)) if alias else None
        if found is None:
            raise self._not_found(asked)
        return found

    def get(self, name: str) -> Function | None:
        """Return $LATEST of the function called *name*, None if there is none."""
        return self._version(name, LATEST)

    def all(self) -> list[Function]:
        """Return every function's $LATEST, by name."""
        rows = self._database.rows("SELECT record FROM function ORDER BY name")
        return [Function.from_json(row["record"]) for row in rows]

    def versions(self, name: str) -> list[Function]:
        """Return all versions of a function, $LATEST first, then as they were published."""
        with self._database.snapshot():
            latest = self.find(name)
            published = self._database.rows(
                "SELECT record FROM function_version WHERE function = ? ORDER BY CAST(version AS INTEGER)", name
            )
        return [latest, *(Function.from_json(row["record"]) for row in published)]

    def every_version(self) -> list[Function]:
        """Return all versions of all functions, each function's $LATEST first."""
        rows = self._database.rows(
            "SELECT name, 0 AS number, record FROM function"
            " UNION ALL SELECT function, CAST(version AS INTEGER), record FROM function_version ORDER BY 1, 2"
        )
        return [Function.from_json(row["record"]) for row in rows]

    def save(self, function: Function, content: str = "") -> None:
        """
        Write a record where its version belongs; a published one is never written twice.

        *content* stands for the code and the configuration that a version was made of.
        """
        with self._database.transaction() as transaction:
            if function.version == LATEST:
                transaction.execute(
                    "INSERT INTO function (name, record) VALUES (?, ?)"
                    " ON CONFLICT DO UPDATE SET record = excluded.record",
                    (function.name, function.to_json()),
                )
                transaction.execute(
                    "DELETE FROM function_failure WHERE function = ? AND version = ?", (function.name, LATEST)
                )
            else:
                transaction.execute(
                    "INSERT INTO function_version (function, version, record, content) VALUES (?, ?, ?, ?)",
                    (function.name, function.version, function.to_json(), content),
                )

    def delete(self, name: str) -> None:
        """Forget a function with all that belongs to it."""
        with self._database.transaction() as transaction:
            transaction.execute("DELETE FROM function WHERE name = ?", (name,))

    def _version(self, name: str, version: str) -> Function | None:
        if version == LATEST:
            row = self._database.row("SELECT record FROM function WHERE name = ?", name)
        else:
            row = self._database.row(
                "SELECT record FROM function_version WHERE function = ? AND version = ?", name, version
            )
        return Function.from_json(row["record"]) if row else None

    def _alias(self, name: str, alias: str) -> Alias | None:
        row = self._database.row("SELECT record FROM function_alias WHERE function = ? AND name = ?", name, alias)
        return Alias.from_json(row["record"]) if row else None

    def _not_found(self, asked: FunctionReference) -> FunctionNotFoundError:
        arn = FunctionReference(asked.name, asked.qualifier or LATEST).arn(self.region)
        return FunctionNotFoundError(arn, asked.name, [function.name for function in self.all()])


def forget_qualifier(transaction: sqlite3.Connection, name: str, qualifier: str) -> None:
    """Forget what was set for a version or an alias that is no more."""
    for table, column in _OF_A_QUALIFIER:
        transaction.execute(f"DELETE FROM {table} WHERE function = ? AND {column} = ?", (name, qualifier))  # noqa: S608
