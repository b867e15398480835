"""How many invocations may run at once: AWS's limits, of an account and of a function that has a part of it reserved.

Who comes when they are reached is told so at once. That the machine is full is no limit of AWS's: then one waits.
"""

import logging
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Mapping

from emulator.functions.concurrency import ACCOUNT_CONCURRENCY
from emulator.functions.errors import ACCOUNT_LIMIT, RESERVED_LIMIT, ThrottledError

log = logging.getLogger(__name__)

_KNOWN_SECONDS = 0.5  # another shell's change counts after that; to ask each time would cost more than to count


class Limits:
    """Counts the invocations that run or wait for a worker."""

    def __init__(
        self, reserved: Callable[[], Mapping[str, int]], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._ask = reserved
        self._monotonic = monotonic
        self._reserved: Mapping[str, int] = {}
        self._asked_at: float | None = None
        self._running: Counter[str] = Counter()

    def begin(self, function: str) -> None:
        """Count one more invocation of *function*, to be ended with `end`; ThrottledError says which limit it met."""
        if self.room(function) < 1:
            raise ThrottledError(RESERVED_LIMIT if function in self._reserved else ACCOUNT_LIMIT, function)
        self._running[function] += 1

    def end(self, function: str) -> None:
        """Count one less."""
        self._running[function] -= 1
        if not self._running[function]:
            del self._running[function]

    def room(self, function: str) -> int:
        """Return how many more invocations of *function* may begin now."""
        reserved = self._known()
        most = reserved.get(function)
        if most is not None:
            return max(0, most - self._running[function])
        unreserved = sum(count for name, count in self._running.items() if name not in reserved)
        return max(0, ACCOUNT_CONCURRENCY - sum(reserved.values()) - unreserved)

    def _known(self) -> Mapping[str, int]:
        now = self._monotonic()
        if self._asked_at is None or now - self._asked_at > _KNOWN_SECONDS:
            self._asked_at = now
            try:
                self._reserved = self._ask()
            except sqlite3.Error as error:  # what was known last goes on to count
                log.warning("reserved concurrency could not be read: reason=%s", error)
        return self._reserved
