"""From the queue to the workers: takes what is due, settles it by its result, sleeps until there is more.

What ended since the last turn is written in one transaction, and what there is room for is taken in another: under load
both are many rows at once. Nothing is written before its result is known.
"""

import asyncio
import contextlib
import dataclasses
import logging
import sqlite3
from collections import Counter
from collections.abc import Callable

from emulator.errors import EmulatorError, NotFoundError
from emulator.functions.event_config import EventInvokeConfig
from emulator.functions.events.event import QueuedInvocation
from emulator.functions.events.queue import InvocationQueue
from emulator.functions.events.verdict import Judge, Verdict, faulted, orphaned
from emulator.functions.references import LATEST
from emulator.functions.repository import FunctionRepository
from emulator.functions.workers.pool import WorkerPool

log = logging.getLogger(__name__)

_LONGEST_NAP_SECONDS = 1.0  # what another process queued is found by then at the latest
_ALLOW = "Allow"


class Dispatcher:
    """Runs in one event loop; `wake` may be called from any thread."""

    def __init__(
        self,
        queue: InvocationQueue,
        pool: WorkerPool,
        functions: FunctionRepository,
        *,
        region: str,
        most_each: int,
        on_told: Callable[[], None] = lambda: None,
    ) -> None:
        """Have at most *most_each* events of one function in hand; *on_told* is called when a bucket is to be told."""
        self._queue = queue
        self._pool = pool
        self._functions = functions
        self._region = region
        self._most_each = most_each
        self._on_told = on_told
        self._busy: Counter[str] = Counter()
        self._running: dict[asyncio.Task[Verdict], QueuedInvocation] = {}
        self._ended: list[Verdict] = []
        self._loop = asyncio.get_running_loop()
        self._work = asyncio.Event()
        self._idle = asyncio.Event()

    def wake(self) -> None:
        """Look at the queue now."""
        self._loop.call_soon_threadsafe(self._work.set)

    async def run(self) -> None:
        """Dispatch until cancelled; what is under way then goes on until `finish`."""
        while True:
            self._work.clear()
            nap = _LONGEST_NAP_SECONDS
            try:
                self._settle()
                due = self._begin_all()
            except sqlite3.Error as error:  # a full disk, say: what is queued stays queued, what ended is known here
                log.warning("queue could not be used: reason=%s", error)
            else:
                if not self._running and due is None:
                    self._idle.set()
                nap = min(due or nap, nap)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._work.wait(), nap)

    async def wait_idle(self) -> None:
        """Return once nothing is queued or running."""
        while self._queue.pending():
            self._idle.clear()
            self._work.set()
            await self._idle.wait()

    async def finish(self, timeout_seconds: float) -> None:
        """Wait for what is under way, then put the rest back; `run` has been cancelled."""
        if self._running:
            await asyncio.wait(self._running, timeout=timeout_seconds)
        left = dict(self._running)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        try:
            self._settle()
            self._queue.release([queued.invocation.request_id for task, queued in left.items() if task.cancelled()])
        except sqlite3.Error as error:  # the next server finds it running, and begins again
            log.warning("end of events could not be written: reason=%s", error)

    def _begin_all(self) -> float | None:
        """Begin all that is due and has room; return what the queue says about the next."""
        while claimed := self._queue.claim(self._busy, self._most_each, self._functions.all_reserved()):
            for queued in claimed:
                self._begin(queued)
        return self._queue.seconds_until_due()

    def _begin(self, queued: QueuedInvocation) -> None:
        self._busy[queued.function] += 1
        self._idle.clear()
        task = asyncio.create_task(self._run(queued))
        self._running[task] = queued
        task.add_done_callback(self._note_end)

    def _note_end(self, task: asyncio.Task[Verdict]) -> None:
        queued = self._running.pop(task)
        self._busy[queued.function] -= 1
        if not task.cancelled():
            self._ended.append(task.result())
        self._work.set()

    def _settle(self) -> None:
        """Write how events ended: one that nobody notes is under way for ever, so what cannot be written is kept."""
        ended = list(self._ended)
        self._queue.settle(ended)
        del self._ended[: len(ended)]
        for verdict in ended:
            _report(verdict)
        if any(notice.is_for_bucket for verdict in ended for notice in verdict.notices):
            self._on_told()

    async def _run(self, queued: QueuedInvocation) -> Verdict:
        """Run one event and return what is to be written about it; raises nothing but being cancelled."""
        try:
            return await self._verdict(queued)
        except Exception as error:
            log.exception("event could not be run: request_id=%s", queued.invocation.request_id)
            said = f"{type(error).__name__}: {error}"
            return faulted(queued, said, self._queue.clock(), self._queue.time_scale)

    async def _verdict(self, queued: QueuedInvocation) -> Verdict:
        while True:
            try:
                judge = self._judge(queued)
                verdict = self._before(judge)
            except NotFoundError as error:
                return orphaned(queued, error.message)
            except sqlite3.Error as error:
                log.warning("function could not be looked up: name=%s reason=%s", queued.function, error)
                await asyncio.sleep(_LONGEST_NAP_SECONDS)
            else:
                return verdict or await self._invoke(judge)

    def _judge(self, queued: QueuedInvocation) -> Judge:
        qualifier = queued.invocation.qualifier
        function = self._functions.find(queued.function, qualifier)
        config = self._functions.event_config(function.name, qualifier or LATEST) or EventInvokeConfig()
        return Judge(queued, function, config, self._region, self._queue.time_scale)

    def _before(self, judge: Judge) -> Verdict | None:
        name = judge.function.name
        may_loop = judge.is_looping and self._functions.recursive_loop(name) == _ALLOW
        return judge.before(self._queue.clock(), self._functions.reserved_concurrency(name), may_loop=may_loop)

    async def _invoke(self, judge: Judge) -> Verdict:
        invocation = dataclasses.replace(judge.queued.invocation, trace=judge.trace)
        try:
            result = await self._pool.invoke(judge.function, invocation)
        except EmulatorError as error:  # no worker, or too many at once: the handler has not seen the event
            return judge.refused(f"{error.code}: {error.message}", self._queue.clock())
        return judge.ended(result, self._queue.clock())


def _report(verdict: Verdict) -> None:
    request_id, function = verdict.queued.invocation.request_id, verdict.queued.function
    if verdict.state == "queued":
        log.warning(
            "event will be tried again: request_id=%s function=%s attempt=%d", request_id, function, verdict.attempts
        )
    elif verdict.state == "failed":
        log.error("event was given up: request_id=%s function=%s condition=%s", request_id, function, verdict.condition)
