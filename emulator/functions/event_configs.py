"""The verbs on what is said about asynchronous events, and its rows; `event_config` is what is said of one."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from emulator.errors import NotFoundError
from emulator.functions.errors import InvalidFunctionError, ResourceNotFoundError
from emulator.functions.event_config import MAX_AGE_SECONDS, MAX_RETRIES, MIN_AGE_SECONDS, EventInvokeConfig
from emulator.functions.quotas import check_target
from emulator.functions.references import LATEST, FunctionReference, parse_reference
from emulator.functions.repository import FunctionRepository
from emulator.state import Database
from emulator.violations import outside, refuse


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
    """Writes and reads what a function, version or alias has events do. Each verb is one transaction."""

    def __init__(
        self,
        database: Database,
        repository: FunctionRepository,
        clock: Callable[[], datetime],
        is_bucket: Callable[[str], bool],
    ) -> None:
        """*is_bucket* tells whether there is a bucket of a name: this room knows none."""
        self._database = database
        self._repository = repository
        self._clock = clock
        self._is_bucket = is_bucket

    def put(self, asked: FunctionReference, changes: EventChanges) -> EventInvokeConfig:
        """Say it anew: what *changes* does not speak of is as AWS has it for all."""
        with self._database.transaction():
            return self._write(asked, EventInvokeConfig(), changes)

    def update(self, asked: FunctionReference, changes: EventChanges) -> EventInvokeConfig:
        """Change what *changes* speaks of."""
        with self._database.transaction():
            return self._write(asked, self.find(asked), changes)

    def find(self, asked: FunctionReference) -> EventInvokeConfig:
        found = self.get(asked.name, asked.qualifier)
        if found is None:
            raise ResourceNotFoundError(
                f"The function {self.arn(asked)} doesn't have an EventInvokeConfig",
                hint="see `cloudlet lambda put-function-event-invoke-config --help`",
            )
        return found

    def get(self, name: str, qualifier: str | None = None) -> EventInvokeConfig | None:
        """Return what was said about events of a function under *qualifier*, or None."""
        row = self._database.row(
            "SELECT record FROM event_invoke_config WHERE function = ? AND qualifier = ?", name, qualifier or LATEST
        )
        return EventInvokeConfig.from_json(row["record"]) if row else None

    def list(self, reference: str) -> dict[str, EventInvokeConfig]:
        """Return all of a function's, by qualifier."""
        rows = self._database.rows(
            "SELECT qualifier, record FROM event_invoke_config WHERE function = ? ORDER BY qualifier",
            self._repository.find(parse_reference(reference).name).name,
        )
        return {row["qualifier"]: EventInvokeConfig.from_json(row["record"]) for row in rows}

    def delete(self, asked: FunctionReference) -> None:
        with self._database.transaction() as transaction:
            self.find(asked)
            transaction.execute(
                "DELETE FROM event_invoke_config WHERE function = ? AND qualifier = ?",
                (asked.name, asked.qualifier or LATEST),
            )

    def save(self, name: str, config: EventInvokeConfig, qualifier: str | None = None) -> None:
        """Write what nobody doubts."""
        with self._database.transaction() as transaction:
            transaction.execute(
                "INSERT INTO event_invoke_config (function, qualifier, record) VALUES (?, ?, ?)"
                " ON CONFLICT DO UPDATE SET record = excluded.record",
                (name, qualifier or LATEST, config.to_json()),
            )

    def arn(self, asked: FunctionReference) -> str:
        return FunctionReference(asked.name, asked.qualifier or LATEST).arn(self._repository.region)

    def _write(self, asked: FunctionReference, before: EventInvokeConfig, changes: EventChanges) -> EventInvokeConfig:
        if not changes.said():
            raise InvalidFunctionError("You must specify at least one of error handling or destination setting.")
        try:
            self._repository.find(asked.name, asked.qualifier)
        except NotFoundError as error:
            raise ResourceNotFoundError("The function doesn't exist.", hint=error.hint) from error
        config = dataclasses.replace(before, **changes.said(), last_modified=self._clock().timestamp())  # type: ignore[arg-type]
        self._check(asked, config)
        self.save(asked.name, config, asked.qualifier)
        return config

    def _check(self, asked: FunctionReference, config: EventInvokeConfig) -> None:
        refuse(
            [
                *outside(config.max_retries, "maximumRetryAttempts", 0, MAX_RETRIES),
                *outside(config.max_age_seconds, "maximumEventAgeInSeconds", MIN_AGE_SECONDS, MAX_AGE_SECONDS),
            ]
        )
        for place, arn in (("onSuccess", config.on_success), ("onFailure", config.on_failure)):
            check_target(arn, f"destinationConfig.{place}.destination")
            if ":function:" in arn:
                self._check_function(asked, arn)
            elif arn and not self._is_bucket(name := arn.partition(":::")[2].partition("/")[0]):
                raise InvalidFunctionError(
                    f"The destination ARN {arn} is invalid.",
                    hint=f"there is no bucket {name!r}; make it with `cloudlet s3 mb s3://{name}`",
                )

    def _check_function(self, asked: FunctionReference, arn: str) -> None:
        target = parse_reference(arn)
        if target.name == asked.name:
            raise InvalidFunctionError("You can't specify the function as a destination for itself.")
        try:
            self._repository.find(target.name, target.qualifier)
        except NotFoundError as error:
            raise InvalidFunctionError(f"The destination ARN {arn} is invalid.", hint=error.hint) from error
