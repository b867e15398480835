"""How many invocations may run at once: what is reserved for a function, and how many workers are kept ready."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from emulator.functions.errors import (
    InvalidFunctionError,
    InvalidValueError,
    ProvisionedConcurrencyNotFoundError,
    ResourceConflictError,
)
from emulator.functions.references import LATEST, FunctionReference, is_version, parse_reference
from emulator.functions.repository import FunctionRepository

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

    def __init__(self, repository: FunctionRepository, clock: Callable[[], datetime]) -> None:
        self._repository = repository
        self._clock = clock

    @property
    def unreserved(self) -> int:
        """Return how many invocations may run at once of the functions that have nothing reserved."""
        return ACCOUNT_CONCURRENCY - sum(self._repository.all_reserved().values())

    def account(self) -> Account:
        functions = self._repository.all()
        versions = [version for one in functions for version in self._repository.versions(one.name)]
        return Account(self.unreserved, sum(one.code_size_bytes for one in versions), len(functions))

    def reserved(self, reference: str) -> int | None:
        """Return what is reserved for a function, None for nothing."""
        return self._repository.reserved_concurrency(self._name(reference))

    def reserve(self, reference: str, concurrency: int) -> int:
        """Let a function run *concurrency* at once, and no more; 0 ends all its invocations."""
        name = self._name(reference)
        if concurrency < 0:
            raise InvalidValueError(
                concurrency, "reservedConcurrentExecutions", "Member must have value greater than or equal to 0"
            )
        others = self.unreserved + (self._repository.reserved_concurrency(name) or 0)
        if others - concurrency < LEAST_UNRESERVED:
            raise InvalidFunctionError(
                "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution "
                f"below its minimum value of [{LEAST_UNRESERVED}].",
                hint=f"up to {others - LEAST_UNRESERVED} can be reserved for it",
            )
        if concurrency < (ready := self._provisioned_of(name)):
            raise InvalidFunctionError(
                f"ReservedConcurrentExecutions {concurrency} should not be lower than function's total provisioned "
                f"concurrency [{ready}]."
            )
        self._repository.reserve(name, concurrency)
        return concurrency

    def release(self, reference: str) -> None:
        """Reserve nothing any more."""
        self._repository.reserve(self._name(reference), None)

    def provision(self, asked: FunctionReference, requested: int) -> Provisioned:
        """Have *requested* workers kept ready for a version or an alias."""
        qualifier = self._existing(asked)
        if requested < 1:
            raise InvalidValueError(
                requested, "provisionedConcurrentExecutions", "Member must have value greater than or equal to 1"
            )
        if self._is_provisioned_otherwise(asked.name, qualifier):
            raise ResourceConflictError(
                "Version is pointed by a Provisioned Concurrency alias"
                if is_version(qualifier)
                else "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version"
            )
        others = self._provisioned_of(asked.name) - self._repository.provisioned().get((asked.name, qualifier), 0)
        reserved = self._repository.reserved_concurrency(asked.name)
        if reserved is not None and others + requested > reserved:
            raise InvalidFunctionError(
                "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution "
                "for function"
            )
        if reserved is None and self.unreserved - others - requested < LEAST_UNRESERVED:
            raise InvalidFunctionError(
                "Specified ConcurrentExecutions for function is greater than account's unreserved concurrency "
                f"[{self.unreserved - LEAST_UNRESERVED}]."
            )
        self._repository.provision(asked.name, qualifier, requested, self._clock().timestamp())
        return self.provisioned(asked)

    def provisioned(self, asked: FunctionReference) -> Provisioned:
        """Return what was asked for; ProvisionedConcurrencyNotFoundError if nothing was."""
        qualifier = self._existing(asked)
        requested = self._repository.provisioned().get((asked.name, qualifier))
        if requested is None:
            raise ProvisionedConcurrencyNotFoundError
        since = datetime.fromtimestamp(self._repository.provisioned_since(asked.name, qualifier), UTC)
        return Provisioned(asked.name, qualifier, requested, since)

    def all_provisioned(self, reference: str) -> list[Provisioned]:
        """Return all of a function's, by qualifier."""
        name = self._name(reference)
        qualifiers = sorted(qualifier for function, qualifier in self._repository.provisioned() if function == name)
        return [self.provisioned(FunctionReference(name, qualifier)) for qualifier in qualifiers]

    def unprovision(self, asked: FunctionReference) -> None:
        """Keep none ready any more; that none were is no error, as on AWS."""
        self._repository.provision(asked.name, self._existing(asked), None)

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

    def _is_provisioned_otherwise(self, name: str, qualifier: str) -> bool:
        """Tell whether workers are kept ready for the same version under another name."""
        taken = {other for function, other in self._repository.provisioned() if function == name} - {qualifier}
        if is_version(qualifier):
            return any(one.version == qualifier for one in self._repository.aliases(name) if one.name in taken)
        alias = self._repository.alias(name, qualifier)
        return alias is not None and alias.version in taken

    def _provisioned_of(self, name: str) -> int:
        return sum(count for (function, _), count in self._repository.provisioned().items() if function == name)
