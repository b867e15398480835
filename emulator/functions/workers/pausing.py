"""A container's processes, stopped where they are and let go on again, one after the other whoever is cancelled."""

import asyncio
import logging
from collections.abc import Callable

from emulator.errors import EmulatorError
from emulator.threads import ask_engine

log = logging.getLogger(__name__)


class Pausing:
    """The sleep of one container at a time. Used from one event loop."""

    def __init__(self, pause: Callable[[str], None], unpause: Callable[[str], None]) -> None:
        self._pause = pause
        self._unpause = unpause
        self._falling_asleep: asyncio.Task[None] | None = None
        self._waking: asyncio.Task[bool] | None = None

    @property
    def is_awake(self) -> bool:
        """Tell whether its processes run, for all that was asked of the engine."""
        return self._falling_asleep is None and self._waking is None

    def begin(self, container_id: str) -> None:
        """Begin to stop the processes; not while they are being woken."""
        if self.is_awake:
            self._falling_asleep = asyncio.create_task(ask_engine(self._pause, container_id))

    async def end(self, container_id: str) -> bool:
        """Let the processes go on, and tell whether they do: one that is gone does not."""
        if self._waking is None:
            if self._falling_asleep is None:
                return True
            self._waking = asyncio.create_task(self._wake(self._falling_asleep, container_id))
        return await asyncio.shield(self._waking)  # whoever comes next joins it if this one is cancelled

    async def finish(self) -> None:
        """Wait for what was asked of the engine."""
        tasks = [task for task in (self._falling_asleep, self._waking) if task is not None]
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _wake(self, falling_asleep: asyncio.Task[None], container_id: str) -> bool:
        try:
            try:
                await falling_asleep
            except EmulatorError as error:  # an engine that cannot pause, say: then it is awake
                log.debug("worker could not be paused: container=%s reason=%s", container_id[:12], error)
                return True
            try:
                await ask_engine(self._unpause, container_id)
            except EmulatorError as error:
                log.info("paused worker is gone: container=%s reason=%s", container_id[:12], error)
                return False
            return True
        finally:
            self._falling_asleep = self._waking = None
