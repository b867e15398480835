"""How many invocations may run at once: what is reserved for a function, and how many workers are kept ready.

Each verb looks and writes in one transaction: two shells together must not reserve more than an account has.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from emulator.errors import EmulatorError
from emulator.functions.aliases import Aliases
from emulator.functions.definition import Function
from emulator.functions.errors import (
    InvalidFunctionError,
    ProvisionedConcurrencyNotFoundError,
    ResourceConflictError,
)
from emulator.functions.references import LATEST, FunctionReference, is_version, parse_reference, unqualified
from emulator.functions.repository import FunctionRepository
from emulator.state import Database
from emulator.violations import outside, refuse

ACCOUNT_CONCURRENCY = 1000
LEAST_UNRESERVED = 100
"""So many stay for the functions that have nothing reserved."""


@dataclass(frozen=True)
class Provisioned:
    """How many workers are asked to be ready for one version or alias."""

    function: str
    qualifier: str
    requested: int
    last_modified: datetime


@dataclass(frozen=True)
class Account:
    """What all functions together have, and may still have."""

    unreserved: int
    code_bytes: int
    functions: int


class Concurrency:
    """Reserves concurrency, and has workers kept ready."""

    def __init__(
        self, database: Database, repository: FunctionRepository, aliases: Aliases, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._repository = repository
        self._aliases = aliases
        self._clock = clock

    @property
    def unreserved(self) -> int:
        """Return how many invocations may run at once of the functions that have nothing reserved."""
        return ACCOUNT_CONCURRENCY - sum(self.all_reserved().values())

    def account(self) -> Account:
        versions = self._repository.every_version()
        functions = sum(one.version == LATEST for one in versions)
        return Account(self.unreserved, sum(one.code_size_bytes for one in versions), functions)

    def reserved(self, reference: str) -> int | None:
        """Return what is reserved for a function, None for nothing."""
        return self.reserved_for(self._name(reference))

    def reserved_for(self, name: str) -> int | None:
        """Return it of a function that may be gone by now."""
        row = self._database.row("SELECT reserved FROM function_concurrency WHERE function = ?", name)
        return int(row["reserved"]) if row else None

    def all_reserved(self) -> dict[str, int]:
        """Return the reserved concurrency of every function that has one."""
        rows = self._database.rows("SELECT function, reserved FROM function_concurrency")
        return {row["function"]: int(row["reserved"]) for row in rows}

    def reserve(self, reference: str, concurrency: int) -> int:
        """Let a function run *concurrency* at once, and no more; 0 ends all its invocations."""
        refuse(outside(concurrency, "reservedConcurrentExecutions", 0))
        with self._database.transaction() as transaction:
            name = self._repository.find(unqualified(reference)).name
            self._check_reserved(name, concurrency)
            transaction.execute(
                "INSERT INTO function_concurrency (function, reserved) VALUES (?, ?)"
                " ON CONFLICT DO UPDATE SET reserved = excluded.reserved",
                (name, concurrency),
            )
        return concurrency

    def release(self, reference: str) -> None:
        """Reserve nothing any more."""
        with self._database.transaction() as transaction:
            name = self._repository.find(unqualified(reference)).name
            transaction.execute("DELETE FROM function_concurrency WHERE function = ?", (name,))

    def provision(self, asked: FunctionReference, requested: int) -> Provisioned:
        """Have *requested* workers kept ready for a version or an alias."""
        with self._database.transaction() as transaction:
            qualifier = self._existing(asked)
            self._check_provisioned(asked.name, qualifier, requested)
            transaction.execute(
                "INSERT INTO provisioned_concurrency (function, qualifier, requested, modified) VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET requested = excluded.requested, modified = excluded.modified",
                (asked.name, qualifier, requested, self._clock().timestamp()),
            )
            return self.provisioned(asked)

    def provisioned(self, asked: FunctionReference) -> Provisioned:
        """Return what was asked for; ProvisionedConcurrencyNotFoundError if nothing was."""
        qualifier = self._existing(asked)
        found = next((one for one in self._all_of(asked.name) if one.qualifier == qualifier), None)
        if found is None:
            raise ProvisionedConcurrencyNotFoundError
        return found

    def all_provisioned(self, reference: str) -> list[Provisioned]:
        """Return all of a function's, by qualifier."""
        return self._all_of(self._name(reference))

    def unprovision(self, asked: FunctionReference) -> None:
        """Keep none ready any more; that none were is no error, as on AWS."""
        with self._database.transaction() as transaction:
            transaction.execute(
                "DELETE FROM provisioned_concurrency WHERE function = ? AND qualifier = ?",
                (asked.name, self._existing(asked)),
            )

    def wanted(self) -> list[tuple[Function, int]]:
        """Return the versions of which workers are to be ready, and how many; an alias is the version it stands for."""
        rows = self._database.rows("SELECT DISTINCT function FROM provisioned_concurrency")
        wanted = []
        for one in (one for row in rows for one in self._all_of(row["function"])):
            alias = self._aliases.get(one.function, one.qualifier)
            version = alias.version if alias else one.qualifier
            try:
                if version != LATEST:
                    wanted.append((self._repository.find(one.function, version), one.requested))
            except EmulatorError:
                continue  # deleted since
        return wanted

    def _all_of(self, name: str) -> list[Provisioned]:
        rows = self._database.rows("SELECT * FROM provisioned_concurrency WHERE function = ? ORDER BY qualifier", name)
        return [
            Provisioned(name, row["qualifier"], int(row["requested"]), datetime.fromtimestamp(row["modified"], UTC))
            for row in rows
        ]

    def _name(self, reference: str) -> str:
        return self._repository.find(parse_reference(reference).name).name

    def _existing(self, asked: FunctionReference) -> str:
        """Return the qualifier, behind which there is something that does not change."""
        if asked.qualifier is None:
            raise InvalidFunctionError("A qualifier is needed: a version's number or an alias")
        if asked.qualifier == LATEST:
            raise InvalidFunctionError(
                "Provisioned Concurrency Configs cannot be applied to unpublished function versions.",
                hint=f"publish one: cloudlet lambda publish-version --function-name {asked.name}",
            )
        version = self._repository.find(asked.name, asked.qualifier).version
        if version == LATEST:
            raise InvalidFunctionError("Alias with unpublished version cannot be used for Provisioned Concurrency.")
        return asked.qualifier

    def _check_reserved(self, name: str, concurrency: int) -> None:
        others = self.unreserved + (self.reserved_for(name) or 0)
        if others - concurrency < LEAST_UNRESERVED:
            raise InvalidFunctionError(
                "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution "
                f"below its minimum value of [{LEAST_UNRESERVED}].",
                hint=f"up to {others - LEAST_UNRESERVED} can be reserved for it",
            )
        ready = sum(one.requested for one in self._all_of(name))
        if concurrency < ready:
            raise InvalidFunctionError(
                f"ReservedConcurrentExecutions {concurrency} should not be lower than function's total provisioned "
                f"concurrency [{ready}]."
            )

    def _check_provisioned(self, name: str, qualifier: str, requested: int) -> None:
        refuse(outside(requested, "provisionedConcurrentExecutions", 1))
        others = [one for one in self._all_of(name) if one.qualifier != qualifier]
        if self._stands_for_one_of(name, qualifier, {one.qualifier for one in others}):
            raise ResourceConflictError(
                "Version is pointed by a Provisioned Concurrency alias"
                if is_version(qualifier)
                else "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version"
            )
        total = sum(one.requested for one in others) + requested
        reserved = self.reserved_for(name)
        if reserved is not None and total > reserved:
            raise InvalidFunctionError(
                "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution "
                "for function"
            )
        if reserved is None and self.unreserved - total < LEAST_UNRESERVED:
            raise InvalidFunctionError(
                "Specified ConcurrentExecutions for function is greater than account's unreserved concurrency "
                f"[{self.unreserved - LEAST_UNRESERVED}]."
            )

    def _stands_for_one_of(self, name: str, qualifier: str, taken: set[str]) -> bool:
        """Tell whether workers are kept ready for the same version under another name."""
        if is_version(qualifier):
            return any(one.version == qualifier for one in self._aliases.list(name) if one.name in taken)
        alias = self._aliases.get(name, qualifier)
        return alias is not None and alias.version in taken
