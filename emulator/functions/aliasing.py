"""The verbs on aliases."""

import dataclasses
import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

from emulator.functions.aliases import Alias
from emulator.functions.definition import Function
from emulator.functions.errors import (
    InvalidFunctionError,
    InvalidValueError,
    PreconditionFailedError,
    ResourceConflictError,
    ResourceNotFoundError,
)
from emulator.functions.references import LATEST, FunctionReference, is_version, parse_reference
from emulator.functions.repository import FunctionRepository
from emulator.functions.rules import check_description
from emulator.ids import new_request_id

_NAME = r"(?!^[0-9]+$)([a-zA-Z0-9-_]+)"
_LONGEST_NAME = 128


class Aliases:
    """Creates, changes and lists the aliases of functions."""

    def __init__(
        self, repository: FunctionRepository, region: str, alone_with: Callable[[str], AbstractContextManager[None]]
    ) -> None:
        self._repository = repository
        self._region = region
        self._alone_with = alone_with

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
        function = self._function(reference)
        if len(name) > _LONGEST_NAME or not re.fullmatch(_NAME, name):
            raise InvalidValueError(name, "name", f"Member must satisfy regular expression pattern: {_NAME}")
        alias = Alias(function.name, name, version, new_request_id(), description, dict(weights or {}))
        self._check(alias)
        with self._alone_with(function.name):
            if self._repository.alias(function.name, name):
                raise ResourceConflictError(
                    f"Alias already exists: {self.arn(alias)}", hint="change it with `cloudlet lambda update-alias`"
                )
            self._repository.save_alias(alias)
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
        function = self._function(reference)
        with self._alone_with(function.name):
            alias = self.find(function.name, name)
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
            self._repository.save_alias(changed)
        return changed

    def find(self, reference: str, name: str) -> Alias:
        function = self._function(reference)
        if alias := self._repository.alias(function.name, name):
            return alias
        arn = FunctionReference(function.name, name).arn(self._region)
        raise ResourceNotFoundError(
            f"Cannot find alias arn: {arn}", hint=f"`cloudlet lambda list-aliases --function-name {function.name}`"
        )

    def list(self, reference: str, version: str | None = None) -> list[Alias]:
        """Return a function's aliases, all or those that have to do with *version*, by name."""
        found = self._repository.aliases(self._function(reference).name)
        return [one for one in found if version is None or version in (one.version, *one.weights)]

    def delete(self, reference: str, name: str) -> None:
        """Forget an alias with what was set for it; one that is not there is no error, as on AWS."""
        function = self._function(reference)
        with self._alone_with(function.name):
            self._repository.delete_alias(function.name, name)

    def arn(self, alias: Alias) -> str:
        return FunctionReference(alias.function, alias.name).arn(self._region)

    def _function(self, reference: str) -> Function:
        return self._repository.find(parse_reference(reference).name)

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
            raise InvalidValueError(
                shown,
                place,
                "Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [0-9]+]",
            )
        if not 0 <= weight <= 1:
            raise InvalidValueError(
                shown,
                place,
                "Map value must satisfy constraint: [Member must have value less than or equal to 1.0, "
                "Member must have value greater than or equal to 0.0]",
            )
        if alias.version == LATEST:
            raise InvalidFunctionError("$LATEST is not supported for an alias pointing to more than 1 version")
        if version == alias.version:
            raise InvalidFunctionError(
                f"Invalid function version {version}. "
                f"Function version {version} is already included in routing configuration."
            )
        self._check_version(alias.function, version)

    def _check_version(self, name: str, version: str) -> None:
        if version != LATEST and not is_version(version):
            raise InvalidValueError(
                version, "functionVersion", r"Member must satisfy regular expression pattern: (\$LATEST|[0-9]+)"
            )
        self._repository.find(name, version)
