"""Triggers: which changes in which bucket run which function. A rule of the bucket, seen from the function."""

from collections.abc import Sequence
from dataclasses import dataclass

from emulator.buckets import Buckets
from emulator.buckets.events import form_encoded
from emulator.buckets.notifications import Rule
from emulator.functions import function_name
from emulator.functions.references import FunctionReference, parse_reference
from emulator.functions.service import Functions
from emulator.pipeline.scheduling import ScheduleTriggers

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
    """Adds, lists and removes triggers; a function that is deleted takes its own along."""

    def __init__(self, buckets: Buckets, functions: Functions, scheduled: ScheduleTriggers, region: str) -> None:
        self.scheduled = scheduled
        """Those by the clock: their rules are EventBridge's, not a bucket's."""
        self._buckets = buckets
        self._functions = functions
        self._region = region

    def add(
        self, function: str, bucket: str, *, events: Sequence[str] = DEFAULT_EVENTS, prefix: str = "", suffix: str = ""
    ) -> Trigger:
        """
        Have changes in *bucket* run *function*; both must be there, and no other rule may cover the same keys.

        A version or an alias in *function* is kept: what an alias stands for is asked at each event. Prefix and suffix
        are parts of keys as people write them.
        """
        self._functions.find(function)
        target = parse_reference(function).arn(self._region)
        narrowed = form_encoded(prefix), form_encoded(suffix)
        rule = self._buckets.rules.add(bucket, target, tuple(events), *narrowed)
        return _trigger(rule)

    def list(self, function: str | None = None) -> list[Trigger]:
        """Return the triggers of *function*, all or those of one version or alias, or of all functions."""
        found = [_trigger(rule) for rule in self._buckets.rules.list() if rule.is_aws]
        if function is None:
            return found
        asked = parse_reference(function)
        self._functions.find(function)
        return [one for one in found if one.function == asked.name and asked.qualifier in (None, _qualifier(one))]

    def remove(self, trigger_id: str) -> None:
        """Remove a trigger; what it queued already is still handled."""
        if self.scheduled.is_trigger(trigger_id):
            self.scheduled.remove(trigger_id)
        else:
            self._buckets.rules.remove(trigger_id)

    def delete_function(self, function: str, qualifier: str | None = None) -> str:
        """
        Delete a function, or one version of it, with its triggers, so that no event is queued for nobody.

        Return what was deleted as it is named.
        """
        asked = parse_reference(function, qualifier)
        if asked.qualifier is not None:
            self._functions.control.delete_version(asked.name, asked.qualifier)
            self._remove_all(asked)
            return f"{asked.name}:{asked.qualifier}"
        self._functions.find(asked.name)
        self._remove_all(asked)
        return self._functions.delete(asked.name).name

    def delete_alias(self, function: str, name: str) -> None:
        """Delete an alias with its triggers."""
        self._functions.aliases.delete(function, name)
        self._remove_all(FunctionReference(parse_reference(function).name, name))

    def _remove_all(self, asked: FunctionReference) -> None:
        self.scheduled.forget(asked)
        for trigger in self.list():
            if trigger.function == asked.name and asked.qualifier in (None, _qualifier(trigger)):
                self._buckets.rules.remove(trigger.rule.id, trigger.rule.bucket)


def _trigger(rule: Rule) -> Trigger:
    return Trigger(function_name(rule.target), rule)


def _qualifier(trigger: Trigger) -> str | None:
    return parse_reference(trigger.rule.target).qualifier
