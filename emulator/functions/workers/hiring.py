"""When another worker is started, for whom, and what is told if it cannot be.

Workers are started while a line is longer than the number on their way, and there is room. What they are made from is
looked up first, once a crew: that may take minutes, and no place.
"""

import logging
import os

from emulator.errors import EmulatorError, EngineUnavailableError
from emulator.functions.definition import Function
from emulator.functions.workers.background import Background
from emulator.functions.workers.crew import Crew
from emulator.functions.workers.holder import Holders
from emulator.functions.workers.refusals import is_about_holder, is_something_missing, refusal_of
from emulator.functions.workers.room import Room
from emulator.functions.workers.staff import Staff
from emulator.functions.workers.supply import Supplies, Supply
from emulator.functions.workers.worker import Worker
from emulator.functions.workers.workshop import Workshop

log = logging.getLogger(__name__)

INIT_FAILURE = "FUNCTION_ERROR_INIT_FAILURE"
"""What AWS says of provisioned concurrency whose handler does not load."""

_STARTS_AT_ONCE = max(8, 4 * (os.cpu_count() or 1))  # beyond, each takes longer and no more are started in a second
_PATIENCE_SECONDS = 0.5  # how long a function without a worker waits for another's to be free before it takes the place


class Hiring:
    """Used from one event loop."""

    def __init__(self, staff: Staff, workshop: Workshop, holders: Holders, supply: Supply, room: Room) -> None:
        self._staff = staff
        self._workshop = workshop
        self._holders = holders
        self._supply = supply
        self._room = room
        self._starting = 0
        self._lookups = Background()
        staff.on_place = self.hire

    def hire(self) -> None:
        """Start workers where somebody waits and there is room now, for whoever has waited longest first."""
        for crew in self._staff.waiting():
            self.hire_for(crew)

    def hire_for(self, crew: Crew) -> None:
        """Start workers while the line is longer than those on their way and there is room for more."""
        if self._staff.is_closed or not crew.line:
            return
        if crew.supplies is None:
            self._look_up(crew)
            return
        while crew.starting < len(crew.line) and self._begin(crew):
            pass

    def provision(self, function: Function) -> bool:
        """Begin to start a worker that is kept ready; tell whether there is room for it."""
        crew = self._staff.crew(function)
        if crew.supplies is None:
            self._look_up(crew)
            return False
        return self._begin(crew, provisioned=True)

    def release(self, worker: Worker) -> None:
        """Give a worker to the head of its line, or let it rest, or let it go."""
        staff, crew = self._staff, self._staff.workers.get(worker)
        if crew is None:
            return
        if not worker.usable or (crew.line and self._is_overtaken(crew)):
            staff.let_go(worker)
        elif crew.line.serve(worker):
            return
        elif worker.loaded and staff.crews.get(worker.function.key) is crew:
            crew.idle.append(worker)
            staff.rest.begin(worker)
            self.hire()
        else:
            staff.let_go(worker)

    async def stop(self) -> None:
        """Look for nothing any more; an image that is being built is not waited for."""
        await self._lookups.drop()

    def _look_up(self, crew: Crew) -> None:
        if not crew.is_looking and not self._staff.is_closed:
            crew.is_looking = True
            self._lookups.begin(self._supplied(crew))

    async def _supplied(self, crew: Crew) -> None:
        try:
            crew.supplies = await self._supply.of(crew.function)
        except Exception as error:  # noqa: BLE001 - whatever it is: somebody waits for an answer
            log.warning("worker has nothing to be made from: function=%s reason=%r", crew.function.key, error)
            crew.line.refuse(refusal_of(error), everybody=True)
            self._failed(crew, error)
        finally:
            crew.is_looking = False
        self.hire_for(crew)

    def _begin(self, crew: Crew, *, provisioned: bool = False) -> bool:
        """Begin to start a worker; tell whether there is room for it."""
        supplies = crew.supplies
        if supplies is None or self._staff.is_closed or self._starting >= _STARTS_AT_ONCE:
            return False
        if self._is_overtaken(crew) or not self._make_room(crew):
            return False
        worker = Worker(crew.function, self._workshop, provisioned=provisioned)
        self._staff.workers[worker] = crew
        self._starting += 1
        if not provisioned:
            crew.starting += 1
        self._staff.background.begin(self._start(crew, worker, supplies))
        return True

    def _make_room(self, crew: Crew) -> bool:
        """Let idle workers go, the longest idle first, until one of *crew* has a place; tell whether it has."""
        staff = self._staff
        while not self._room.has_place(staff.workers, crew.function.memory_bytes):
            spare = staff.rest.longest(ready_too=len(staff.rest) == len(staff.workers))
            if spare is None:
                return False
            staff.let_go(spare)
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
        if worker.provisioned and not worker.loaded and worker in self._staff.workers:
            crew.failure = INIT_FAILURE
            self._staff.let_go(worker)
            return
        if crew.failure is not None or not crew.is_known_to_start:
            crew.failure, crew.is_known_to_start = None, True
            self._staff.background.begin(self._supply.forget_failure(crew.function))
        self.release(worker)

    def _not_started(self, crew: Crew, worker: Worker, supplies: Supplies, error: Exception) -> None:
        if worker not in self._staff.workers:
            log.debug("worker was let go before it started: %s reason=%r", worker, error)
            return
        log.warning("worker could not be started: %s reason=%r", worker, error)
        self._staff.let_go(worker)
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
        if self._staff.crews.get(crew.function.key) is crew and not isinstance(error, EngineUnavailableError):
            self._staff.background.begin(self._supply.note_failure(crew.function, crew.failure))

    def _is_overtaken(self, crew: Crew) -> bool:
        """Tell whether another function, which has no worker at all, has waited so long that the next place is its."""
        least = max(_PATIENCE_SECONDS, crew.line.waited_seconds())
        return any(
            other is not crew
            and other.supplies is not None
            and other.line.waited_seconds() > least
            and other not in self._staff.workers.values()
            for other in self._staff.crews.values()
        )
