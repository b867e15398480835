"""A worker's container: launched once, or anew when its handler took too long to load; it ends in its own time or ours.

Whoever waits for its end is told the exit code, or, where the worker was cut off, why.
"""

import asyncio
import time

from emulator.engine import ContainerSpec
from emulator.errors import EmulatorError
from emulator.functions.definition import Function
from emulator.functions.workers.memory_peak import MemoryPeak
from emulator.functions.workers.pausing import Pausing
from emulator.functions.workers.sandbox import CPU_PERIOD_US, restricts_after_init
from emulator.functions.workers.workshop import Workshop
from emulator.threads import ask_engine

KILLED = 137


class Body:
    """Used from one event loop."""

    def __init__(self, function: Function, workshop: Workshop) -> None:
        self.id: str | None = None
        self._function = function
        self._containers = workshop.engine.containers
        self._removal = workshop.removal
        self.peak = MemoryPeak(self._containers.pid, function.memory_bytes)
        self.pausing = Pausing(self._containers.pause, self._containers.unpause)
        self.end: asyncio.Future[int | EmulatorError] = asyncio.get_running_loop().create_future()
        """Done with the exit code, or with the reason why its worker was cut off."""
        self.is_unwanted = False
        self._restricting: asyncio.Task[None] | None = None
        self._launched = asyncio.Event()
        self._launched.set()

    @property
    def has_ended(self) -> bool:
        return self.end.done()

    def exit_code(self) -> int:
        """Return how it ended; raise why it was cut off."""
        end = self.end.result()
        if isinstance(end, EmulatorError):
            raise end
        return end

    def note_end(self, end: int | EmulatorError) -> None:
        """Take note that it ended, or of why nobody is to wait for that; only the first word counts."""
        if not self.end.done():
            self.end.set_result(end)

    async def launch(self, spec: ContainerSpec) -> float:
        """Create and start the container; return the moment in which it began to run."""
        self._launched.clear()
        try:
            if not self.is_unwanted:
                self.id = await ask_engine(self._containers.create, spec)
            if self.id is not None and not self.is_unwanted:
                await ask_engine(self._containers.start, self.id)
                self.peak.watch(self.id)
            return time.monotonic()
        finally:
            self._launched.set()

    async def discard(self) -> None:
        """Remove what takes too long to load, for another one to be launched."""
        container_id, self.id = self.id, None  # so that its death is not this worker's
        if container_id is not None:
            await self._removal.remove(container_id)
        if not self.is_unwanted:
            self.end = asyncio.get_running_loop().create_future()

    def note_loaded(self) -> None:
        """See what the handler took so far; from now on it has the share of the processors that its memory buys."""
        self.peak.look()
        if self.id is not None and restricts_after_init(self._function):
            self._restricting = asyncio.create_task(self._restrict(self.id))

    async def kill(self) -> None:
        """End it at once."""
        if self.id is not None:
            await ask_engine(self._containers.kill, self.id)

    def abandon(self) -> None:
        """Launch none any more, and let nobody wait for this one."""
        self.is_unwanted = True
        self.note_end(KILLED)

    async def remove(self) -> None:
        """Leave nothing of it, however far its launch had come."""
        self.abandon()
        await self._launched.wait()
        try:
            if self.id is not None:
                await self._removal.remove(self.id)
        finally:
            await self.peak.finish()
            await self.pausing.finish()
            if self._restricting is not None:
                await asyncio.gather(self._restricting, return_exceptions=True)

    async def _restrict(self, container_id: str) -> None:
        if not self.has_ended:
            await ask_engine(self._containers.set_cpus, container_id, self._function.cpus, CPU_PERIOD_US)
