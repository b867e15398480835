"""Triggers: which changes in which bucket run which function. A rule of the bucket, seen from the function."""

from collections.abc import Sequence
from dataclasses import dataclass

from emulator.buckets import Buckets
from emulator.buckets.notifications import Rule
from emulator.functions import function_name
from emulator.functions.references import FunctionReference, parse_reference
from emulator.functions.service import Functions
from emulator.pipeline.scheduling import ScheduleTriggers
from emulator.state import Database

DEFAULT_EVENTS = ("s3:ObjectCreated:*",)


@dataclass(frozen=True)
class Trigger:
    """One rule and the function it runs; the rule's target also says which version or alias of it."""

    function: str
    rule: Rule

    @property
    def id(self) -> str:
        return self.rule.id

    @property
    def target(self) -> str:
        return self.rule.target


class Triggers:
    """Adds, lists and removes triggers, each in one transaction; a function that is deleted takes its own along."""

    def __init__(self, database: Database, buckets: Buckets, functions: Functions, scheduled: ScheduleTriggers) -> None:
        self.scheduled = scheduled
        """Those by the clock: their rules are EventBridge's, not a bucket's."""
        self._database = database
        self._buckets = buckets
        self._functions = functions

    def add(
        self, function: str, bucket: str, *, events: Sequence[str] = DEFAULT_EVENTS, prefix: str = "", suffix: str = ""
    ) -> Trigger:
        """
        Have changes in *bucket* run *function*; both must be there, and no other rule may cover the same keys.

        A version or an alias in *function* is kept: what an alias stands for is asked at each event. Prefix and suffix
        are parts of keys as people write them.
        """
        target = parse_reference(function).arn(self._functions.repository.region)
        wanted = Rule.plain(bucket, target, events, prefix, suffix)
        with self._database.transaction():
            self._functions.find(function)
            rule = self._buckets.rules.add(wanted)
        return _trigger(rule)

    def list(self, function: str | None = None) -> Sequence[Trigger]:
        """Return the triggers of *function*, all or those of one version or alias, or of all functions."""
        if function is None:
            return self._that_run(None)
        self._functions.find(function)
        return self._that_run(parse_reference(function))

    def remove(self, trigger_id: str) -> None:
        """Remove a trigger; what it queued already is still handled."""
        if not self.scheduled.remove(trigger_id):
            self._buckets.rules.remove(trigger_id)

    def delete_function(self, function: str, qualifier: str | None = None) -> str:
        """
        Delete a function, or one version of it, with its triggers, so that no event is queued for nobody.

        Return what was deleted as it is named.
        """
        asked = parse_reference(function, qualifier)
        self._functions.control.delete(asked, also=lambda: self._forget(asked))
        return asked.name if asked.qualifier is None else f"{asked.name}:{asked.qualifier}"

    def delete_alias(self, function: str, name: str) -> None:
        """Delete an alias with its triggers."""
        with self._database.transaction():
            self._functions.aliases.delete(function, name)
            self._forget(FunctionReference(parse_reference(function).name, name))

    def _forget(self, asked: FunctionReference) -> None:
        self.scheduled.forget(asked)
        for trigger in self._that_run(asked):
            self._buckets.rules.remove(trigger.rule.id, trigger.rule.bucket)

    def _that_run(self, asked: FunctionReference | None) -> Sequence[Trigger]:
        found = [_trigger(rule) for rule in self._buckets.rules.list() if rule.is_aws]
        if asked is None:
            return found
        return [one for one in found if one.function == asked.name and asked.qualifier in (None, _qualifier(one))]


def _trigger(rule: Rule) -> Trigger:
    return Trigger(function_name(rule.target), rule)


def _qualifier(trigger: Trigger) -> str | None:
    return parse_reference(trigger.rule.target).qualifier
