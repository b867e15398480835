"""What a request says about a function's configuration: what it leaves out stays as it is."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from emulator.functions.definition import Function, ImageConfig, LoggingConfig, VpcConfig


@dataclass(frozen=True)
class Changes:
    """Named as the fields of Function, and None for all that is not spoken of."""

    runtime: str | None = None
    handler: str | None = None
    role: str | None = None
    description: str | None = None
    timeout_seconds: int | None = None
    memory_mb: int | None = None
    ephemeral_storage_mb: int | None = None
    environment: Mapping[str, str] | None = None
    layers: tuple[str, ...] | None = None
    vpc: VpcConfig | None = None
    """An empty one takes the function out of the VPC."""
    dead_letter_arn: str | None = None
    tracing_mode: str | None = None
    architecture: str | None = None
    image_config: ImageConfig | None = None
    logging: Mapping[str, str] | None = None
    """Fields of LoggingConfig; the others stay."""

    def applied_to(self, function: Function) -> Function:
        """Return *function* as it will be; nothing is checked here."""
        changed = {
            field.name: getattr(self, field.name)
            for field in dataclasses.fields(self)
            if getattr(self, field.name) is not None
        }
        if self.vpc == VpcConfig():
            changed["vpc"] = None
        if self.logging is not None:
            changed["logging"] = _logging(function.logging, self.logging)
        return dataclasses.replace(function, **changed)


NOTHING = Changes()


def _logging(before: LoggingConfig, said: Mapping[str, str]) -> LoggingConfig:
    """Return the whole of it: JSON begins with INFO, and what is no JSON has no levels."""
    levels = (before.application_level or "INFO", before.system_level or "INFO")
    application, system = levels if said.get("format", before.format) == "JSON" else ("", "")
    before = dataclasses.replace(before, application_level=application, system_level=system)
    return dataclasses.replace(before, **said)
