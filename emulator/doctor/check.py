"""One thing looked at, and what was found."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How things stand."""

    OK = "ok"
    WARN = "warn"
    """cloudlet works, and something will surprise."""
    FAIL = "FAIL"
    """Something will not work."""


@dataclass(frozen=True)
class Check:
    """What was looked at, how it stands, the fact in a sentence, and what to do about it."""

    name: str
    status: Status
    fact: str
    hint: str | None = None

    @classmethod
    def ok(cls, name: str, fact: str) -> "Check":
        return cls(name, Status.OK, fact)

    @classmethod
    def warn(cls, name: str, fact: str, hint: str) -> "Check":
        return cls(name, Status.WARN, fact, hint)

    @classmethod
    def fail(cls, name: str, fact: str, hint: str | None) -> "Check":
        return cls(name, Status.FAIL, fact, hint)


@dataclass(frozen=True)
class Examination:
    """All checks, in the order in which a person mends them."""

    checks: Sequence[Check]
    engine_usable: bool

    @property
    def failed(self) -> bool:
        return any(check.status is Status.FAIL for check in self.checks)
