"""The clock of the story: rules that come due become queued invocations, each once."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from datetime import datetime

from emulator.functions.events.queue import InvocationQueue
from emulator.functions.references import parse_reference
from emulator.schedules import Rule, Schedules, Target
from emulator.schedules.event import payload

log = logging.getLogger(__name__)

_SHORTEST_NAP_SECONDS = 0.02  # what is due and cannot be written is not tried without a pause
_LONGEST_NAP_SECONDS = 1.0  # rules that another process changed are found by then at the latest


class Ticker:
    """Has the rules of one home come due; runs in one event loop."""

    def __init__(
        self, schedules: Schedules, queue: InvocationQueue, region: str, on_activity: Callable[[], None]
    ) -> None:
        """*on_activity* is called when something was queued."""
        self._schedules = schedules
        self._queue = queue
        self._region = region
        self._on_activity = on_activity

    async def run(self) -> None:
        """Queue what comes due until cancelled; what was missed before is not made up for."""
        if missed := self._guarded(self._schedules.skip_missed):
            log.info("rules came due while no server ran, and were moved on: rules=%d", missed)
        while True:
            if self._guarded(lambda: self._schedules.fire(self.enqueue)):
                self._on_activity()
            await asyncio.sleep(self._nap())

    def enqueue(self, transaction: sqlite3.Connection, rule: Rule, target: Target, tick: datetime) -> None:
        """Queue one event for the function that is the target of *rule*."""
        function = parse_reference(target.arn)
        source = f"{rule.arn(self._region)} {rule.schedule}"
        event = payload(rule, target, tick, self._region)
        self._queue.add(transaction, function.name, event, source, qualifier=function.qualifier)

    def _nap(self) -> float:
        try:
            due = self._schedules.seconds_until_due()
        except sqlite3.Error:
            return _LONGEST_NAP_SECONDS
        return _LONGEST_NAP_SECONDS if due is None else min(max(due, _SHORTEST_NAP_SECONDS), _LONGEST_NAP_SECONDS)

    def _guarded(self, work: Callable[[], int]) -> int:
        """Return what *work* does; a full disk, say, has the rules due until it is not full any more."""
        try:
            return work()
        except sqlite3.Error as error:
            log.warning("rules could not come due: reason=%s", error)
            return 0
