"""Containers that are wanted no more: removed, again and again if need be, since an engine may be away for a while."""

import asyncio
import contextlib
import itertools
import logging

from emulator.engine import Engine
from emulator.errors import EmulatorError
from emulator.threads import ask_engine

log = logging.getLogger(__name__)

_FIRST_PAUSES_SECONDS = (0.1, 0.5, 2.0, 10.0)
_PAUSE_SECONDS = 60.0


class Removal:
    """Removes containers of one server. Used from one event loop."""

    def __init__(self, engine: Engine) -> None:
        self._containers = engine.containers
        self._ending = asyncio.Event()

    def hurry(self) -> None:
        """From now on try each but once more: the server ends."""
        self._ending.set()

    async def remove(self, container_id: str) -> None:
        """Return when the container is gone; the engine's error if it is not by the time that the server ends."""
        for pause_seconds in itertools.chain(_FIRST_PAUSES_SECONDS, itertools.repeat(_PAUSE_SECONDS)):
            is_last = self._ending.is_set()
            try:
                await ask_engine(self._containers.remove, container_id)
            except EmulatorError as error:
                log.warning("container could not be removed: container=%s reason=%s", container_id[:12], error)
                if is_last:
                    raise
            else:
                return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), pause_seconds)
