"""Who there is: crews and their workers, those at rest, and those on their way out.

A worker that is let go belongs to nobody from that moment on; what is left of it is removed in the background.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from emulator.errors import EmulatorError
from emulator.functions.definition import Function
from emulator.functions.workers.background import Background
from emulator.functions.workers.crew import Crew
from emulator.functions.workers.holder import Holders
from emulator.functions.workers.rest import Rest
from emulator.functions.workers.worker import Worker

NETWORK_SECONDS = 60.0
"""A function that is wanted again soon finds its network as it was."""


@dataclass(frozen=True)
class Patience:
    """How long things are kept that nobody uses, in seconds."""

    pause: float
    idle: float
    network: float = NETWORK_SECONDS


class Staff:
    """Used from one event loop."""

    def __init__(self, holders: Holders, patience: Patience, current: Callable[[Function], Function]) -> None:
        """Believe *current* which revision of a function is the one that counts."""
        self.crews: dict[str, Crew] = {}
        self.workers: dict[Worker, Crew] = {}
        self.rest = Rest(patience.pause, patience.idle, self.let_go)
        self.background = Background()
        self.is_closed = False
        self.on_place: Callable[[], None] = lambda: None
        """Called whenever a worker is gone, and another may come."""
        self._holders = holders
        self._network_seconds = patience.network
        self._current = current

    def crew(self, function: Function) -> Crew:
        """Return the crew of the revision on record; it takes over the line of another, whose idle ones are let go."""
        crew = self.crews.get(function.key)
        if crew is None:
            crew = self.crews[function.key] = Crew(function)
        elif crew.function.revision_id != function.revision_id:
            current = self._current(function)
            if current.revision_id != crew.function.revision_id:
                crew = self._replaced(crew, current)
        return crew

    def _replaced(self, old: Crew, function: Function) -> Crew:
        crew = self.crews[function.key] = Crew(function)
        crew.line, old.line = old.line, crew.line
        for worker in list(old.idle):
            self.let_go(worker)
        return crew

    def waiting(self) -> list[Crew]:
        """Return the crews that somebody waits for, who has waited longest first."""
        waiting = [crew for crew in self.crews.values() if crew.line]
        return sorted(waiting, key=lambda crew: -crew.line.waited_seconds())

    def call_to_work(self, crew: Crew) -> Worker | None:
        """Return an idle worker of *crew*, which rests no longer; None if there is none."""
        while crew.idle:
            worker = crew.idle.pop()
            self.rest.end(worker)
            if worker.usable:
                return worker
            self.let_go(worker)
        return None

    def let_go(self, worker: Worker) -> None:
        """Part with a worker, whatever it does."""
        crew = self.workers.pop(worker, None)
        if crew is None:
            return
        self.rest.end(worker)
        if worker in crew.idle:
            crew.idle.remove(worker)
        self.background.begin(self._retire(worker))

    def container_died(self, container_id: str, exit_code: int) -> None:
        """Take note of what the engine told about a container of ours, a worker's or a holder's."""
        if name := self._holders.died(container_id):
            for worker in [worker for worker in self.workers if worker.function.name == name]:
                self.let_go(worker)  # it has lost its network, and can neither ask nor answer
        for worker in self.workers:
            if worker.container_id == container_id:
                worker.died(exit_code)
                if worker in self.rest:  # an idle one: nobody else will come across it
                    self.let_go(worker)
                return

    async def tidy(self, name: str) -> None:
        """Let the network of a function go that has no worker and that nobody waits for."""
        if not self._in_use(name):
            for key in [key for key, crew in self.crews.items() if crew.function.name == name]:
                del self.crews[key]
            await self._holders.remove(name)

    def refuse(self, reason: EmulatorError) -> None:
        """Give nobody a worker any more, and tell *reason* to whoever waits for one."""
        self.is_closed = True
        for crew in self.crews.values():
            crew.line.refuse(reason, everybody=True)

    async def close(self, reason: EmulatorError) -> None:
        """Part with all, and cut off what is at work: whoever waits for its answer is told *reason*."""
        self.refuse(reason)
        for worker in list(self.workers):
            worker.cut_off(reason)
            self.let_go(worker)
        await self.background.finish()

    async def _retire(self, worker: Worker) -> None:
        try:
            await worker.retire()
        finally:
            self.on_place()
            name = worker.function.name
            if not self._in_use(name):
                asyncio.get_running_loop().call_later(
                    self._network_seconds, lambda: self.background.begin(self.tidy(name))
                )

    def _in_use(self, name: str) -> bool:
        return any(worker.function.name == name for worker in self.workers) or any(
            crew.line or crew.is_looking for crew in self.crews.values() if crew.function.name == name
        )
