"""The clock of the story: rules that come due become queued invocations, each once."""

import logging
import sqlite3
from collections.abc import Callable
from datetime import datetime

from emulator.functions.events.event import Arrival
from emulator.functions.events.queue import InvocationQueue
from emulator.functions.events.rounds import Rounds
from emulator.functions.references import parse_reference
from emulator.schedules import Rule, Schedules, Target
from emulator.schedules.event import payload
from emulator.state.writer import Writer

log = logging.getLogger(__name__)

_SHORTEST_NAP_SECONDS = 0.02  # what is due and cannot be written is not tried without a pause
_LONGEST_NAP_SECONDS = 1.0  # rules that another process changed are found by then at the latest


class Ticker:
    """Has the rules of one home come due; runs in one event loop, and its rounds have to be started."""

    def __init__(
        self,
        schedules: Schedules,
        queue: InvocationQueue,
        region: str,
        writer: Writer,
        on_activity: Callable[[], None],
    ) -> None:
        """*on_activity* is called when something was queued."""
        self.rounds = Rounds("ticker", self._round, _LONGEST_NAP_SECONDS)
        self._schedules = schedules
        self._queue = queue
        self._region = region
        self._writer = writer
        self._on_activity = on_activity
        self._has_skipped = False

    async def _round(self) -> float | None:
        """Queue what comes due; what was missed before the first round is not made up for."""
        if not self._has_skipped:
            if missed := await self._writer.write(self._schedules.skip_missed):
                log.info("rules came due while no server ran, and were moved on: rules=%d", missed)
            self._has_skipped = True
        if await self._writer.write(lambda: self._schedules.fire(self._enqueue)):
            self._on_activity()
        due = self._schedules.seconds_until_due()
        return None if due is None else max(due, _SHORTEST_NAP_SECONDS)

    def _enqueue(self, transaction: sqlite3.Connection, rule: Rule, target: Target, tick: datetime) -> None:
        """Queue one event for the function that is the target of *rule*."""
        function = parse_reference(target.arn)
        source = f"{rule.arn(self._region)} {rule.schedule}"
        event = payload(rule, target, tick, self._region)
        self._queue.add(transaction, Arrival(function.name, event, source, function.qualifier))
