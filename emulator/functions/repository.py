"""Which functions there are, with their versions, aliases and settings: rows of the state file."""

import random
from collections.abc import Callable

from emulator.functions.aliases import Alias
from emulator.functions.definition import Function
from emulator.functions.errors import FunctionNotFoundError
from emulator.functions.event_config import EventInvokeConfig
from emulator.functions.references import LATEST, FunctionReference, parse_reference
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
        if alias := self.alias(asked.name, version):
            version = alias.choose(self._draw)
        if version == LATEST:
            row = self._database.row("SELECT record FROM function WHERE name = ?", asked.name)
        else:
            row = self._database.row(
                "SELECT record FROM function_version WHERE function = ? AND version = ?", asked.name, version
            )
        if row is None:
            raise self._not_found(asked)
        return Function.from_json(row["record"])

    def all(self) -> list[Function]:
        """Return every function's $LATEST, by name."""
        return [
            Function.from_json(row["record"])
            for row in self._database.rows("SELECT record FROM function ORDER BY name")
        ]

    def versions(self, name: str) -> list[Function]:
        """Return all versions of a function, $LATEST first, then as they were published."""
        published = self._database.rows(
            "SELECT record FROM function_version WHERE function = ? ORDER BY CAST(version AS INTEGER)", name
        )
        return [self.find(name), *(Function.from_json(row["record"]) for row in published)]

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

    def last_published(self, name: str, content: str) -> Function | None:
        """Return the newest version of a function if it was made of *content*."""
        row = self._database.row(
            "SELECT record, content FROM function_version WHERE function = ?"
            " ORDER BY CAST(version AS INTEGER) DESC LIMIT 1",
            name,
        )
        return Function.from_json(row["record"]) if row and row["content"] == content else None

    def next_version(self, name: str) -> str:
        """Take the next number; one that was given out never comes again, even if its version is deleted."""
        with self._database.transaction() as transaction:
            row = transaction.execute(
                "UPDATE function SET published = published + 1 WHERE name = ? RETURNING published", (name,)
            ).fetchone()
        if row is None:
            raise self._not_found(FunctionReference(name))
        return str(row["published"])

    def delete(self, name: str) -> None:
        """Forget a function with all that belongs to it."""
        with self._database.transaction() as transaction:
            transaction.execute("DELETE FROM function WHERE name = ?", (name,))

    def delete_version(self, name: str, version: str) -> None:
        with self._database.transaction() as transaction:
            transaction.execute("DELETE FROM function_version WHERE function = ? AND version = ?", (name, version))
            for table, column in _OF_A_QUALIFIER:
                transaction.execute(f"DELETE FROM {table} WHERE function = ? AND {column} = ?", (name, version))  # noqa: S608

    def alias(self, name: str, alias: str) -> Alias | None:
        """Return the alias called *alias* of a function, or None."""
        row = self._database.row("SELECT record FROM function_alias WHERE function = ? AND name = ?", name, alias)
        return Alias.from_json(row["record"]) if row else None

    def aliases(self, name: str) -> list[Alias]:
        rows = self._database.rows("SELECT record FROM function_alias WHERE function = ? ORDER BY name", name)
        return [Alias.from_json(row["record"]) for row in rows]

    def save_alias(self, alias: Alias) -> None:
        with self._database.transaction() as transaction:
            transaction.execute(
                "INSERT INTO function_alias (function, name, record) VALUES (?, ?, ?)"
                " ON CONFLICT DO UPDATE SET record = excluded.record",
                (alias.function, alias.name, alias.to_json()),
            )

    def delete_alias(self, name: str, alias: str) -> None:
        with self._database.transaction() as transaction:
            transaction.execute("DELETE FROM function_alias WHERE function = ? AND name = ?", (name, alias))
            for table, column in _OF_A_QUALIFIER:
                transaction.execute(f"DELETE FROM {table} WHERE function = ? AND {column} = ?", (name, alias))  # noqa: S608

    def reserved_concurrency(self, name: str) -> int | None:
        """Return how many invocations of a function may run at once, or None where nothing was said."""
        row = self._database.row("SELECT reserved FROM function_concurrency WHERE function = ?", name)
        return int(row["reserved"]) if row else None

    def all_reserved(self) -> dict[str, int]:
        """Return the reserved concurrency of every function that has one."""
        rows = self._database.rows("SELECT function, reserved FROM function_concurrency")
        return {row["function"]: int(row["reserved"]) for row in rows}

    def reserve(self, name: str, concurrency: int | None) -> None:
        """Set the reserved concurrency, or with None take it away."""
        with self._database.transaction() as transaction:
            transaction.execute("DELETE FROM function_concurrency WHERE function = ?", (name,))
            if concurrency is not None:
                transaction.execute("INSERT INTO function_concurrency VALUES (?, ?)", (name, concurrency))

    def provisioned(self) -> dict[tuple[str, str], int]:
        """Return how many workers are kept ready, by (function, qualifier)."""
        rows = self._database.rows("SELECT function, qualifier, requested FROM provisioned_concurrency")
        return {(row["function"], row["qualifier"]): int(row["requested"]) for row in rows}

    def provisioned_since(self, name: str, qualifier: str) -> float:
        """Return when it was said how many are kept ready, in seconds since 1970."""
        row = self._database.row(
            "SELECT modified FROM provisioned_concurrency WHERE function = ? AND qualifier = ?", name, qualifier
        )
        return float(row["modified"]) if row else 0.0

    def provision(self, name: str, qualifier: str, requested: int | None, modified: float = 0.0) -> None:
        """Set how many workers are kept ready, or with None keep none."""
        with self._database.transaction() as transaction:
            transaction.execute(
                "DELETE FROM provisioned_concurrency WHERE function = ? AND qualifier = ?", (name, qualifier)
            )
            if requested is not None:
                transaction.execute(
                    "INSERT INTO provisioned_concurrency (function, qualifier, requested, modified)"
                    " VALUES (?, ?, ?, ?)",
                    (name, qualifier, requested, modified),
                )

    def event_config(self, name: str, qualifier: str) -> EventInvokeConfig | None:
        """Return what was said about asynchronous events of a function under *qualifier*, or None."""
        row = self._database.row(
            "SELECT record FROM event_invoke_config WHERE function = ? AND qualifier = ?", name, qualifier
        )
        return EventInvokeConfig.from_json(row["record"]) if row else None

    def event_configs(self, name: str) -> dict[str, EventInvokeConfig]:
        """Return all of a function's, by qualifier."""
        rows = self._database.rows(
            "SELECT qualifier, record FROM event_invoke_config WHERE function = ? ORDER BY qualifier", name
        )
        return {row["qualifier"]: EventInvokeConfig.from_json(row["record"]) for row in rows}

    def save_event_config(self, name: str, qualifier: str, config: EventInvokeConfig | None) -> None:
        """Write it, or with None forget it."""
        with self._database.transaction() as transaction:
            transaction.execute(
                "DELETE FROM event_invoke_config WHERE function = ? AND qualifier = ?", (name, qualifier)
            )
            if config is not None:
                transaction.execute(
                    "INSERT INTO event_invoke_config VALUES (?, ?, ?)", (name, qualifier, config.to_json())
                )

    def recursive_loop(self, name: str) -> str:
        """Return what becomes of events that a function itself has caused: Terminate or Allow."""
        row = self._database.row("SELECT recursive_loop FROM function WHERE name = ?", name)
        return str(row["recursive_loop"]) if row else "Terminate"

    def set_recursive_loop(self, name: str, what: str) -> None:
        with self._database.transaction() as transaction:
            transaction.execute("UPDATE function SET recursive_loop = ? WHERE name = ?", (what, name))

    def failure(self, name: str, version: str = LATEST) -> str | None:
        """Return why no worker of a version could be started the last time, or None if one could."""
        row = self._database.row(
            "SELECT reason FROM function_failure WHERE function = ? AND version = ?", name, version
        )
        return str(row["reason"]) if row else None

    def note_failure(self, name: str, version: str, reason: str) -> None:
        """Remember why no worker could be started; of a function that was deleted meanwhile, nothing."""
        with self._database.transaction() as transaction:
            transaction.execute(
                "INSERT OR REPLACE INTO function_failure (function, version, reason)"
                " SELECT name, ?, ? FROM function WHERE name = ?",
                (version, reason, name),
            )

    def clear_failure(self, name: str, version: str) -> None:
        """Forget it: a worker was started, or the code is another."""
        if self.failure(name, version) is None:
            return  # so that a start costs no write
        with self._database.transaction() as transaction:
            transaction.execute("DELETE FROM function_failure WHERE function = ? AND version = ?", (name, version))

    def _not_found(self, asked: FunctionReference) -> FunctionNotFoundError:
        arn = FunctionReference(asked.name, asked.qualifier or LATEST).arn(self.region)
        return FunctionNotFoundError(arn, asked.name, [function.name for function in self.all()])
