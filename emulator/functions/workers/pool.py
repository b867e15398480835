"""The workers of all functions: who is idle, who is busy, when another is started and when one is let go.

Every request waits in its function's line. Workers are started while the line is longer than the number on their
way; whichever worker is free first, new or returning, serves the head of the line.
"""

import asyncio
import logging
import os
from dataclasses import dataclass

from emulator.errors import EmulatorError, EngineUnavailableError
from emulator.functions.definition import Function
from emulator.functions.errors import WorkerLostError
from emulator.functions.records import Invocation, InvocationResult
from emulator.functions.workers.background import Background
from emulator.functions.workers.crew import Crew
from emulator.functions.workers.holder import Holders
from emulator.functions.workers.limits import Limits
from emulator.functions.workers.refusals import closing, is_about_holder, is_something_missing, refusal_of
from emulator.functions.workers.rest import Rest
from emulator.functions.workers.room import Room
from emulator.functions.workers.supply import Supplies, Supply
from emulator.functions.workers.worker import Worker, Workshop
from emulator.metering import InvocationMeter

log = logging.getLogger(__name__)

_TRIES = 3

NETWORK_SECONDS = 60.0
"""A function that is wanted again soon finds its network as it was."""

_STARTS_AT_ONCE = max(8, 4 * (os.cpu_count() or 1))  # beyond, each takes longer and no more are started in a second
_PATIENCE_SECONDS = 0.5  # how long a function without a worker waits for another's to be free before it takes the place
INIT_FAILURE = "FUNCTION_ERROR_INIT_FAILURE"
"""What AWS says of provisioned concurrency whose handler does not load."""

_COUNTED_SECONDS = 0.1  # after an invocation it is in the bill


@dataclass(frozen=True)
class Patience:
    """How long things are kept that nobody uses, in seconds."""

    pause: float
    idle: float
    network: float


