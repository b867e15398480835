"""The verbs of EventBridge's rules, and the one thing that happens by itself: a rule comes due."""

import dataclasses
import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from emulator.errors import EmulatorError
from emulator.schedules.errors import (
    MAX_TARGETS,
    InvalidRuleError,
    RuleHasTargetsError,
    RuleNotFoundError,
    TooManyTargetsError,
)
from emulator.schedules.expression import parse_schedule
from emulator.schedules.model import DISABLED, ENABLED, Aim, Rule, Target, check_name, check_rule
from emulator.schedules.repository import RuleRepository
from emulator.state import Database

log = logging.getLogger(__name__)

OnDue = Callable[[sqlite3.Connection, Rule, Target, datetime], object]
"""Told of each target of a rule that came due, within the transaction that moves the rule on."""


class Schedules:
    """The rules of one home. Anybody may change them; one server has them come due."""

    def __init__(
        self, database: Database, clock: Callable[[], datetime], check_target: Callable[[Target], None]
    ) -> None:
        """*check_target* raises for a target that nobody here could tell."""
        self._check_target = check_target
        self._database = database
        self._clock = clock
        self._rows = RuleRepository(database)

    def put_rule(
        self,
        name: str,
        schedule: str | None,
        *,
        state: str = ENABLED,
        description: str = "",
        is_trigger: bool = False,
    ) -> Rule:
        """Make a rule, or change the one of this name; one whose schedule stays the same keeps its ticks."""
        if not schedule:
            check_name(name, "name")
            raise InvalidRuleError(
                "Parameter(s) EventPattern or ScheduleExpression must be specified.",
                hint="cloudlet has schedules only; write --schedule-expression 'rate(5 minutes)'",
            )
        check_rule(Rule(name, schedule, state, description))
        parse_schedule(schedule)
        with self._database.transaction() as transaction:
            known = self._rows.find(name)
            rule = Rule(name, schedule, state, description, is_trigger or (known is not None and known.is_trigger))
            self._save(transaction, rule)
        return rule

    def rules(self, prefix: str = "") -> list[Rule]:
        """Return the rules whose names begin with *prefix*, by name."""
        return [rule for rule in self._rows.rules() if rule.name.startswith(prefix)]

    def find(self, name: str) -> Rule:
        rule = self._rows.find(name)
        if rule is None:
            raise RuleNotFoundError(name, [one.name for one in self._rows.rules()])
        return rule

    def with_targets(self) -> list[Aim]:
        """Return every target of every rule, by rule and id, all as they were at one moment."""
        return self._rows.with_targets()

    def due_at(self, name: str) -> datetime | None:
        """Return when a rule is next due; None if it never is, or is disabled."""
        return self._rows.due_at(self.find(name).name)

    def enable(self, name: str) -> Rule:
        """Have a rule come due from now on."""
        return self._set_state(name, ENABLED)

    def disable(self, name: str) -> Rule:
        """Have a rule come due no more, until it is enabled."""
        return self._set_state(name, DISABLED)

    def delete(self, name: str) -> None:
        """Forget a rule, which must have no targets; as on AWS, one that is not here is gone already."""
        check_name(name, "name")
        with self._database.transaction() as transaction:
            if targets := self._rows.targets(name):
                raise RuleHasTargetsError(name, [target.id for target in targets])
            self._rows.delete(transaction, name)

    def put_targets(self, name: str, targets: Sequence[Target]) -> None:
        """Add targets to a rule, or replace those with the same ids; all of them or, if one is refused, none."""
        for target in targets:
            self._check_target(target)
        with self._found(name) as transaction:
            ids = {target.id for target in self._rows.targets(name)} | {target.id for target in targets}
            if len(ids) > MAX_TARGETS:
                raise TooManyTargetsError
            for target in targets:
                self._rows.save_target(transaction, name, target)

    def targets(self, name: str) -> list[Target]:
        """Return a rule's targets, by id."""
        return self._rows.targets(self.find(name).name)

    def remove_targets(self, name: str, ids: Sequence[str]) -> list[str]:
        """Remove targets from a rule; return the ids that it has no target of."""
        with self._found(name) as transaction:
            return [one for one in ids if not self._rows.delete_target(transaction, name, one)]

    def fire(self, on_due: OnDue) -> int:
        """
        Tell *on_due* about every rule that is due, once however late it is, and return how many were told.

        Each in one transaction with its moving on: a crash has it told and moved on, or neither. What *on_due* raises
        is raised when the other rules have been told.
        """
        told, failures = 0, []
        for name in self._rows.due(self._clock()):
            try:
                told += self._fire(name, on_due)
            except sqlite3.OperationalError:
                raise
            except Exception as error:  # noqa: BLE001 - raised below: one rule must not be the end of all
                failures.append(error)
        if failures:
            raise failures[0]
        return told

    def skip_missed(self) -> int:
        """Move every rule on that came due while nobody was there to notice; return how many there were."""
        return self.fire(lambda *_: None)

    def seconds_until_due(self) -> float | None:
        """Return how long until the next rule is due, None if none is ever."""
        first = self._rows.first_due()
        return None if first is None else max(0.0, (first - self._clock()).total_seconds())

    def _fire(self, name: str, on_due: OnDue) -> bool:
        """Tell about one rule, if it still is due; one that cannot be read is set aside."""
        with self._database.transaction() as transaction:
            tick = self._rows.due_at(name)
            if tick is None or tick > self._clock():
                return False  # another process was faster
            try:
                rule, targets = self.find(name), self._rows.targets(name)
                following = parse_schedule(rule.schedule).next_after(self._clock(), since=tick)
            except (EmulatorError, KeyError, TypeError, ValueError) as error:  # a newer version's, or written by hand
                log.error("rule cannot be read and will not come due: name=%s reason=%s", name, error)  # noqa: TRY400
                self._rows.set_aside(transaction, name)
                return False
            self._rows.save(transaction, rule, following)
            for target in targets:
                on_due(transaction, rule, target, tick)
            return True

    def _save(self, transaction: sqlite3.Connection, rule: Rule) -> None:
        """Write a rule with its next tick."""
        known = self._rows.find(rule.name)
        due_at = self._rows.due_at(rule.name)
        if rule.state == DISABLED:
            due_at = None
        elif due_at is None or known is None or known.schedule != rule.schedule:
            now = self._clock().replace(microsecond=0)  # events tell their time in whole seconds
            due_at = parse_schedule(rule.schedule).next_after(now)
        self._rows.save(transaction, rule, due_at)

    def _set_state(self, name: str, state: str) -> Rule:
        with self._found(name) as transaction:
            rule = dataclasses.replace(self.find(name), state=state)
            self._save(transaction, rule)
        return rule

    @contextmanager
    def _found(self, name: str) -> Iterator[sqlite3.Connection]:
        """Yield a transaction on a rule that is here."""
        with self._database.transaction() as transaction:
            self.find(name)
            yield transaction
