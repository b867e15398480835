"""The rules of all buckets, as rows. Two doors lead to them: AWS's configurations, and our own commands.

A configuration replaces the rules that AWS's API can say, and no others: whoever reads it, changes it and puts it back
must not remove what it does not show.
"""

import itertools
import json
import logging
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from emulator.buckets import index
from emulator.buckets.events import ObjectEvent, form_encoded
from emulator.buckets.notifications.errors import NoSuchRuleError, SameIdError, SeveralRulesError, UnknownEventError
from emulator.buckets.notifications.names import EVENT_NAMES
from emulator.buckets.notifications.rule import Rule
from emulator.ids import new_request_id
from emulator.state import Database

log = logging.getLogger(__name__)

_SETTING = "BucketNotificationConfiguration"

CheckTargets = Callable[[Sequence[str]], None]
"""Raises UnreachableTargetsError unless every one of these targets is there."""


@dataclass(frozen=True)
class Configuration:
    """What AWS's API says of a bucket's notifications. Nobody listens to EventBridge here; that it is on is kept."""

    rules: tuple[Rule, ...] = ()
    event_bridge: bool = False


class NotificationRules:
    """The notification rules of one home."""

    def __init__(self, database: Database, check_targets: CheckTargets | None = None) -> None:
        self._database = database
        self._check_targets = check_targets or (lambda _: None)

    def add(self, rule: Rule) -> Rule:
        """
        Follow *rule*, and return it with its id; an equal rule that is here already is returned as it is.

        As on AWS, two rules for one kind of event must not both match a key: AmbiguousRulesError.
        """
        rule = _named(rule)
        _check_events(rule.events)
        with self._database.transaction() as connection:
            index.require_bucket(connection, rule.bucket)
            others = _of_bucket(connection, rule.bucket)
            if (equal := next((other for other in others if other.is_equal(rule)), None)) is not None:
                return equal
            _check_all([*others, rule])
            _insert(connection, rule)
        return rule

    def configuration(self, bucket: str) -> Configuration:
        """Return what AWS's API says of *bucket*, in the order in which it was put."""
        with self._database.snapshot() as connection:
            index.require_bucket(connection, bucket)
            rules = tuple(rule for rule in _of_bucket(connection, bucket) if rule.is_aws)
            row = connection.execute(
                "SELECT 1 FROM bucket_setting WHERE bucket = ? AND name = ?", (bucket, _SETTING)
            ).fetchone()
        return Configuration(rules, row is not None)

    def configure(self, bucket: str, wanted: Configuration, *, validate: bool = True) -> None:
        """
        Replace what AWS's API says of *bucket*, all or nothing; a rule without an id gets one.

        With *validate*, the targets must be there: UnreachableTargetsError.
        """
        rules = [_named(replace(rule, bucket=bucket)) for rule in wanted.rules]
        for rule in rules:
            _check_events(rule.events)
            if not rule.can_match:
                log.warning("filter matches no key, for want of percent-encoding: bucket=%s rule=%s", bucket, rule.id)
        if validate and rules:
            self._check_targets([rule.target for rule in rules])
        with self._database.transaction() as connection:
            index.require_bucket(connection, bucket)
            before = _of_bucket(connection, bucket)
            _check_all([*(rule for rule in before if not rule.is_aws), *rules])
            for rule in before:
                if rule.is_aws:
                    _delete(connection, rule)
            for rule in rules:
                _insert(connection, rule)
            connection.execute("DELETE FROM bucket_setting WHERE bucket = ? AND name = ?", (bucket, _SETTING))
            if wanted.event_bridge:
                document = json.dumps({"EventBridgeConfiguration": {}})
                connection.execute("INSERT INTO bucket_setting VALUES (?, ?, ?)", (bucket, _SETTING, document))

    def list(self, bucket: str | None = None, target: str | None = None) -> list[Rule]:
        """Return the rules, all or those of one bucket or one target, by bucket and prefix."""
        rows = self._database.rows("SELECT * FROM notification ORDER BY bucket, prefix, suffix, rowid")
        rules = [_rule(row) for row in rows]
        return [rule for rule in rules if bucket in (None, rule.bucket) and target in (None, rule.target)]

    def remove(self, rule_id: str, bucket: str | None = None) -> Rule:
        """Delete a rule, and return what it was; NoSuchRuleError if there is none. Without a bucket, of any one."""
        with self._database.transaction() as connection:
            rows = connection.execute("SELECT * FROM notification WHERE id = ?", (rule_id,))
            found = [rule for rule in map(_rule, rows) if bucket in (None, rule.bucket)]
            if not found:
                raise NoSuchRuleError(rule_id)
            if len(found) > 1:
                raise SeveralRulesError(rule_id, sorted(rule.bucket for rule in found))
            _delete(connection, found[0])
        return found[0]

    def matching(self, connection: sqlite3.Connection, event: ObjectEvent) -> Sequence[Rule]:
        """Return the rules that want *event*; *connection* may be in the middle of the event's transaction."""
        return [rule for rule in _of_bucket(connection, event.bucket) if rule.matches(event)]


def _named(rule: Rule) -> Rule:
    return rule if rule.id else replace(rule, id=new_request_id())


def _of_bucket(connection: sqlite3.Connection, bucket: str) -> list[Rule]:
    return [
        _rule(row)
        for row in connection.execute("SELECT * FROM notification WHERE bucket = ? ORDER BY rowid", (bucket,))
    ]


def _insert(connection: sqlite3.Connection, rule: Rule) -> None:
    connection.execute(
        "INSERT INTO notification (bucket, id, target, events, prefix, suffix) VALUES (?, ?, ?, ?, ?, ?)",
        (rule.bucket, rule.id, rule.target, json.dumps(rule.events), rule.prefix, rule.suffix),
    )


def _delete(connection: sqlite3.Connection, rule: Rule) -> None:
    connection.execute("DELETE FROM notification WHERE bucket = ? AND id = ?", (rule.bucket, rule.id))


def _rule(row: sqlite3.Row) -> Rule:
    prefix, suffix = row["prefix"], row["suffix"]
    if row["is_plain"]:
        prefix, suffix = form_encoded(prefix), form_encoded(suffix)
    return Rule(row["id"], row["bucket"], row["target"], tuple(json.loads(row["events"])), prefix, suffix)


def _check_events(events: Sequence[str]) -> None:
    unknown = [name for name in events if name not in EVENT_NAMES]
    if unknown or not events:
        raise UnknownEventError(unknown)


def _check_all(rules: Sequence[Rule]) -> None:
    if len({rule.id for rule in rules}) < len(rules):
        raise SameIdError
    for one, other in itertools.combinations(rules, 2):
        other.check_overlap(one)
