"""What functions do now: how many invocations a second, and what waits in the queue. From the state file alone."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from emulator.functions.events.queue import InvocationQueue
from emulator.metering import InvocationMeter

LEAST_SECONDS = 1.0
"""A shorter look would see none or many: invocations are written down a few times a second."""


@dataclass(frozen=True)
class Activity:
    """What was seen between two looks."""

    invocations_per_second: float
    """That came to their end, whoever asked for them."""
    queue: Mapping[str, int]
    """How many events are in each state."""


class ActivityMonitor:
    """Looks again and again; the first time it looks is when it is made."""

    def __init__(
        self,
        meter: InvocationMeter,
        queue: InvocationQueue,
        clock: Callable[[], datetime],
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._meter = meter
        self._queue = queue
        self._clock = clock
        self._pause = pause
        self._since = self._looked_at = clock()
        self._seen = self._invocations()

    def look(self) -> Activity:
        """Return what happened since the last look; it waits until that is a second ago."""
        self._pause(max(0.0, LEAST_SECONDS - (self._clock() - self._looked_at).total_seconds()))
        now, invocations = self._clock(), self._invocations()
        seconds = max((now - self._looked_at).total_seconds(), LEAST_SECONDS)
        new, self._seen, self._looked_at = invocations - self._seen, invocations, now
        return Activity(new / seconds, self._queue.counts())

    def _invocations(self) -> int:
        """Return how many there were since the hour in which the first look was."""
        return sum(one.requests for one in self._meter.usage(self._since))
