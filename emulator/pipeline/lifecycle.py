"""The calendar of the story: once a day, and whenever a rule is new, what has grown too old goes."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from emulator.buckets.lifecycle import Lifecycle
from emulator.functions.events.rounds import Rounds
from emulator.units import utc_now

_LONGEST_NAP_SECONDS = 30.0  # a rule that is new, from another process too, is followed by then
_SHORTEST_NAP_SECONDS = 0.02


class LifecycleClock:
    """Has the objects of one home grow old; its rounds have to be started."""

    def __init__(
        self,
        lifecycle: Lifecycle,
        on_activity: Callable[[], None] = lambda: None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """*on_activity* is called when something was deleted, which may have queued events."""
        self.rounds = Rounds("lifecycle", self._round, _LONGEST_NAP_SECONDS)
        self._lifecycle = lifecycle
        self._on_activity = on_activity
        self._clock = clock
        self._seen: object = None

    async def _round(self) -> float:
        """Expire what is due: at once, after every midnight, and after rules were changed."""
        now = self._clock()
        to_see = await asyncio.to_thread(self._to_see, now)
        if to_see != self._seen:
            expired = await asyncio.to_thread(self._lifecycle.expire, now, lambda: not self.rounds.is_ending)
            if expired.versions:
                self._on_activity()
            self._seen = to_see
        return self._nap()

    def _to_see(self, now: datetime) -> object:
        """Return what makes a look worth it if it is another one: the day, and the rules."""
        return self._lifecycle.calendar.today(now), self._lifecycle.texts()

    def _nap(self) -> float:
        calendar, now = self._lifecycle.calendar, self._clock()
        until_midnight = (calendar.midnight(calendar.today(now) + 1) - now).total_seconds()
        return min(max(until_midnight, _SHORTEST_NAP_SECONDS), _LONGEST_NAP_SECONDS)
