"""What a running server does besides answering HTTP: watch, dispatch, run, and end all that in order."""

import asyncio
import contextlib
import dataclasses
from dataclasses import dataclass

from aiohttp import web

from emulator.buckets import Buckets
from emulator.functions import Function
from emulator.functions.errors import RecursiveInvocationError
from emulator.functions.events.courier import Courier
from emulator.functions.events.dispatcher import Dispatcher
from emulator.functions.events.lineage import MOST_PASSES, passes, traced
from emulator.functions.events.queue import InvocationQueue
from emulator.functions.records import Invocation, InvocationResult
from emulator.functions.references import function_arn
from emulator.functions.service import Functions
from emulator.functions.workers.fleet import Fleet
from emulator.functions.workers.transport.choice import Choice
from emulator.pipeline.destinations import BucketDestinations
from emulator.pipeline.ticker import Ticker
from emulator.schedules import Schedules
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
        schedules: Schedules,
        queue: InvocationQueue,
        fleet: Fleet,
        region: str,
        most_each: int,
    ) -> None:
        """Have at most *most_each* events of one function in hand."""
        self._region = region
        self._database = database
        self._buckets = buckets
        self._functions = functions
        self._schedules = schedules
        self._queue = queue
        self._fleet = fleet
        self._most_each = most_each
        self._dispatching: asyncio.Task[None] | None = None
        self._delivering: asyncio.Task[None] | None = None
        self._ticking: asyncio.Task[None] | None = None
        self._watching = False

    async def recover(self) -> Recovered:
        """Clean up after a server that was killed, before anything is started."""
        workers = await asyncio.to_thread(self._fleet.remove_leftovers)
        return Recovered(workers, self._queue.recover())

    async def join(self) -> str:
        """Be in the VPC, and return this machine's own address there."""
        return await self._fleet.join()

    async def start(self, host: str, endpoint: str, doors: web.AppRunner) -> None:
        """Be ready to invoke; workers reach us at *host* and find the S3 endpoint at *endpoint*, or else at *doors*."""
        await self._fleet.start(host, endpoint, doors)

    async def watch(self) -> None:
        """From now on notice drops, handle what is queued, and keep workers ready."""
        self._fleet.keep_ready()
        self._courier = Courier(
            self._queue.outbox, BucketDestinations(self._buckets).deliver, lambda: self._dispatcher.wake()
        )
        self._dispatcher = Dispatcher(
            self._queue,
            self._fleet.pool,
            self._functions.repository,
            region=self._region,
            most_each=self._most_each,
            on_told=self._courier.wake,
        )
        self._watcher = self._buckets.watcher(on_activity=self._dispatcher.wake)
        self._watching = True
        await asyncio.to_thread(self._watcher.start)
        self._dispatching = asyncio.create_task(self._dispatcher.run())
        self._delivering = asyncio.create_task(self._courier.run())
        ticker = Ticker(self._schedules, self._queue, self._region, self._dispatcher.wake)
        self._ticking = asyncio.create_task(ticker.run())

    @property
    def worker_transport(self) -> Choice | None:
        """How workers reach us, None as long as that is being found out."""
        return self._fleet.transport

    def ready(self, function: Function) -> int:
        """Return how many workers of a version are kept ready, and are."""
        return sum(worker.loaded for worker in self._fleet.pool.provisioned(function))

    async def invoke(self, function: Function, invocation: Invocation) -> InvocationResult:
        """Run one invocation now and return what came of it; RecursiveInvocationError if it came of a loop."""
        arn = function_arn(function.name, self._region)
        is_looping = passes(invocation.trace, arn) >= MOST_PASSES
        if is_looping and self._functions.repository.recursive_loop(function.name) != "Allow":
            raise RecursiveInvocationError(function.name)
        trace = traced(invocation.trace, arn, invocation.request_id)
        return await self._fleet.invoke(function, dataclasses.replace(invocation, trace=trace))

    def enqueue(
        self,
        function: Function,
        payload: bytes,
        qualifier: str | None = None,
        *,
        trace: str = "",
        client_context: str | None = None,
    ) -> str:
        """Queue an event for *function* and return its request id."""
        with self._database.transaction() as transaction:
            request_id = self._queue.add(
                transaction,
                function.name,
                payload,
                "invoke",
                qualifier=qualifier,
                trace=trace,
                client_context=client_context,
            )
        self.wake()
        return request_id

    def wake(self) -> None:
        """Look at the queue now."""
        if self._dispatching is not None:
            self._dispatcher.wake()

    async def settle(self, timeout_seconds: float) -> bool:
        """Wait until all that was dropped is queued and nothing queued is left; tell whether it was in time."""
        try:
            async with asyncio.timeout(timeout_seconds):
                await asyncio.to_thread(self._watcher.flush, timeout_seconds)
                while self._queue.pending() or self._queue.outbox.pending():  # each may make the other anew
                    await self._dispatcher.wait_idle()
                    await self._courier.wait_idle()
        except TimeoutError:
            return False
        return True

    async def stop(self) -> None:
        """Finish what is under way, put the rest back, leave no worker behind; however far the start had come."""
        if self._watching:
            await asyncio.to_thread(self._watcher.stop)
        if self._ticking is not None:
            self._ticking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._ticking
        if self._dispatching is not None:
            self._dispatching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._dispatching
            await self._dispatcher.finish(_DRAIN_SECONDS)
        if self._delivering is not None:
            self._delivering.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._delivering
        await self._fleet.close()
