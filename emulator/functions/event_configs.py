"""The verbs on what is said about asynchronous events."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from emulator.errors import NotFoundError
from emulator.functions.errors import InvalidFunctionError, ResourceNotFoundError
from emulator.functions.event_config import MAX_AGE_SECONDS, MAX_RETRIES, MIN_AGE_SECONDS, EventInvokeConfig
from emulator.functions.references import LATEST, FunctionReference, parse_reference
from emulator.functions.repository import FunctionRepository
from emulator.functions.rules import check_target, one_of, within


@dataclass(frozen=True)
class EventChanges:
    """Named as the fields of EventInvokeConfig, and None for all that is not spoken of."""

    max_retries: int | None = None
    max_age_seconds: int | None = None
    on_success: str | None = None
    on_failure: str | None = None

    def said(self) -> dict[str, int | str]:
        """Return what is spoken of."""
        return {name: value for name, value in dataclasses.asdict(self).items() if value is not None}


class EventConfigs:
    """Writes and reads what a function, version or alias has events do."""

    def __init__(self, repository: FunctionRepository, region: str, clock: Callable[[], datetime]) -> None:
        self._repository = repository
        self._region = region
        self._clock = clock

    def put(self, asked: FunctionReference, changes: EventChanges) -> EventInvokeConfig:
        """Say it anew: what *changes* does not speak of is as AWS has it for all."""
        return self._write(asked, EventInvokeConfig(), changes)

    def update(self, asked: FunctionReference, changes: EventChanges) -> EventInvokeConfig:
        """Change what *changes* speaks of."""
        return self._write(asked, self.find(asked), changes)

    def find(self, asked: FunctionReference) -> EventInvokeConfig:
        found = self._repository.event_config(asked.name, asked.qualifier or LATEST)
        if found is None:
            raise ResourceNotFoundError(
                f"The function {self.arn(asked)} doesn't have an EventInvokeConfig",
                hint="see `cloudlet lambda put-function-event-invoke-config --help`",
            )
        return found

    def delete(self, asked: FunctionReference) -> None:
        self.find(asked)
        self._repository.save_event_config(asked.name, asked.qualifier or LATEST, None)

    def list(self, reference: str) -> dict[str, EventInvokeConfig]:
        """Return all of a function's, by qualifier."""
        return self._repository.event_configs(self._repository.find(parse_reference(reference).name).name)

    def recursive_loop(self, reference: str) -> str:
        """Return what becomes of events that a function itself has caused: Terminate or Allow."""
        return self._repository.recursive_loop(self._repository.find(parse_reference(reference).name).name)

    def set_recursive_loop(self, reference: str, what: str) -> str:
        one_of(what, "recursiveLoop", ("Allow", "Terminate"))
        self._repository.set_recursive_loop(self._repository.find(parse_reference(reference).name).name, what)
        return what

    def arn(self, asked: FunctionReference) -> str:
        return FunctionReference(asked.name, asked.qualifier or LATEST).arn(self._region)

    def _write(self, asked: FunctionReference, before: EventInvokeConfig, changes: EventChanges) -> EventInvokeConfig:
        if not changes.said():
            raise InvalidFunctionError("You must specify at least one of error handling or destination setting.")
        try:
            self._repository.find(asked.name, asked.qualifier)
        except NotFoundError as error:
            raise ResourceNotFoundError("The function doesn't exist.", hint=error.hint) from error
        config = dataclasses.replace(before, **changes.said(), last_modified=self._clock().timestamp())  # type: ignore[arg-type]
        self._check(asked, config)
        self._repository.save_event_config(asked.name, asked.qualifier or LATEST, config)
        return config

    def _check(self, asked: FunctionReference, config: EventInvokeConfig) -> None:
        within(config.max_retries, "maximumRetryAttempts", 0, MAX_RETRIES)
        within(config.max_age_seconds, "maximumEventAgeInSeconds", MIN_AGE_SECONDS, MAX_AGE_SECONDS)
        for place, arn in (("onSuccess", config.on_success), ("onFailure", config.on_failure)):
            check_target(arn, f"destinationConfig.{place}.destination")
            if ":function:" not in arn:
                continue
            target = parse_reference(arn)
            if target.name == asked.name:
                raise InvalidFunctionError("You can't specify the function as a destination for itself.")
            try:
                self._repository.find(target.name, target.qualifier)
            except NotFoundError as error:
                raise InvalidFunctionError(f"The destination ARN {arn} is invalid.", hint=error.hint) from error
