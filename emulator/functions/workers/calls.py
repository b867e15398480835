"""Callers who wait for a function's answer: counted, so that the end of a server can wait for them in turn."""

import asyncio
import contextlib
import logging
from collections.abc import Iterator

from emulator.functions.workers.refusals import closing

log = logging.getLogger(__name__)


class Calls:
    """All that go on at once. Used from one event loop."""

    def __init__(self) -> None:
        self._going_on = 0
        self._none_goes_on = asyncio.Event()
        self._none_goes_on.set()
        self._ending: asyncio.Task[None] | None = None

    @contextlib.contextmanager
    def one_more(self) -> Iterator[None]:
        """Count a call for as long as the context lasts; WorkerStartError says that the server ends."""
        if self._ending is not None:
            raise closing()
        self._going_on += 1
        self._none_goes_on.clear()
        try:
            yield
        finally:
            self._going_on -= 1
            if not self._going_on:
                self._none_goes_on.set()

    def begin_to_end(self, seconds: float) -> None:
        """Take no more from now on; `ended` returns when those that go on are over, or after *seconds* from now."""
        if self._going_on:
            log.info("server waits for those who wait for an answer: calls=%d seconds=%g", self._going_on, seconds)
        self._ending = asyncio.create_task(self._wait(seconds))

    async def ended(self) -> None:
        if self._ending is not None:
            await self._ending

    async def _wait(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._none_goes_on.wait(), seconds)
        except TimeoutError:
            log.warning("calls are cut off: calls=%d", self._going_on)