class WorkerPool:
    """Runs invocations on workers, as many at once as there is room for. Used from one event loop."""

    def __init__(
        self,
        workshop: Workshop,
        holders: Holders,
        supply: Supply,
        *,
        room: Room,
        patience: Patience,
        meter: InvocationMeter,
    ) -> None:
        self.limits = Limits(supply.repository.all_reserved)
        self._workshop = workshop
        self._holders = holders
        self._supply = supply
        self._room = room
        self._network_seconds = patience.network
        self._meter = meter
        self._rest = Rest(patience.pause, patience.idle, self.let_go)
        self._crews: dict[str, Crew] = {}
        self._workers: dict[Worker, Crew] = {}
        self._background = Background()
        self._starting = 0
        self._closed = False

    async def invoke(self, function: Function, invocation: Invocation) -> InvocationResult:
        """
        Run *invocation* on a worker of this revision or a newer one, when there is one.

        ThrottledError: more would run at once than AWS lets. WorkerStartError: why none could be started.
        """
        self.limits.begin(function.name)
        try:
            result = await self._run(function, invocation)
        finally:
            self.limits.end(function.name)
        if self._meter.add(function.name, function.memory_mb, result.billed_ms, self._workshop.clock()):
            asyncio.get_running_loop().call_later(_COUNTED_SECONDS, self._count)
        return result

    def container_died(self, container_id: str, exit_code: int) -> None:
        """Take note of what the engine told about one of our containers."""
        if name := self._holders.died(container_id):
            for worker in [worker for worker in self._workers if worker.function.name == name]:
                self.let_go(worker)  # it has lost its network, and can neither ask nor answer
        for worker in self._workers:
            if worker.container_id == container_id:
                worker.died(exit_code)
                if worker in self._rest:  # an idle one: nobody else will come across it
                    self.let_go(worker)
                return

    def containers(self) -> list[str]:
        """Return the ids of the workers' containers, as far as they are known; may be called from any thread."""
        return [worker.container_id for worker in list(self._workers) if worker.container_id is not None]

    def provisioned(self, function: Function) -> list[Worker]:
        """Return the workers of *function* that are kept ready, or will be."""
        crew = self._crews.get(function.key)
        return [worker for worker, of in self._workers.items() if of is crew and worker.provisioned]

    def provision(self, function: Function) -> bool:
        """Begin to start a worker that is kept ready; tell whether there is room for it."""
        crew = self._crew(function)
        if crew.supplies is None:
            self._look_up(crew)
            return False
        return self._begin(crew, provisioned=True)

    def failure(self, function: Function) -> str | None:
        """Return why the last worker of *function* could not be started, None if it could."""
        crew = self._crews.get(function.key)
        return crew.failure if crew else None

    async def tidy(self, name: str) -> None:
        """Let the network of a function go that has no worker and that nobody waits for."""
        if not self._in_use(name):
            for key in [key for key, crew in self._crews.items() if crew.function.name == name]:
                del self._crews[key]
            await self._holders.remove(name)

    def refuse(self) -> None:
        """Take no more from now on, and tell so whoever waits."""
        self._closed = True
        for crew in self._crews.values():
            crew.line.refuse(closing(), everybody=True)

    async def close(self) -> None:
        """Retire every worker and remove every holder; what still runs is cut off, what comes now is refused."""
        self.refuse()
        for worker in list(self._workers):
            self.let_go(worker)
        await self._background.finish()
        await self._holders.close()
        await asyncio.to_thread(self._meter.flush)

    @property
    def size(self) -> int:
        """How many workers there are, idle, busy and starting."""
        return len(self._workers)

    def hire(self) -> None:
        """Start workers where somebody waits and there is room now, for whoever has waited longest first."""
        waiting = [crew for crew in self._crews.values() if crew.line]
        for crew in sorted(waiting, key=lambda crew: -crew.line.waited_seconds()):
            self._hire(crew)

    def unprovision(self, worker: Worker) -> None:
        """Keep *worker* ready no longer: it is let go when it is idle."""
        worker.provisioned = False
        if worker in self._rest:
            self.let_go(worker)

    def let_go(self, worker: Worker) -> None:
        """Part with a worker, whatever it does."""
        crew = self._workers.pop(worker, None)
        if crew is None:
            return
        self._rest.end(worker)
        if worker in crew.idle:
            crew.idle.remove(worker)
        self._background.begin(self._retire(worker))

    async def _run(self, function: Function, invocation: Invocation) -> InvocationResult:
        for _ in range(_TRIES - 1):
            try:
                return await self._run_once(function, invocation)
            except WorkerLostError:
                log.info("worker was gone before its event: request_id=%s", invocation.request_id)
        return await self._run_once(function, invocation)

    async def _run_once(self, function: Function, invocation: Invocation) -> InvocationResult:
        worker = await self._acquire(function)
        try:
            if not worker.awake:
                await worker.wake()
                if not worker.usable:
                    raise WorkerLostError
            return await worker.invoke(invocation)
        finally:
            self._release(worker)

    async def _acquire(self, function: Function) -> Worker:
        if self._closed:
            raise closing()
        crew = self._crew(function)
        while crew.idle:
            worker = crew.idle.pop()
            self._rest.end(worker)
            if worker.usable:
                return worker
            self.let_go(worker)
        waiting = crew.line.join()
        self._hire(crew)
        try:
            return await waiting
        except asyncio.CancelledError:
            crew.line.leave(waiting)
            if waiting.done() and not waiting.cancelled() and waiting.exception() is None:
                self._release(waiting.result())  # given to someone who has just left
            raise

    def _crew(self, function: Function) -> Crew:
        """Return the crew of this revision; it takes over the line of an older one, whose idle workers are let go."""
        crew = self._crews.get(function.key)
        if crew is None or crew.function.revision_id != function.revision_id:
            replaced, crew = crew, Crew(function)
            self._crews[function.key] = crew
            if replaced is not None:
                crew.line, replaced.line = replaced.line, crew.line
                for worker in list(replaced.idle):
                    self.let_go(worker)
        return crew

    def _hire(self, crew: Crew) -> None:
        """Start workers while the line is longer than those on their way and there is room for more."""
        if self._closed or not crew.line:
            return
        if crew.supplies is None:
            self._look_up(crew)
            return
        while crew.starting < len(crew.line) and self._begin(crew):
            pass

    def _look_up(self, crew: Crew) -> None:
        """Find what the workers of *crew* are made from, before one of them takes a place: it may take minutes."""
        if not crew.is_looking and not self._closed:
            crew.is_looking = True
            self._background.begin(self._supplied(crew))

    async def _supplied(self, crew: Crew) -> None:
        try:
            crew.supplies = await self._supply.of(crew.function)
        except Exception as error:  # noqa: BLE001 - whatever it is: somebody waits for an answer
            log.warning("worker has nothing to be made from: function=%s reason=%r", crew.function.key, error)
            crew.line.refuse(refusal_of(error), everybody=True)
            self._failed(crew, error)
        finally:
            crew.is_looking = False
        self._hire(crew)

    def _begin(self, crew: Crew, *, provisioned: bool = False) -> bool:
        """Begin to start a worker; tell whether there is room for it."""
        supplies = crew.supplies
        if supplies is None or self._closed or self._starting >= _STARTS_AT_ONCE:
            return False
        if self._is_overtaken(crew) or not self._make_room(crew):
            return False
        worker = Worker(crew.function, self._workshop, provisioned=provisioned)
        self._workers[worker] = crew
        self._starting += 1
        if not provisioned:
            crew.starting += 1
        self._background.begin(self._start(crew, worker, supplies))
        return True

    def _make_room(self, crew: Crew) -> bool:
        """Let idle workers go, the longest idle first, until one of *crew* has a place; tell whether it has."""
        while not self._room.has_place(self._workers, crew.function.memory_bytes):
            spare = self._rest.longest(ready_too=len(self._rest) == len(self._workers))
            if spare is None:
                return False
            self.let_go(spare)
        return True

    async def _start(self, crew: Crew, worker: Worker, supplies: Supplies) -> None:
        is_for_line = not worker.provisioned
        try:
            await self._bring_up(crew, worker, supplies)
        except Exception as error:  # noqa: BLE001 - whatever it is: somebody waits for an answer
            self._not_started(crew, worker, supplies, error)
        else:
            crew.tries_again = False
            self._started(crew, worker)
        finally:
            self._starting -= 1
            crew.starting -= is_for_line
        self.hire()

    async def _bring_up(self, crew: Crew, worker: Worker, supplies: Supplies) -> None:
        holder_id = await self._holders.get(crew.function.name)
        try:
            await worker.start(supplies.image, supplies.code, holder_id)
        except EmulatorError as error:
            if is_about_holder(error, holder_id):
                self._holders.died(holder_id)  # of which nobody has heard yet
            raise

    def _started(self, crew: Crew, worker: Worker) -> None:
        if worker.provisioned and not worker.loaded and worker in self._workers:
            crew.failure = INIT_FAILURE
            self.let_go(worker)
            return
        if crew.failure is not None or not crew.is_known_to_start:
            crew.failure, crew.is_known_to_start = None, True
            self._background.begin(self._supply.forget_failure(crew.function))
        self._release(worker)

    def _not_started(self, crew: Crew, worker: Worker, supplies: Supplies, error: Exception) -> None:
        if worker not in self._workers:
            log.debug("worker was let go before it started: %s reason=%r", worker, error)
            return
        log.warning("worker could not be started: %s reason=%r", worker, error)
        self.let_go(worker)
        is_missing = is_something_missing(error)
        if is_missing and crew.supplies is not supplies:
            return  # as another has found: all is looked up anew already
        crew.supplies = None  # the image may have been removed
        if is_missing and not crew.tries_again:
            crew.tries_again = True  # once: what is missing again and again is told
            return
        crew.tries_again = False
        crew.line.refuse(refusal_of(error))
        self._failed(crew, error)

    def _failed(self, crew: Crew, error: Exception) -> None:
        """Keep why no worker can be had, unless that is the engine's doing, or an older revision's."""
        crew.failure = getattr(error, "message", None) or f"{type(error).__name__}: {error}"
        if self._crews.get(crew.function.key) is crew and not isinstance(error, EngineUnavailableError):
            self._background.begin(self._supply.note_failure(crew.function, crew.failure))

    def _release(self, worker: Worker) -> None:
        """Give a worker to the head of its line, or let it rest, or let it go."""
        crew = self._workers.get(worker)
        if crew is None:
            return
        if not worker.usable or (crew.line and self._is_overtaken(crew)):
            self.let_go(worker)
        elif crew.line.serve(worker):
            return
        elif worker.loaded and self._crews.get(worker.function.key) is crew:
            crew.idle.append(worker)
            self._rest.begin(worker)
            self.hire()
        else:
            self.let_go(worker)

    def _is_overtaken(self, crew: Crew) -> bool:
        """Tell whether another function, which has no worker at all, has waited so long that the next place is its."""
        least = max(_PATIENCE_SECONDS, crew.line.waited_seconds())
        return any(
            other is not crew
            and other.supplies is not None
            and other.line.waited_seconds() > least
            and other not in self._workers.values()
            for other in self._crews.values()
        )

    async def _retire(self, worker: Worker) -> None:
        try:
            await worker.retire()
        finally:
            self.hire()
            if not self._in_use(worker.function.name):
                asyncio.get_running_loop().call_later(
                    self._network_seconds, lambda: self._background.begin(self.tidy(worker.function.name))
                )

    def _in_use(self, name: str) -> bool:
        return any(worker.function.name == name for worker in self._workers) or any(
            crew.line or crew.is_looking for crew in self._crews.values() if crew.function.name == name
        )

    def _count(self) -> None:
        if not self._closed:
            self._background.begin(asyncio.to_thread(self._meter.flush))
