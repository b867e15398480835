"""The middle of the story: a change in a bucket becomes queued invocations and deliveries, or is undone with them."""

import json
import sqlite3

from emulator.buckets import ObjectEvent
from emulator.buckets.events import EVENT_VERSION, notification
from emulator.buckets.notifications import NotificationRules
from emulator.functions.events.event import Arrival
from emulator.functions.events.queue import InvocationQueue
from emulator.functions.references import parse_reference
from emulator.pipeline.deliveries.deliveries import Deliveries


class Enqueuer:
    """Turns a bucket's event into what is queued, within the transaction that wrote the index row."""

    def __init__(
        self,
        rules: NotificationRules,
        queue: InvocationQueue,
        region: str,
        deliveries: Deliveries,
        event_version: str = EVENT_VERSION,
    ) -> None:
        self._rules = rules
        self._queue = queue
        self._region = region
        self._deliveries = deliveries
        self._event_version = event_version

    def __call__(self, transaction: sqlite3.Connection, event: ObjectEvent) -> None:
        for rule in self._rules.matching(transaction, event):
            document = notification(event, rule.id, self._region, version=self._event_version)
            payload = json.dumps(document).encode()
            if not rule.is_aws:
                self._deliveries.add(transaction, event, rule, payload)
                continue
            source = f"s3://{event.bucket}/{event.key} {event.name}"
            target = parse_reference(rule.target)
            self._queue.add(transaction, Arrival(target.name, payload, source, target.qualifier, event.trace))
