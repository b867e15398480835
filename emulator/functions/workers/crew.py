"""The workers of one version of a function, and the line of those who wait for one."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from emulator.functions.definition import Function
from emulator.functions.workers.supply import Supplies
from emulator.functions.workers.worker import Worker


class Line:
    """Who waits for a worker, first come, first served; one that has left is passed over."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._waiting: deque[tuple[float, asyncio.Future[Worker]]] = deque()

    def __len__(self) -> int:
        self._pass_over()
        return len(self._waiting)

    def join(self) -> asyncio.Future[Worker]:
        """Return what will hold the worker."""
        waiting: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()
        self._waiting.append((self._monotonic(), waiting))
        return waiting

    def leave(self, waiting: asyncio.Future[Worker]) -> None:
        """Wait no longer."""
        self._waiting = deque(entry for entry in self._waiting if entry[1] is not waiting)

    def serve(self, worker: Worker) -> bool:
        """Give *worker* to the head; tell whether there was one."""
        self._pass_over()
        if not self._waiting:
            return False
        self._waiting.popleft()[1].set_result(worker)
        return True

    def refuse(self, error: Exception, *, everybody: bool = False) -> None:
        """Tell the head, or everybody, that there will be no worker, and why."""
        for _ in range(len(self) if everybody else min(1, len(self))):
            self._pass_over()
            self._waiting.popleft()[1].set_exception(error)

    def waited_seconds(self) -> float:
        """Return how long the head has been waiting, 0 if there is none."""
        self._pass_over()
        return self._monotonic() - self._waiting[0][0] if self._waiting else 0.0

    def _pass_over(self) -> None:
        while self._waiting and self._waiting[0][1].done():
            self._waiting.popleft()


@dataclass(eq=False)
class Crew:
    """The workers of one revision of one version of a function."""

    function: Function
    supplies: Supplies | None = None
    is_looking: bool = False
    """Whether its supplies are being looked up: an image may be built for it, which takes minutes."""
    idle: list[Worker] = field(default_factory=list)
    starting: int = 0
    tries_again: bool = False
    """Whether its last start failed for the lack of something that has been looked up anew since."""
    line: Line = field(default_factory=Line)
    failure: str | None = None
    """Why its last worker could not be started; None once one could."""
    is_known_to_start: bool = False
    """Whether a worker was started since this server runs: what an earlier one noted of failures is out of date."""
