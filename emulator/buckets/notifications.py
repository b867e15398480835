"""Who is told about which changes. A target is text that only the subscriber understands."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from emulator.buckets import index
from emulator.buckets.errors import InvalidArgumentError
from emulator.buckets.events import ObjectEvent
from emulator.errors import NotFoundError
from emulator.ids import new_request_id
from emulator.state import Database

EVENT_NAMES = (
    "s3:ObjectCreated:*",
    "s3:ObjectCreated:Put",
    "s3:ObjectCreated:Post",
    "s3:ObjectCreated:Copy",
    "s3:ObjectCreated:CompleteMultipartUpload",
    "s3:ObjectRemoved:*",
    "s3:ObjectRemoved:Delete",
    "s3:ObjectRemoved:DeleteMarkerCreated",
)


class NoSuchRuleError(NotFoundError):
    """No notification rule has this id."""

    code = "NoSuchConfiguration"

    def __init__(self, rule_id: str) -> None:
        super().__init__(f"no notification rule has the id {rule_id!r}")


@dataclass(frozen=True)
class Rule:
    """Events of one bucket, narrowed by how a key begins and ends, and where they go."""

    id: str
    bucket: str
    target: str
    events: tuple[str, ...] = ("s3:ObjectCreated:*",)
    prefix: str = ""
    suffix: str = ""

    def matches(self, event: ObjectEvent) -> bool:
        """Tell whether *event*, of this rule's bucket, is one that its target wants."""
        return (
            any(_covers(name, f"s3:{event.name}") for name in self.events)
            and event.key.startswith(self.prefix)
            and event.key.endswith(self.suffix)
        )


class NotificationRules:
    """The notification rules of one home."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        bucket: str,
        target: str,
        events: Sequence[str] = ("s3:ObjectCreated:*",),
        prefix: str = "",
        suffix: str = "",
        rule_id: str | None = None,
    ) -> Rule:
        """
        Send *events* of *bucket* to *target*; an equal rule that is here already is returned as it is.

        As on AWS, two rules for one kind of event must not both match a key: InvalidArgumentError.
        """
        _check_events(events)
        rule = Rule(rule_id or new_request_id(), bucket, target, tuple(events), prefix, suffix)
        with self._database.transaction() as connection:
            index.require_bucket(connection, bucket)
            for other in _of_bucket(connection, bucket):
                if _without_id(other) == _without_id(rule):
                    return other
                _check_overlap(rule, other)
            connection.execute(
                "INSERT INTO notification_rule (id, bucket, target, events, prefix, suffix) VALUES (?, ?, ?, ?, ?, ?)",
                (rule.id, bucket, target, json.dumps(rule.events), prefix, suffix),
            )
        return rule

    def list(self, bucket: str | None = None, target: str | None = None) -> list[Rule]:
        """Return the rules, all or those of one bucket or one target, by bucket and prefix."""
        rows = self._database.rows("SELECT * FROM notification_rule ORDER BY bucket, prefix, suffix, id")
        rules = [_rule(row) for row in rows]
        return [rule for rule in rules if bucket in (None, rule.bucket) and target in (None, rule.target)]

    def remove(self, rule_id: str) -> None:
        """Delete a rule; NoSuchRuleError if there is none."""
        with self._database.transaction() as connection:
            if connection.execute("DELETE FROM notification_rule WHERE id = ?", (rule_id,)).rowcount == 0:
                raise NoSuchRuleError(rule_id)

    def matching(self, connection: sqlite3.Connection, event: ObjectEvent) -> Sequence[Rule]:
        """Return the rules that want *event*; *connection* may be in the middle of the event's transaction."""
        return [rule for rule in _of_bucket(connection, event.bucket) if rule.matches(event)]


def _of_bucket(connection: sqlite3.Connection, bucket: str) -> list[Rule]:
    rows = connection.execute("SELECT * FROM notification_rule WHERE bucket = ? ORDER BY id", (bucket,))
    return [_rule(row) for row in rows]


def _rule(row: sqlite3.Row) -> Rule:
    events = tuple(json.loads(row["events"]))
    return Rule(row["id"], row["bucket"], row["target"], events, row["prefix"], row["suffix"])


def _without_id(rule: Rule) -> tuple[object, ...]:
    return rule.bucket, rule.target, frozenset(rule.events), rule.prefix, rule.suffix


def _check_events(events: Sequence[str]) -> None:
    unknown = [name for name in events if name not in EVENT_NAMES]
    if unknown or not events:
        raise InvalidArgumentError(
            "A specified event is not supported for notifications" + (f": {', '.join(unknown)}" if unknown else ""),
            hint=f"choose from {', '.join(EVENT_NAMES)}",
        )


def _check_overlap(rule: Rule, other: Rule) -> None:
    same_event = any(_covers(one, two) or _covers(two, one) for one in rule.events for two in other.events)
    same_prefix = rule.prefix.startswith(other.prefix) or other.prefix.startswith(rule.prefix)
    same_suffix = rule.suffix.endswith(other.suffix) or other.suffix.endswith(rule.suffix)
    if same_event and same_prefix and same_suffix:
        raise InvalidArgumentError(
            "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are"
            " overlapping for the same event type.",
            hint=f"the rule {other.id} sends {', '.join(other.events)} of {other.bucket!r} to {other.target}",
        )


def _covers(wanted: str, name: str) -> bool:
    return wanted == name or (wanted.endswith(":*") and name.startswith(wanted[:-1]))
