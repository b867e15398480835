"""A rule, and where it sends its events."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emulator.schedules.errors import InvalidRuleError
from emulator.settings import ACCOUNT_ID
from emulator.violations import longer, not_one_of, refuse, unlike

ENABLED, DISABLED = "ENABLED", "DISABLED"

_NAME = r"[\.\-_A-Za-z0-9]+"
_LONGEST_NAME, _LONGEST_DESCRIPTION, _LONGEST_INPUT = 64, 512, 8192


@dataclass(frozen=True)
class Rule:
    """When something is sent; a trigger is one that came to be with its function, and goes with it."""

    name: str
    schedule: str
    state: str = ENABLED
    description: str = ""
    is_trigger: bool = False

    def arn(self, region: str) -> str:
        return f"arn:aws:events:{region}:{ACCOUNT_ID}:rule/{self.name}"

    def to_json(self) -> str:
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Rule":
        return cls(**json.loads(text))


@dataclass(frozen=True)
class Target:
    """One receiver of a rule's events: `input` is sent in place of the event, unless it is None."""

    id: str
    arn: str
    input: str | None = None

    def to_json(self) -> str:
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Target":
        return cls(**json.loads(text))


@dataclass(frozen=True)
class Aim:
    """A rule and one of its targets, which hears of it at `due_at` next, if ever."""

    rule: Rule
    target: Target
    due_at: datetime | None


def check_rule(rule: Rule) -> None:
    """Refuse, with InvalidRuleError, a rule that EventBridge refuses; not its schedule."""
    check_name(rule.name, "name")
    refuse(
        [
            *not_one_of(rule.state, "state", (DISABLED, ENABLED)),
            *longer(rule.description, "description", _LONGEST_DESCRIPTION),
        ]
    )


def check_name(name: str, field: str) -> None:
    refuse([*unlike(name, field, _NAME), *longer(name, field, _LONGEST_NAME)])


def parse_target(given: Mapping[str, Any]) -> Target:
    """Return the target that a structure in AWS's words describes; what only other services have is refused."""
    unknown = sorted(set(given) - {"Id", "Arn", "Input"})
    if unknown:
        raise InvalidRuleError(
            f"{', '.join(unknown)} of a target is not available here", hint="a target has Id, Arn and Input"
        )
    identifier, arn, text = (given.get(name) for name in ("Id", "Arn", "Input"))
    if not isinstance(identifier, str) or not isinstance(arn, str):
        raise InvalidRuleError("a target needs an Id and an Arn", hint="write Id=1,Arn=arn:aws:lambda:…:function:NAME")
    check_name(identifier, "targets.1.member.id")
    if text is not None:
        _check_input(identifier, text)
    return Target(identifier, arn, text)


def _check_input(identifier: str, text: object) -> None:
    try:
        json.loads(text.encode() if isinstance(text, str) else "")
    except (ValueError, RecursionError):
        raise InvalidRuleError(f"JSON syntax error in input for target {identifier}.") from None
    refuse(longer(str(text), "targets.1.member.input", _LONGEST_INPUT))
