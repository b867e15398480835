"""The verbs on aliases, and their rows; `alias` is what one is. Each verb is one transaction."""

import dataclasses
from collections.abc import Mapping

from emulator.functions.alias import Alias
from emulator.functions.errors import (
    InvalidFunctionError,
    PreconditionFailedError,
    ResourceConflictError,
    ResourceNotFoundError,
)
from emulator.functions.quotas import check_description
from emulator.functions.references import LATEST, FunctionReference, is_version, parse_reference
from emulator.functions.repository import FunctionRepository, forget_qualifier
from emulator.ids import new_request_id
from emulator.state import Database
from emulator.violations import InvalidValueError, Violation, longer, refuse, unlike

_NAME = r"(?!^[0-9]+$)([a-zA-Z0-9-_]+)"
_LONGEST_NAME = 128


class Aliases:
    """Creates, changes and lists the aliases of functions."""

    def __init__(self, database: Database, repository: FunctionRepository) -> None:
        self._database = database
        self._repository = repository

    def create(
        self,
        reference: str,
        name: str,
        version: str,
        *,
        description: str = "",
        weights: Mapping[str, float] | None = None,
    ) -> Alias:
        """Name a version, or with *weights* two; ResourceConflictError if the name is taken."""
        refuse([*unlike(name, "name", _NAME), *longer(name, "name", _LONGEST_NAME)])
        with self._database.transaction():
            function = self._function(reference)
            alias = Alias(function, name, version, new_request_id(), description, dict(weights or {}))
            self._check(alias)
            if self.get(function, name):
                arn = FunctionReference(function, name).arn(self._repository.region)
                raise ResourceConflictError(
                    f"Alias already exists: {arn}", hint="change it with `cloudlet lambda update-alias`"
                )
            self.save(alias)
        return alias

    def update(
        self,
        reference: str,
        name: str,
        *,
        version: str | None = None,
        description: str | None = None,
        weights: Mapping[str, float] | None = None,
        revision_id: str | None = None,
    ) -> Alias:
        """Change what is not None; no weights at all have all invocations go to the one version."""
        with self._database.transaction():
            alias = self.find(reference, name)
            if revision_id not in (None, alias.revision_id):
                raise PreconditionFailedError("GetAlias")
            changed = dataclasses.replace(
                alias,
                version=alias.version if version is None else version,
                description=alias.description if description is None else description,
                weights=alias.weights if weights is None else dict(weights),
                revision_id=new_request_id(),
            )
            self._check(changed)
            self.save(changed)
        return changed

    def find(self, reference: str, name: str) -> Alias:
        function = self._function(reference)
        if alias := self.get(function, name):
            return alias
        arn = FunctionReference(function, name).arn(self._repository.region)
        raise ResourceNotFoundError(
            f"Cannot find alias arn: {arn}", hint=f"`cloudlet lambda list-aliases --function-name {function}`"
        )

    def get(self, function: str, name: str) -> Alias | None:
        """Return the alias called *name* of the function called *function*, None if there is none."""
        row = self._database.row("SELECT record FROM function_alias WHERE function = ? AND name = ?", function, name)
        return Alias.from_json(row["record"]) if row else None

    def list(self, reference: str, version: str | None = None) -> list[Alias]:
        """Return a function's aliases, all or those that have to do with *version*, by name."""
        rows = self._database.rows(
            "SELECT record FROM function_alias WHERE function = ? ORDER BY name", self._function(reference)
        )
        found = [Alias.from_json(row["record"]) for row in rows]
        return [one for one in found if version is None or version in (one.version, *one.weights)]

    def delete(self, reference: str, name: str) -> None:
        """Forget an alias with what was set for it; one that is not there is no error, as on AWS."""
        with self._database.transaction() as transaction:
            function = self._function(reference)
            transaction.execute("DELETE FROM function_alias WHERE function = ? AND name = ?", (function, name))
            forget_qualifier(transaction, function, name)

    def save(self, alias: Alias) -> None:
        """Write an alias that nobody doubts."""
        with self._database.transaction() as transaction:
            transaction.execute(
                "INSERT INTO function_alias (function, name, record) VALUES (?, ?, ?)"
                " ON CONFLICT DO UPDATE SET record = excluded.record",
                (alias.function, alias.name, alias.to_json()),
            )

    def _function(self, reference: str) -> str:
        """Return the name of a function that is here."""
        return self._repository.find(parse_reference(reference).name).name

    def _check(self, alias: Alias) -> None:
        check_description(alias.description)
        self._check_version(alias.function, alias.version)
        if len(alias.weights) > 1:
            raise InvalidFunctionError("Number of items in AdditionalVersionWeights cannot be greater than 1")
        for version, weight in alias.weights.items():
            self._check_weight(alias, version, weight)

    def _check_weight(self, alias: Alias, version: str, weight: float) -> None:
        place = "routingConfig.additionalVersionWeights"
        shown = f"{{{version}={weight}}}"
        if not is_version(version):
            constraint = "Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [0-9]+]"
            raise InvalidValueError(Violation(shown, place, constraint))
        if not 0 <= weight <= 1:
            constraint = (
                "Map value must satisfy constraint: [Member must have value less than or equal to 1.0, "
                "Member must have value greater than or equal to 0.0]"
            )
            raise InvalidValueError(Violation(shown, place, constraint))
        if alias.version == LATEST:
            raise InvalidFunctionError("$LATEST is not supported for an alias pointing to more than 1 version")
        if version == alias.version:
            raise InvalidFunctionError(
                f"Invalid function version {version}. "
                f"Function version {version} is already included in routing configuration."
            )
        self._check_version(alias.function, version)

    def _check_version(self, name: str, version: str) -> None:
        refuse(unlike(version, "functionVersion", r"(\$LATEST|[0-9]+)"))
        self._repository.find(name, version)
