"""The workers of all functions: who is idle, who is busy, when another is started and when one is let go.

Every request waits in its function's line. Workers are started while the line is longer than the number on their
way; whichever worker is free first, new or returning, serves the head of the line.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from emulator.errors import EmulatorError, EngineError
from emulator.functions.code.mounted import MountedCode
from emulator.functions.definition import Function
from emulator.functions.errors import WorkerStartError
from emulator.functions.records import Invocation, InvocationResult
from emulator.functions.workers.holder import Holders
from emulator.functions.workers.worker import Worker, Workshop

log = logging.getLogger(__name__)

_HOLDER_ENDED = "network of a non running container"  # in an engine's own words
_NETWORK_SECONDS = 60.0  # a function that is wanted again soon finds its network as it was


@dataclass
class _Crew:
    """The workers of one revision of one version of a function."""

    function: Function
    image: str | None = None
    """Looked up for the first worker: to find it again takes longer than anything else that we add to a start."""
    idle: list[Worker] = field(default_factory=list)
    starting: int = 0
    is_without_network: bool = False
    """Whether its last worker found that its holder had ended."""
    line: deque[asyncio.Future[Worker]] = field(default_factory=deque)


@dataclass(frozen=True)
class Supply:
    """Where the pool gets a function's image and code from; both may take long and run in threads."""

    image: Callable[[Function], str]
    code: Callable[[Function], MountedCode]


