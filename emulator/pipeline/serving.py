"""What a running server does besides answering HTTP: watch, dispatch, run, and end all that in order."""

import asyncio
import contextlib
from dataclasses import dataclass

from emulator.buckets import Buckets
from emulator.functions import Function
from emulator.functions.events.dispatcher import Dispatcher
from emulator.functions.events.queue import InvocationQueue
from emulator.functions.records import Invocation, InvocationResult
from emulator.functions.service import Functions
from emulator.functions.workers.fleet import Fleet
from emulator.state import Database

_DRAIN_SECONDS = 20.0


@dataclass(frozen=True)
class Recovered:
    """What a server that was killed had left: containers that were removed, events that are handled again."""

    workers: int
    events: int


class Pipeline:
    """The second half of the story. Used from one event loop."""

    def __init__(
        self,
        *,
        database: Database,
        buckets: Buckets,
        functions: Functions,
        queue: InvocationQueue,
        fleet: Fleet,
        most_each: int,
    ) -> None:
        """Dispatch at most *most_each* events of one function at once."""
        self._database = database
        self._buckets = buckets
        self._functions = functions
        self._queue = queue
        self._fleet = fleet
        self._most_each = most_each
        self._dispatching: asyncio.Task[None] | None = None
        self._watching = False

    async def recover(self) -> Recovered:
        """Clean up after a server that was killed, before anything is started."""
        workers = await asyncio.to_thread(self._fleet.remove_leftovers)
        return Recovered(workers, self._queue.recover())

    async def join(self) -> str:
        """Be in the VPC, and return this machine's own address there."""
        return await self._fleet.join()

    async def start(self, host: str, endpoint: str) -> None:
        """Be ready to invoke; workers reach us at *host* and find the S3 endpoint at *endpoint*."""
        await self._fleet.start(host, endpoint)

    async def watch(self) -> None:
        """From now on notice drops and handle what is queued."""
        self._dispatcher = Dispatcher(self._queue, self._fleet.pool, self._functions.find, self._most_each)
        self._watcher = self._buckets.watcher(on_activity=self._dispatcher.wake)
        self._watching = True
        await asyncio.to_thread(self._watcher.start)
        self._dispatching = asyncio.create_task(self._dispatcher.run())

    async def invoke(self, function: Function, invocation: Invocation) -> InvocationResult:
        """Run one invocation now and return what came of it."""
        return await self._fleet.invoke(function, invocation)

    def enqueue(self, function: Function, payload: bytes, qualifier: str | None = None) -> str:
        """Queue an event for *function* and return its request id."""
        with self._database.transaction() as transaction:
            request_id = self._queue.add(transaction, function.name, payload, "invoke", qualifier=qualifier)
        if self._dispatching is not None:
            self._dispatcher.wake()
        return request_id

    async def settle(self, timeout_seconds: float) -> bool:
        """Wait until all that was dropped is queued and nothing queued is left; tell whether it was in time."""
        try:
            async with asyncio.timeout(timeout_seconds):
                await asyncio.to_thread(self._watcher.flush, timeout_seconds)
                await self._dispatcher.wait_idle()
        except TimeoutError:
            return False
        return True

    async def stop(self) -> None:
        """Finish what is under way, put the rest back, leave no worker behind; however far the start had come."""
        if self._watching:
            await asyncio.to_thread(self._watcher.stop)
        if self._dispatching is not None:
            self._dispatching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._dispatching
            await self._dispatcher.finish(_DRAIN_SECONDS)
        await self._fleet.close()
