"""From the queue to the workers: takes what is due, settles it by its result, sleeps until there is more.

What ended since the last turn is written in one transaction, and what there is room for is taken in another: under load
both are many rows at once. Nothing is written before its result is known.
"""

import asyncio
import dataclasses
import functools
import logging
import math
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence

from emulator.errors import EmulatorError, NotFoundError
from emulator.functions.event_config import EventInvokeConfig
from emulator.functions.events.event import QueuedInvocation
from emulator.functions.events.queue import InvocationQueue
from emulator.functions.events.rounds import Rounds
from emulator.functions.events.verdict import Judge, Verdict, faulted, orphaned
from emulator.functions.function_records import FunctionRecords
from emulator.functions.workers.pool import WorkerPool
from emulator.state.writer import Writer

log = logging.getLogger(__name__)

_LONGEST_NAP_SECONDS = 1.0  # what another process queued is found by then at the latest


class Dispatcher:
    """Runs in one event loop; its rounds have to be started."""

    def __init__(
        self,
        queue: InvocationQueue,
        pool: WorkerPool,
        records: FunctionRecords,
        writer: Writer,
        *,
        most_each: int,
        on_told: Callable[[], None] = lambda: None,
    ) -> None:
        """Have at most *most_each* events of one function in hand; *on_told* is called when a bucket is to be told."""
        self.rounds = Rounds("dispatcher", self._round, _LONGEST_NAP_SECONDS)
        self._queue = queue
        self._pool = pool
        self._records = records
        self._writer = writer
        self._most_each = most_each
        self._on_told = on_told
        self._busy: Counter[str] = Counter()
        self._running: dict[asyncio.Task[Verdict], QueuedInvocation] = {}
        self._ended: list[Verdict] = []

    async def finish(self, timeout_seconds: float) -> None:
        """Wait for what is under way, then put the rest back; the rounds have been stopped."""
        if self._running:
            await asyncio.wait(self._running, timeout=timeout_seconds)
        left = dict(self._running)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        unseen = [queued.invocation.request_id for task, queued in left.items() if task.cancelled()]
        try:
            await self._writer.write(lambda: self._queue.release(unseen))
            await self._settle()
            await self._writer.write(self._queue.uptime.note_now)
        except sqlite3.OperationalError as error:  # the next server finds it running, and begins again
            log.warning("end of events could not be written: reason=%s", error)

    async def _round(self) -> float | None:
        """Settle what has ended and begin what is due; return when there is more, None if nothing is under way."""
        await self._settle()
        due = await self._begin_all()
        if due is None and not (self._running or self._ended):
            return None
        return due or math.inf  # what is due and was not begun waits for one that ends

    async def _begin_all(self) -> float | None:
        """Begin all that is due and has room; return what the queue says about the next."""
        while True:
            claimed, due = await self._writer.write(functools.partial(self._claim, self._busy.copy()))
            for queued in claimed:
                self._begin(queued)
            if not claimed:
                return due

    def _claim(self, busy: Counter[str]) -> tuple[list[QueuedInvocation], float | None]:
        self._queue.uptime.note()
        claimed = self._queue.claim(busy, self._most_each, self._records.concurrency.all_reserved())
        return claimed, None if claimed else self._queue.seconds_until_due()

    def _begin(self, queued: QueuedInvocation) -> None:
        self._busy[queued.function] += 1
        task = asyncio.create_task(self._run(queued))
        self._running[task] = queued
        task.add_done_callback(self._note_end)

    def _note_end(self, task: asyncio.Task[Verdict]) -> None:
        queued = self._running.pop(task)
        self._busy[queued.function] -= 1
        if not task.cancelled():
            self._ended.append(task.result())
        self.rounds.wake()

    async def _settle(self) -> None:
        """Write how events ended: one that nobody notes is under way for ever, so what cannot be written is kept."""
        if not self._ended:
            return
        ended = list(self._ended)
        try:
            await self._writer.write(lambda: self._queue.settle(ended))
        except sqlite3.OperationalError:  # a full disk, say: that will pass
            raise
        except Exception as error:  # noqa: BLE001 - one of them cannot be written, which is no matter of the others
            log.warning("ends of events are written one by one: events=%d reason=%s", len(ended), error)
            for verdict in ended:
                self._note_settled([await self._writer.write(functools.partial(self._settle_alone, verdict))])
        else:
            self._note_settled(ended)

    def _settle_alone(self, verdict: Verdict) -> Verdict:
        """Write how one event ended, or that this could not be; return what was written."""
        try:
            self._queue.settle([verdict])
        except sqlite3.OperationalError:
            raise
        except Exception as error:
            log.exception("end of an event cannot be written: request_id=%s", verdict.queued.invocation.request_id)
            verdict = self._faulted(verdict.queued, error)
            self._queue.settle([verdict])
        return verdict

    def _note_settled(self, settled: Sequence[Verdict]) -> None:
        """Forget those that ended first, and tell of what was written about them."""
        del self._ended[: len(settled)]
        for verdict in settled:
            _report(verdict)
        if any(notice.is_for_bucket for verdict in settled for notice in verdict.notices):
            self._on_told()

    async def _run(self, queued: QueuedInvocation) -> Verdict:
        """Run one event and return what is to be written about it; raises nothing but being cancelled."""
        try:
            return await self._verdict(queued)
        except Exception as error:
            log.exception("event could not be run: request_id=%s", queued.invocation.request_id)
            return self._faulted(queued, error)

    def _faulted(self, queued: QueuedInvocation, error: Exception) -> Verdict:
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
        function = self._records.functions.find(queued.function, qualifier)
        config = self._records.event_configs.get(function.name, qualifier) or EventInvokeConfig()
        return Judge(queued, function, config, self._records.region, self._queue.time_scale)

    def _before(self, judge: Judge) -> Verdict | None:
        name = judge.function.name
        may_loop = judge.is_looping and self._records.recursion.is_allowed(name)
        return judge.before(self._queue.clock(), self._records.concurrency.reserved_for(name), may_loop=may_loop)

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
