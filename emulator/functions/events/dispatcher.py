"""From the queue to the workers: takes what is due, settles it by its result, sleeps until there is more."""

import asyncio
import contextlib
import json
import logging
import sqlite3
from collections import Counter
from collections.abc import Callable
from functools import partial

from emulator.errors import EmulatorError, NotFoundError
from emulator.functions.definition import Function
from emulator.functions.events.queue import InvocationQueue, QueuedInvocation
from emulator.functions.records import InvocationResult, Outcome
from emulator.functions.workers.pool import WorkerPool

log = logging.getLogger(__name__)

_LONGEST_NAP_SECONDS = 1.0  # what another process queued is found by then at the latest


class Dispatcher:
    """Runs in one event loop; `wake` may be called from any thread."""

    def __init__(
        self,
        queue: InvocationQueue,
        pool: WorkerPool,
        find_function: Callable[[str, str | None], Function],
        most_each: int,
    ) -> None:
        self._queue = queue
        self._pool = pool
        self._find_function = find_function
        self._most_each = most_each
        self._busy: Counter[str] = Counter()
        self._running: set[asyncio.Task[None]] = set()
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
                due = self._begin_all()
            except sqlite3.Error as error:  # a full disk, say: what is queued stays queued
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
        """Wait for what is under way, then put the rest back."""
        if self._running:
            await asyncio.wait(self._running, timeout=timeout_seconds)
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _begin_all(self) -> float | None:
        """Begin all that is due and has room; return what the queue says about the next."""
        while queued := self._queue.claim(self._busy, self._most_each):
            self._begin(queued)
        return self._queue.seconds_until_due()

    def _begin(self, queued: QueuedInvocation) -> None:
        self._busy[queued.function] += 1
        self._idle.clear()
        task = asyncio.create_task(self._handle(queued))
        self._running.add(task)
        task.add_done_callback(lambda done: self._ended(done, queued))

    def _ended(self, task: asyncio.Task[None], queued: QueuedInvocation) -> None:
        self._running.discard(task)
        self._busy[queued.function] -= 1
        if not task.cancelled() and (error := task.exception()):
            log.error("event was not settled: request_id=%s", queued.invocation.request_id, exc_info=error)
        self._work.set()

    async def _handle(self, queued: QueuedInvocation) -> None:
        request_id = queued.invocation.request_id
        try:
            await self._write_until_written(await self._run(queued))
        except asyncio.CancelledError:
            self._queue.release(request_id)
            raise

    async def _run(self, queued: QueuedInvocation) -> Callable[[], None]:
        """Run one event and return what is to be written about its end."""
        request_id = queued.invocation.request_id
        try:
            function = self._find_function(queued.function, queued.invocation.qualifier)
        except NotFoundError as error:
            return partial(self._queue.give_up, request_id, error.message)
        try:
            result = await self._pool.invoke(function, queued.invocation)
        except EmulatorError as error:  # no worker could be started: the handler has not seen the event
            return partial(self._retry, queued, error.message)
        except Exception as error:
            log.exception("event could not be run: request_id=%s", request_id)
            return partial(self._retry, queued, f"{type(error).__name__}: {error}")
        if result.outcome is Outcome.SUCCESS:
            return partial(self._queue.settle, request_id)
        return partial(self._retry, queued, _reason(result))

    async def _write_until_written(self, write: Callable[[], None]) -> None:
        """Note how an event ended: one that nobody notes is under way for ever."""
        while True:
            try:
                return write()
            except sqlite3.Error as error:
                log.warning("end of an event could not be written: reason=%s", error)
                await asyncio.sleep(_LONGEST_NAP_SECONDS)

    def _retry(self, queued: QueuedInvocation, reason: str) -> None:
        if self._queue.try_again(queued, reason):
            log.warning(
                "event will be tried again: request_id=%s attempt=%d", queued.invocation.request_id, queued.attempt
            )
        else:
            log.error("event was given up: request_id=%s function=%s", queued.invocation.request_id, queued.function)


def _reason(result: InvocationResult) -> str:
    """Return the handler's error in one line."""
    try:
        body = json.loads(result.payload)
        return f"{body.get('errorType', result.error_type)}: {body.get('errorMessage', '')}"
    except (ValueError, AttributeError):
        return str(result.error_type)
