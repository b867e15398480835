"""Functions that run by the clock: rules whose targets are functions, and the short way to one."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from emulator.functions.references import FunctionReference, parse_reference
from emulator.functions.service import Functions
from emulator.schedules import Aim, Rule, Schedules, Target
from emulator.schedules.errors import InvalidRuleError
from emulator.state import Database

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
    """Adds, lists and removes them, as `Triggers` does with changes in buckets. Each verb is one transaction."""

    def __init__(self, database: Database, schedules: Schedules, functions: Functions) -> None:
        self._database = database
        self._schedules = schedules
        self._functions = functions

    def add(self, function: str, schedule: str) -> ScheduleTrigger:
        """Have *schedule* run *function*, which must be there; an equal trigger that is here already stays."""
        asked = parse_reference(function)
        target = Target(_TARGET_ID, asked.arn(self._functions.repository.region))
        name = _rule_name(asked.name, target.arn, schedule)
        with self._database.transaction():
            self._functions.find(asked.name, asked.qualifier)
            rule = self._schedules.put_rule(name, schedule, is_trigger=True)
            self._schedules.put_targets(name, [target])
            return _trigger(Aim(rule, target, self._schedules.due_at(name)))

    def list(self, function: str | None = None) -> list[ScheduleTrigger]:
        """Return the triggers of *function*, all or those of one version or alias, or of all functions."""
        asked = parse_reference(function) if function else None
        return [_trigger(aim) for aim in self._that_run(asked) if aim.rule.is_trigger]

    def remove(self, name: str) -> bool:
        """Remove a trigger by its rule's name; tell whether there was one, not a rule that came to be otherwise."""
        with self._database.transaction():
            aims = [aim for aim in self._schedules.with_targets() if aim.rule.name == name and aim.rule.is_trigger]
            for aim in aims:
                self._schedules.remove_targets(name, [aim.target.id])
            if aims:
                self._schedules.delete(name)
        return bool(aims)

    def forget(self, asked: FunctionReference) -> None:
        """Have nothing run a function, or one version or alias of it, any more; rules of others stay, without it."""
        with self._database.transaction():
            aims = self._that_run(asked)
            for aim in aims:
                self._schedules.remove_targets(aim.rule.name, [aim.target.id])
            for name in {aim.rule.name for aim in aims if aim.rule.is_trigger}:
                self._schedules.delete(name)

    def _that_run(self, asked: FunctionReference | None) -> Sequence[Aim]:
        """Return the rules with the targets that run *asked*, or anything."""
        return [aim for aim in self._schedules.with_targets() if asked is None or _is_meant(asked, aim.target)]


def _trigger(aim: Aim) -> ScheduleTrigger:
    return ScheduleTrigger(parse_reference(aim.target.arn).name, aim.rule, aim.target.arn, aim.due_at)


def _is_meant(asked: FunctionReference, target: Target) -> bool:
    found = parse_reference(target.arn)
    return found.name == asked.name and asked.qualifier in (None, found.qualifier)


def _rule_name(function: str, arn: str, schedule: str) -> str:
    """Return the name that the same trigger always gets: 64 characters are the most it may have."""
    digest = hashlib.sha256(f"{arn} {schedule}".encode()).hexdigest()[:8]
    return f"{function[:54]}-{digest}"