class WorkerPool:
    """Runs invocations on workers, at most `max_workers` at once. Used from one event loop."""

    def __init__(
        self, workshop: Workshop, holders: Holders, supply: Supply, max_workers: int, idle_seconds: float
    ) -> None:
        self._workshop = workshop
        self._holders = holders
        self._supply = supply
        self._max_workers = max_workers
        self._idle_seconds = idle_seconds
        self._crews: dict[str, _Crew] = {}
        self._workers: dict[Worker, _Crew] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._timers: dict[Worker, asyncio.TimerHandle] = {}
        self._closed = False

    async def invoke(self, function: Function, invocation: Invocation) -> InvocationResult:
        """Run *invocation* on a worker of this revision or a newer; WorkerStartError says why none could be started."""
        worker = await self._acquire(function)
        try:
            return await worker.invoke(invocation)
        finally:
            self._release(worker)

    def container_died(self, container_id: str, exit_code: int) -> None:
        """Take note of what the engine told about one of our containers."""
        if name := self._holders.died(container_id):
            for worker in [worker for worker in self._workers if worker.function.name == name]:
                self._let_go(worker)  # it has lost its network, and can neither ask nor answer
        for worker in self._workers:
            if worker.container_id == container_id:
                worker.died(exit_code)
                if worker in self._timers:  # an idle one: nobody else will come across it
                    self._let_go(worker)
                return

    async def tidy(self, name: str) -> None:
        """Let the network of a function go that has no worker and that nobody waits for."""
        if not self._in_use(name):
            for key in [key for key, crew in self._crews.items() if crew.function.name == name]:
                del self._crews[key]
            await self._holders.remove(name)

    async def close(self) -> None:
        """Retire every worker and remove every holder; what still runs is cut off, what comes now is refused."""
        self._closed = True
        for crew in self._crews.values():
            while waiting := _next_in(crew):
                waiting.set_exception(_closing())
        for worker in list(self._workers):
            self._let_go(worker)
        await self._settled()
        await self._holders.close()

    @property
    def size(self) -> int:
        """How many workers there are, idle, busy and starting."""
        return len(self._workers)

    async def _acquire(self, function: Function) -> Worker:
        if self._closed:
            raise _closing()
        crew = self._crew(function)
        while crew.idle:
            worker = crew.idle.pop()
            self._timers.pop(worker).cancel()
            if worker.usable:
                return worker
        waiting: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()
        crew.line.append(waiting)
        self._hire(crew)
        try:
            return await waiting
        except asyncio.CancelledError:
            if waiting.done() and not waiting.cancelled() and waiting.exception() is None:
                self._release(waiting.result())  # given to someone who has just left
            raise

    def _crew(self, function: Function) -> _Crew:
        """Return the crew of this revision; it takes over the line of an older one, whose idle workers are let go."""
        crew = self._crews.get(function.key)
        if crew is None or crew.function.revision_id != function.revision_id:
            replaced, crew = crew, _Crew(function)
            self._crews[function.key] = crew
            if replaced is not None:
                crew.line, replaced.line = replaced.line, crew.line
                for worker in list(replaced.idle):
                    self._let_go(worker)
        return crew

    def _hire(self, crew: _Crew) -> None:
        """Start workers while the line is longer than those on their way and there is room for more."""
        while crew.starting < len(crew.line) and (len(self._workers) < self._max_workers or self._make_room(crew)):
            worker = Worker(crew.function, self._workshop)
            self._workers[worker] = crew
            crew.starting += 1
            self._spawn(self._start(crew, worker))

    def _make_room(self, crew: _Crew) -> bool:
        """Let an idle worker of another function go; tell whether there was one."""
        other = next((other for other in self._crews.values() if other is not crew and other.idle), None)
        if other is not None:
            self._let_go(other.idle[0])
        return other is not None

    async def _start(self, crew: _Crew, worker: Worker) -> None:
        function = worker.function
        try:
            if crew.image is None:
                crew.image = await asyncio.to_thread(self._supply.image, function)
            image = crew.image
            code = await asyncio.to_thread(self._supply.code, function)
            holder_id = await self._holders.get(function.name)
            await worker.start(image, code, holder_id)
        except Exception as error:  # noqa: BLE001 - whatever it is: somebody waits for an answer
            if _HOLDER_ENDED in str(error) and not crew.is_without_network:
                crew.is_without_network = True  # once: what ends again and again is told
                self._holders.died(holder_id)  # of which nobody has heard yet
                self._let_go(worker)
                asyncio.get_running_loop().call_soon(self._hire, crew)  # when this one is no longer counted
                return
            level = logging.WARNING if worker in self._workers else logging.DEBUG  # it was let go meanwhile
            log.log(level, "worker could not be started: %s reason=%r", worker, error)
            crew.image = None  # it may have been removed
            self._let_go(worker)
            if waiting := _next_in(crew):
                waiting.set_exception(_start_error(error))
            return
        finally:
            crew.starting -= 1
        crew.is_without_network = False
        self._release(worker)

    def _release(self, worker: Worker) -> None:
        """Give a worker to the head of its line, or let it rest, or let it go."""
        crew = self._workers.get(worker)
        if crew is None:
            return
        if worker.usable and (waiting := _next_in(crew)):
            waiting.set_result(worker)
        elif worker.usable and worker.loaded and self._crews.get(worker.function.key) is crew:
            crew.idle.append(worker)
            loop = asyncio.get_running_loop()
            self._timers[worker] = loop.call_later(self._idle_seconds, self._let_go, worker)
            self._hire_where_someone_waits()
        else:
            self._let_go(worker)

    def _let_go(self, worker: Worker) -> None:
        crew = self._workers.pop(worker, None)
        if crew is None:
            return
        if timer := self._timers.pop(worker, None):
            timer.cancel()
        if worker in crew.idle:
            crew.idle.remove(worker)
        self._spawn(self._retire(worker, crew))

    async def _retire(self, worker: Worker, crew: _Crew) -> None:
        try:
            await worker.retire()
        finally:
            self._hire(crew)
            self._hire_where_someone_waits()
            if not self._in_use(worker.function.name):
                asyncio.get_running_loop().call_later(
                    _NETWORK_SECONDS, lambda: self._spawn(self.tidy(worker.function.name))
                )

    def _in_use(self, name: str) -> bool:
        return any(worker.function.name == name for worker in self._workers) or any(
            crew.line for crew in self._crews.values() if crew.function.name == name
        )

    def _hire_where_someone_waits(self) -> None:
        for crew in self._crews.values():
            if crew.line:
                self._hire(crew)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("work in the background failed", exc_info=error)

    async def _settled(self) -> None:
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)


def _closing() -> EmulatorError:
    return WorkerStartError("the server is ending", hint="start it again with `cloudlet start`")


def _start_error(error: Exception) -> EmulatorError:
    """Return *error* as the caller should see it: what the engine does not find is not what the caller asked for."""
    if isinstance(error, EngineError | WorkerStartError):
        return error
    return WorkerStartError(f"no worker could be started: {error}", hint=getattr(error, "hint", None))


def _next_in(crew: _Crew) -> asyncio.Future[Worker] | None:
    while crew.line:
        waiting = crew.line.popleft()
        if not waiting.done():
            return waiting
    return None
