"""The calendar of the story: once a day, and whenever a rule is new, what has grown too old goes."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from datetime import datetime

from emulator.buckets.lifecycle import Expired, Lifecycle
from emulator.units import utc_now

log = logging.getLogger(__name__)

_LONGEST_NAP_SECONDS = 30.0  # a rule that is new, from another process too, is followed by then
_SHORTEST_NAP_SECONDS = 0.02


class LifecycleClock:
    """Has the objects of one home grow old; runs in one event loop."""

    def __init__(
        self,
        lifecycle: Lifecycle,
        on_activity: Callable[[], None] = lambda: None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """*on_activity* is called when something was deleted, which may have queued events."""
        self._lifecycle = lifecycle
        self._on_activity = on_activity
        self._clock = clock
        self._stopped = False

    async def run(self) -> None:
        """Expire what is due, until cancelled: at once, after every midnight, and after rules were changed."""
        try:
            await self._run()
        finally:
            self._stopped = True  # the thread goes on to the end of its page

    async def _run(self) -> None:
        seen = None
        while True:
            now = self._clock()
            to_see = await asyncio.to_thread(self._to_see, now)
            if to_see is not None and to_see != seen:
                expired = await asyncio.to_thread(self._expire, now)
                seen = seen if expired is None else to_see
                if expired is not None and expired.versions:
                    self._on_activity()
            await asyncio.sleep(self._nap())

    def _to_see(self, now: datetime) -> object:
        """Return what makes a look worth it if it is another one: the day, and the rules; None if nobody knows."""
        try:
            return self._lifecycle.calendar.today(now), self._lifecycle.texts()
        except sqlite3.Error as error:
            log.warning("lifecycle rules could not be read: reason=%s", error)
            return None

    def _expire(self, now: datetime) -> Expired | None:
        """Return what went; None if it did not come to its end, on a full disk, say: there is another look soon."""
        try:
            return self._lifecycle.expire(now, lambda: not self._stopped)
        except sqlite3.Error as error:
            log.warning("lifecycle rules could not be followed: reason=%s", error)
            return None

    def _nap(self) -> float:
        calendar, now = self._lifecycle.calendar, self._clock()
        until_midnight = (calendar.midnight(calendar.today(now) + 1) - now).total_seconds()
        return min(max(until_midnight, _SHORTEST_NAP_SECONDS), _LONGEST_NAP_SECONDS)
