"""The workers of all functions, as those see them who have an invocation to run.

Every request waits in its function's line; whichever worker is free first, new or returning, serves the head of the
line. `hiring` says when workers are started, `staff` who there is.
"""

import asyncio
import logging
from dataclasses import dataclass

from emulator.functions.definition import Function
from emulator.functions.errors import WorkerLostError
from emulator.functions.records import Invocation, InvocationResult
from emulator.functions.workers.hiring import Hiring
from emulator.functions.workers.holder import Holders
from emulator.functions.workers.limits import Limits
from emulator.functions.workers.refusals import closing
from emulator.functions.workers.room import Room
from emulator.functions.workers.staff import Patience, Staff
from emulator.functions.workers.supply import Supply
from emulator.functions.workers.worker import Worker
from emulator.functions.workers.workshop import Workshop
from emulator.metering import InvocationMeter

log = logging.getLogger(__name__)

_TRIES = 3
_COUNTED_SECONDS = 0.1  # after an invocation it is in the bill


@dataclass(frozen=True)
class House:
    """How many workers there may be, and for how long they stay."""

    room: Room
    patience: Patience


class WorkerPool:
    """Runs invocations on workers, as many at once as there is room for. Used from one event loop."""

    def __init__(
        self, workshop: Workshop, holders: Holders, supply: Supply, house: House, meter: InvocationMeter
    ) -> None:
        self.limits = Limits(supply.records.concurrency.all_reserved)
        self._workshop = workshop
        self._meter = meter
        self._staff = Staff(holders, house.patience, supply.current)
        self._hiring = Hiring(self._staff, workshop, holders, supply, house.room)

    async def invoke(self, function: Function, invocation: Invocation) -> InvocationResult:
        """
        Run *invocation* on a worker of this revision or a newer one, when there is one.

        ThrottledError: more would run at once than AWS lets. WorkerStartError: why none could be started, or that the
        server ends.
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
        self._staff.container_died(container_id, exit_code)

    def containers(self) -> list[str]:
        """Return the ids of the workers' containers, as far as they are known; may be called from any thread."""
        workers = list(self._staff.workers)
        return [worker.container_id for worker in workers if worker.container_id is not None]

    def provisioned(self, function: Function) -> list[Worker]:
        """Return the workers of *function* that are kept ready, or will be."""
        crew = self._staff.crews.get(function.key)
        return [worker for worker, of in self._staff.workers.items() if of is crew and worker.provisioned]

    def provision(self, function: Function) -> bool:
        """Begin to start a worker that is kept ready; tell whether there is room for it."""
        return self._hiring.provision(function)

    def unprovision(self, worker: Worker) -> None:
        """Keep *worker* ready no longer: it is let go when it is idle."""
        worker.provisioned = False
        if worker in self._staff.rest:
            self._staff.let_go(worker)

    def failure(self, function: Function) -> str | None:
        """Return why the last worker of *function* could not be started, None if it could."""
        crew = self._staff.crews.get(function.key)
        return crew.failure if crew else None

    async def tidy(self, name: str) -> None:
        """Let the network of a function go that has no worker and that nobody waits for."""
        await self._staff.tidy(name)

    def hire(self) -> None:
        """Start workers where somebody waits and there is room now."""
        self._hiring.hire()

    @property
    def size(self) -> int:
        """How many workers there are, idle, busy and starting."""
        return len(self._staff.workers)

    def refuse(self) -> None:
        """Take no more from now on, and tell so whoever waits for a worker."""
        self._staff.refuse(closing())

    async def close(self) -> None:
        """Retire every worker; what still runs is cut off, and its caller told so."""
        self.refuse()
        await self._hiring.stop()
        try:
            await self._staff.close(closing())
        finally:
            await asyncio.to_thread(self._meter.flush)

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
            self._hiring.release(worker)

    async def _acquire(self, function: Function) -> Worker:
        if self._staff.is_closed:
            raise closing()
        crew = self._staff.crew(function)
        if worker := self._staff.call_to_work(crew):
            return worker
        waiting = crew.line.join()
        self._hiring.hire_for(crew)
        try:
            return await waiting
        except asyncio.CancelledError:
            crew.line.leave(waiting)
            if waiting.done() and not waiting.cancelled() and waiting.exception() is None:
                self._hiring.release(waiting.result())  # given to someone who has just left
            raise

    def _count(self) -> None:
        if not self._staff.is_closed:
            self._staff.background.begin(asyncio.to_thread(self._meter.flush))
