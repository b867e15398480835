"""Triggers: which changes in which bucket run which function. A rule of the bucket, seen from the function."""

from collections.abc import Sequence
from dataclasses import dataclass

from emulator.buckets import Buckets
from emulator.buckets.notifications import Rule
from emulator.functions import function_name
from emulator.functions.service import Functions

DEFAULT_EVENTS = ("s3:ObjectCreated:*",)


@dataclass(frozen=True)
class Trigger:
    """One rule and the function it runs."""

    function: str
    rule: Rule


class Triggers:
    """Adds, lists and removes triggers; a function that is deleted takes its own along."""

    def __init__(self, buckets: Buckets, functions: Functions, region: str) -> None:
        self._buckets = buckets
        self._functions = functions
        self._region = region

    def add(
        self, function: str, bucket: str, *, events: Sequence[str] = DEFAULT_EVENTS, prefix: str = "", suffix: str = ""
    ) -> Trigger:
        """Have changes in *bucket* run *function*; both must be there, and no other rule may cover the same keys."""
        target = self._functions.find(function).arn(self._region)
        rule = self._buckets.rules.add(bucket, target, events=tuple(events), prefix=prefix, suffix=suffix)
        return _trigger(rule)

    def list(self, function: str | None = None) -> list[Trigger]:
        """Return the triggers of *function*, or all of them."""
        target = self._functions.find(function).arn(self._region) if function else None
        return [_trigger(rule) for rule in self._buckets.rules.list(target=target)]

    def remove(self, trigger_id: str) -> None:
        """Remove a trigger; what it queued already is still handled."""
        self._buckets.rules.remove(trigger_id)

    def delete_function(self, function: str) -> str:
        """Delete a function and its triggers, so that no event is queued for nobody; return its name."""
        for trigger in self.list(function):
            self.remove(trigger.rule.id)
        return self._functions.delete(function).name


def _trigger(rule: Rule) -> Trigger:
    return Trigger(function_name(rule.target), rule)
