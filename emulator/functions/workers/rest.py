"""
Idle workers at rest: paused after a while, and let go after a longer one.

Paused, so that what a handler left running does not run on: between invocations AWS has a worker stand still, too.
"""

import asyncio
from collections.abc import Callable

from emulator.functions.workers.worker import Worker


class Rest:
    """The clocks of idle workers; those that are kept ready have none."""

    def __init__(self, pause_seconds: float, idle_seconds: float, let_go: Callable[[Worker], None]) -> None:
        self._pause_seconds = pause_seconds
        self._idle_seconds = idle_seconds
        self._let_go = let_go
        self._resting: dict[Worker, tuple[asyncio.TimerHandle, ...]] = {}

    def __contains__(self, worker: Worker) -> bool:
        return worker in self._resting

    def __len__(self) -> int:
        return len(self._resting)

    def longest(self, *, ready_too: bool) -> Worker | None:
        """Return who has rested longest; one that is kept ready only if there is no other, and *ready_too*."""
        spare = next((worker for worker in self._resting if not worker.provisioned), None)
        return spare or (next(iter(self._resting), None) if ready_too else None)

    def begin(self, worker: Worker) -> None:
        """Let *worker* rest from now on."""
        if worker.provisioned:
            self._resting[worker] = ()
            return
        loop = asyncio.get_running_loop()
        timers = [loop.call_later(self._idle_seconds, self._let_go, worker)]
        if self._pause_seconds < self._idle_seconds:
            timers.append(loop.call_later(self._pause_seconds, worker.pause))
        self._resting[worker] = tuple(timers)

    def end(self, worker: Worker) -> None:
        """Stop the clocks of *worker*, if it rests."""
        for timer in self._resting.pop(worker, ()):
            timer.cancel()
