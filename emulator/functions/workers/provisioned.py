"""Provisioned concurrency: workers that are started before anybody asks, and kept ready."""

import asyncio
import logging
import sqlite3
from collections import Counter

from emulator.functions.concurrency import Concurrency
from emulator.functions.definition import Function
from emulator.functions.workers.pool import WorkerPool

log = logging.getLogger(__name__)

_LOOK_SECONDS = 1.0
_LONGEST_WAIT_SECONDS = 60.0


class KeptReady:
    """Looks once a second at what is wanted, since any shell may change it. Used from one event loop."""

    def __init__(self, pool: WorkerPool, concurrency: Concurrency) -> None:
        self._pool = pool
        self._concurrency = concurrency
        self._functions: dict[str, Function] = {}
        self._not_before: dict[str, float] = {}
        self._wait_seconds: Counter[str] = Counter()

    async def run(self) -> None:
        """Keep workers ready until cancelled."""
        while True:
            try:
                self.look()
                self._pool.hire()  # memory may have become free elsewhere
            except sqlite3.Error as error:
                log.warning("provisioned concurrency could not be read: reason=%s", error)
            except Exception:
                log.exception("provisioned concurrency was not seen to")
            await asyncio.sleep(_LOOK_SECONDS)

    def look(self) -> None:
        """Start what is missing and part with what is not wanted any more."""
        wanted: Counter[str] = Counter()
        functions: dict[str, Function] = {}
        for function, requested in self._concurrency.wanted():
            wanted[function.key] += requested
            functions[function.key] = function
        for key, function in {**self._functions, **functions}.items():
            self._adjust(function, wanted[key])
        self._functions = functions

    def _adjust(self, function: Function, wanted: int) -> None:
        workers = self._pool.provisioned(function)
        for worker in workers[wanted:]:
            self._pool.unprovision(worker)
        if len(workers) < wanted and self._may_try(function):
            for _ in range(wanted - len(workers)):
                if not self._pool.provision(function):
                    break

    def _may_try(self, function: Function) -> bool:
        """Tell whether to start one now: what failed is tried again after a second, two, four, …, a minute."""
        now, key = asyncio.get_running_loop().time(), function.key
        if self._pool.failure(function) is None:
            self._wait_seconds.pop(key, None)
            return True
        if now < self._not_before.get(key, 0.0):
            return False
        self._wait_seconds[key] = min(2 * self._wait_seconds[key] or 1, int(_LONGEST_WAIT_SECONDS))
        self._not_before[key] = now + self._wait_seconds[key]
        return True
