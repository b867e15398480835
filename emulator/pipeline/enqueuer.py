"""The middle of the story: a change in a bucket becomes queued invocations, or neither becomes anything."""

import json
import sqlite3

from emulator.buckets import ObjectEvent
from emulator.buckets.events import notification
from emulator.buckets.notifications import NotificationRules
from emulator.functions.events.event import Arrival
from emulator.functions.events.queue import InvocationQueue
from emulator.functions.references import parse_reference


class Enqueuer:
    """Turns a bucket's event into queued invocations, within the transaction that wrote the index row."""

    def __init__(self, rules: NotificationRules, queue: InvocationQueue, region: str) -> None:
        self._rules = rules
        self._queue = queue
        self._region = region

    def __call__(self, transaction: sqlite3.Connection, event: ObjectEvent) -> None:
        for rule in self._rules.matching(transaction, event):
            payload = json.dumps(notification(event, rule.id, self._region)).encode()
            source = f"s3://{event.bucket}/{event.key} {event.name}"
            target = parse_reference(rule.target)
            self._queue.add(transaction, Arrival(target.name, payload, source, target.qualifier, event.trace))
