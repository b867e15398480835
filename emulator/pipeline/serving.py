"""What a running server does besides answering HTTP: watch, dispatch, run, and end all that in order."""

import asyncio
import dataclasses
from contextlib import AsyncExitStack
from dataclasses import dataclass

from aiohttp import web

from emulator.functions import Function
from emulator.functions.errors import RecursiveInvocationError
from emulator.functions.events.event import Arrival, FailedInvocation
from emulator.functions.events.lineage import MOST_PASSES, passes, traced
from emulator.functions.records import Invocation, InvocationResult
from emulator.functions.references import function_arn
from emulator.functions.workers.fleet import Fleet
from emulator.functions.workers.transport.choice import Choice
from emulator.pipeline.background import DRAIN_SECONDS, Background
from emulator.pipeline.rooms import Rooms
from emulator.state.writer import Writer
from emulator.threads import ask_engine


@dataclass(frozen=True)
class Recovered:
    """What a server that was killed had left: containers that were removed, events that are handled again."""

    workers: int
    events: int


class Pipeline:
    """The second half of the story. Used from one event loop, which never waits for the state file."""

    def __init__(self, rooms: Rooms, fleet: Fleet, *, most_each: int) -> None:
        """Have at most *most_each* events of one function in hand."""
        self._rooms = rooms
        self._fleet = fleet
        self._most_each = most_each
        self._writer = Writer()
        self._background: Background | None = None
        self._last_to_first = AsyncExitStack()
        self._last_to_first.push_async_callback(self._writer.close)
        self._last_to_first.push_async_callback(fleet.close)

    async def recover(self) -> Recovered:
        """Clean up after a server that was killed, before anything is started."""
        return Recovered(await self.clear(), await self._writer.write(self._rooms.queue.recover))

    async def clear(self) -> int:
        """Remove every worker and holder of this home as it stands; return how many there were."""
        return await ask_engine(self._fleet.remove_leftovers)

    async def abandon(self) -> None:
        """Start no worker any more, and remove all there are; what they were at is begun again by the next server."""
        self._fleet.refuse()
        await self.clear()

    async def join(self) -> str:
        """Be in the VPC, and return this machine's own address there."""
        return await self._fleet.join()

    async def start(self, host: str, endpoint: str, doors: web.AppRunner) -> None:
        """Be ready to invoke; workers reach us at *host* and find the S3 endpoint at *endpoint*, or else at *doors*."""
        await self._fleet.start(host, endpoint, doors)

    async def watch(self) -> None:
        """From now on notice drops, handle what is queued, and keep workers ready."""
        self._fleet.keep_ready()
        background = Background(self._rooms, self._fleet.pool, self._writer, self._most_each)
        self._watcher = self._rooms.buckets.watcher(on_activity=background.wake)
        self._last_to_first.push_async_callback(background.stop)
        self._last_to_first.push_async_callback(asyncio.to_thread, self._watcher.stop)
        await asyncio.to_thread(self._watcher.start)
        background.start()
        self._background = background
        self._last_to_first.callback(self._fleet.let_calls_end, DRAIN_SECONDS)

    @property
    def worker_transport(self) -> Choice | None:
        """How workers reach us, None as long as that is being found out."""
        return self._fleet.transport

    @property
    def troubles(self) -> dict[str, str]:
        """Return what of the background does not get on at this moment, and why."""
        return {} if self._background is None else self._background.troubles

    def ready(self, function: Function) -> int:
        """Return how many workers of a version are kept ready, and are."""
        return sum(worker.loaded for worker in self._fleet.pool.provisioned(function))

    async def invoke(self, function: Function, invocation: Invocation) -> InvocationResult:
        """Run one invocation now and return what came of it; RecursiveInvocationError if it came of a loop."""
        functions = self._rooms.functions.records
        arn = function_arn(function.name, functions.region)
        is_looping = passes(invocation.trace, arn) >= MOST_PASSES
        if is_looping and not functions.recursion.is_allowed(function.name):
            raise RecursiveInvocationError(function.name)
        trace = traced(invocation.trace, arn, invocation.request_id)
        return await self._fleet.invoke(function, dataclasses.replace(invocation, trace=trace))

    async def enqueue(self, arrival: Arrival) -> str:
        """Queue an event and return its request id."""
        request_id = await self._writer.write(lambda: self._rooms.queue.enqueue(arrival))
        self.wake()
        return request_id

    def wake(self) -> None:
        """Look at the queue now."""
        if self._background is not None:
            self._background.wake()

    async def settle(self, timeout_seconds: float) -> bool:
        """Wait until all that was dropped is queued and nothing queued is left; tell whether it was in time."""
        if self._background is None:
            return False
        try:
            async with asyncio.timeout(timeout_seconds):
                await asyncio.to_thread(self._watcher.flush, timeout_seconds)
                await self._background.wait_idle()
        except TimeoutError:
            return False
        return True

    async def report_failed(self) -> list[FailedInvocation]:
        """Return the events that failed for good since this was last asked."""
        return await self._writer.write(self._rooms.queue.report_failed)

    async def stop(self) -> None:
        """
        Finish what is under way, put the rest back, leave no worker behind; however far the start had come.

        Each step is taken whatever becomes of those before it; the last failure is raised when all are.
        """
        await self._last_to_first.aclose()
