"""A rule, and where it sends its events."""

import dataclasses
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emulator.schedules.errors import InvalidRuleError
from emulator.settings import ACCOUNT_ID

ENABLED, DISABLED = "ENABLED", "DISABLED"

_NAME = r"[.\-_A-Za-z0-9]+"
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


def check_rule(rule: Rule) -> None:
    """Refuse, with InvalidRuleError, a rule that EventBridge refuses; not its schedule."""
    check_name(rule.name, "name")
    if rule.state not in (ENABLED, DISABLED):
        raise _violated(rule.state, "state", f"satisfy enum value set: [{DISABLED}, {ENABLED}]")
    if len(rule.description) > _LONGEST_DESCRIPTION:
        raise _violated(rule.description, "description", f"have length less than or equal to {_LONGEST_DESCRIPTION}")


def check_name(name: str, field: str) -> None:
    if not re.fullmatch(_NAME, name):
        raise _violated(name, field, r"satisfy regular expression pattern: [\.\-_A-Za-z0-9]+")
    if len(name) > _LONGEST_NAME:
        raise _violated(name, field, f"have length less than or equal to {_LONGEST_NAME}")


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
        json.loads(text if isinstance(text, str) else "")
    except (ValueError, RecursionError):
        raise InvalidRuleError(f"JSON syntax error in input for target {identifier}.") from None
    if len(str(text)) > _LONGEST_INPUT:
        raise _violated(text, "targets.1.member.input", f"have length less than or equal to {_LONGEST_INPUT}")


def _violated(value: object, field: str, constraint: str) -> InvalidRuleError:
    return InvalidRuleError(
        f"1 validation error detected: Value '{value}' at '{field}' failed to satisfy constraint: Member must"
        f" {constraint}"
    )
