"""What S3 says of a configuration that it does not take."""

from collections.abc import Sequence

from emulator.buckets.errors import InvalidArgumentError
from emulator.buckets.notifications.names import SENT
from emulator.errors import ConflictError, NotFoundError, nearest

_ALL_OF_A_TYPE = [name for name in SENT if name.endswith(":*")]


class NoSuchRuleError(NotFoundError):
    """No notification rule has this id."""

    code = "NoSuchConfiguration"

    def __init__(self, rule_id: str) -> None:
        super().__init__(f"no notification rule has the id {rule_id!r}")


class SeveralRulesError(ConflictError):
    """Ids are a bucket's own, and more than one bucket has this one."""

    code = "InvalidArgument"

    def __init__(self, rule_id: str, buckets: Sequence[str]) -> None:
        super().__init__(
            f"several buckets have a notification rule with the id {rule_id!r}: {', '.join(buckets)}",
            hint=f"say which one: `cloudlet s3 remove-notification s3://{buckets[0]} {rule_id}`",
        )


class UnknownEventError(InvalidArgumentError):
    """S3 has no event of this name."""

    def __init__(self, names: Sequence[str]) -> None:
        meant = next(filter(None, (nearest(name, SENT) for name in names)), None)
        super().__init__(
            "A specified event is not supported for notifications" + (f": {', '.join(names)}" if names else ""),
            hint=meant or f"choose from {', '.join(_ALL_OF_A_TYPE)}",
        )


class AmbiguousRulesError(InvalidArgumentError):
    """Two rules would tell of one event."""

    def __init__(self, other: str) -> None:
        super().__init__(
            "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are"
            " overlapping for the same event type.",
            hint=other,
        )


class SameIdError(InvalidArgumentError):
    """An id says which rule is meant."""

    def __init__(self) -> None:
        super().__init__("Same ID used for multiple configurations. IDs must be unique")


class UnreachableTargetsError(InvalidArgumentError):
    """Nobody is there to be told; `reasons` go by target."""

    def __init__(self, reasons: dict[str, str], hint: str | None = None) -> None:
        super().__init__("Unable to validate the following destination configurations", hint=hint)
        self.fields: dict[str, str] = {}
        for number, (target, reason) in enumerate(reasons.items(), 1):
            self.fields |= {f"ArgumentName{number}": f"{target}, null", f"ArgumentValue{number}": reason}
