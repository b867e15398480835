"""Functions that run by the clock: rules whose targets are functions, and the short way to one."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from emulator.functions.references import FunctionReference, parse_reference
from emulator.functions.service import Functions
from emulator.schedules import Rule, Schedules, Target
from emulator.schedules.errors import InvalidRuleError

_FUNCTION_ARN = r"arn:aws:lambda:[a-z0-9-]+:\d{12}:function:[a-zA-Z0-9_-]{1,64}(:[a-zA-Z0-9$_-]{1,128})?"
_TARGET_ID = "function"


def check_target(target: Target) -> None:
    """Refuse, with InvalidRuleError, a target that is no function; as on AWS, it need not be there yet."""
    if not re.fullmatch(_FUNCTION_ARN, target.arn, re.ASCII):
        raise InvalidRuleError(
            f"Parameter {target.arn} is not valid. Reason: Provided Arn is not in correct format.",
            hint="targets are functions here: arn:aws:lambda:us-east-1:000000000000:function:NAME",
        )


@dataclass(frozen=True)
class ScheduleTrigger:
    """A rule that runs one function; it is next due at `due_at`, if ever."""

    function: str
    rule: Rule
    target: str
    due_at: datetime | None

    @property
    def id(self) -> str:
        return self.rule.name


class ScheduleTriggers:
    """Adds, lists and removes them, as `Triggers` does with changes in buckets."""

    def __init__(self, schedules: Schedules, functions: Functions, region: str) -> None:
        self._schedules = schedules
        self._functions = functions
        self._region = region

    def add(self, function: str, schedule: str) -> ScheduleTrigger:
        """Have *schedule* run *function*, which must be there; an equal trigger that is here already stays."""
        asked = parse_reference(function)
        self._functions.find(asked.name, asked.qualifier)
        target = Target(_TARGET_ID, asked.arn(self._region))
        name = _rule_name(asked.name, target.arn, schedule)
        rule = self._schedules.put_rule(name, schedule, is_trigger=True)
        self._schedules.put_targets(name, [target])
        return self._trigger(rule, target)

    def list(self, function: str | None = None) -> list[ScheduleTrigger]:
        """Return the triggers of *function*, all or those of one version or alias, or of all functions."""
        asked = parse_reference(function) if function else None
        return [self._trigger(rule, target) for rule, target in self._run(asked) if rule.is_trigger]

    def is_trigger(self, name: str) -> bool:
        """Tell whether *name* is that of a rule which came to be as a trigger."""
        return any(rule.name == name and rule.is_trigger for rule in self._schedules.rules())

    def remove(self, name: str) -> None:
        """Remove a trigger by its rule's name."""
        self._schedules.remove_targets(name, [target.id for target in self._schedules.targets(name)])
        self._schedules.delete(name)

    def forget(self, asked: FunctionReference) -> None:
        """Have nothing run a function, or one version or alias of it, any more; rules of others stay, without it."""
        for rule, target in self._run(asked):
            self._schedules.remove_targets(rule.name, [target.id])
            if rule.is_trigger:
                self._schedules.delete(rule.name)

    def _run(self, asked: FunctionReference | None) -> Sequence[tuple[Rule, Target]]:
        """Return the rules with the targets that run *asked*, or anything."""
        found = [(rule, target) for rule in self._schedules.rules() for target in self._schedules.targets(rule.name)]
        return [(rule, target) for rule, target in found if asked is None or _is_meant(asked, target)]

    def _trigger(self, rule: Rule, target: Target) -> ScheduleTrigger:
        return ScheduleTrigger(parse_reference(target.arn).name, rule, target.arn, self._schedules.due_at(rule.name))


def _is_meant(asked: FunctionReference, target: Target) -> bool:
    found = parse_reference(target.arn)
    return found.name == asked.name and asked.qualifier in (None, found.qualifier)


def _rule_name(function: str, arn: str, schedule: str) -> str:
    """Return the name that the same trigger always gets: 64 characters are the most it may have."""
    digest = hashlib.sha256(f"{arn} {schedule}".encode()).hexdigest()[:8]
    return f"{function[:54]}-{digest}"
