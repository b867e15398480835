"""Work that is done in rounds for as long as a server lives: look, do what is due, nap, be woken.

A round that raises ends nothing. It is told in the log and in `trouble`, and the next one comes after a pause: whatever
stopped here would stop for good, and nobody would be told.
"""

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)

Round = Callable[[], Awaitable[float | None]]
"""Does what is due; returns the seconds until there is more to do, or None if all is done."""

_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.5, 10.0


class Rounds:
    """Runs in one event loop; `wake` may be called from any thread."""

    def __init__(self, name: str, round_: Round, longest_nap_seconds: float) -> None:
        """*name* is for the log; after the longest nap there is a round although nobody woke us."""
        self.trouble: str | None = None
        """What the last round failed of; None if it did not."""
        self._name = name
        self._round = round_
        self._longest_nap_seconds = longest_nap_seconds
        self._loop = asyncio.get_running_loop()
        self._woken = asyncio.Event()
        self._idle = asyncio.Event()
        self._ending = asyncio.Event()
        self._failures = 0
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin with the first round."""
        self._task = asyncio.create_task(self._run(), name=self._name)

    async def stop(self) -> None:
        """Let the round that is under way come to its end, and return; there is no other."""
        self._ending.set()
        self._woken.set()
        if self._task is not None:
            await self._task

    @property
    def is_ending(self) -> bool:
        """Tell whether the round that is under way is the last: a long one may come to its end sooner."""
        return self._ending.is_set()

    def wake(self) -> None:
        """Have a round now."""
        self._loop.call_soon_threadsafe(self._woken.set)

    async def wait_idle(self) -> None:
        """Return after a round, begun after this was asked, that left nothing to be done."""
        self._idle.clear()
        self._woken.set()
        await self._idle.wait()

    async def _run(self) -> None:
        while not self._ending.is_set():
            self._woken.clear()
            try:
                due = await self._round()
            except Exception as error:  # noqa: BLE001 - whatever it is, the next round comes
                self._note(error)
                await _first_of(self._ending, self._pause_seconds)
            else:
                self._failures, self.trouble = 0, None
                if due is None and not self._woken.is_set():
                    self._idle.set()
                nap = self._longest_nap_seconds
                await _first_of(self._woken, nap if due is None else min(due, nap))

    @property
    def _pause_seconds(self) -> float:
        return min(_FIRST_PAUSE_SECONDS * 2.0 ** min(self._failures - 1, 30), _LONGEST_PAUSE_SECONDS)

    def _note(self, error: Exception) -> None:
        """Tell of a failed round: a full disk in a line, a fault of ours in full, but the same one once only."""
        said = f"{type(error).__name__}: {error}"
        is_news = said != self.trouble
        self._failures, self.trouble = self._failures + 1, said
        message = "a round failed, another follows: of=%s pause_seconds=%.1f reason=%s"
        show_trace = is_news and not isinstance(error, sqlite3.OperationalError)
        log.warning(message, self._name, self._pause_seconds, said, exc_info=error if show_trace else None)


async def _first_of(event: asyncio.Event, seconds: float) -> None:
    """Return when *event* is set, or after that time."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
