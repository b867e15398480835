"""The one thread in which the state is changed: more would wait for each other, as SQLite has one writer.

Objects that wait for it are put in place together: to commit ten of them takes as long as to commit one. It is not the
pipeline's thread: a put is a file as well as a row, and who handles events would stand behind all of them.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from emulator.buckets import StoredObject
from emulator.buckets.objects import Objects
from emulator.buckets.placements import Outcome, Placement

T = TypeVar("T")

_MOST_TOGETHER = 64
"""So that others, who wait to write, do not wait long."""


class Writer:
    """Used from one event loop."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="s3-writer")
        self._waiting: deque[tuple[Callable[[], Placement], asyncio.Future[StoredObject]]] = deque()
        self._is_called = False

    async def run(self, work: Callable[[], T]) -> T:
        """Return what *work* does, after what others began."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def place(self, stage: Callable[[], Placement]) -> StoredObject:
        """Put in place what *stage* returns, called in the thread; raise what either raises."""
        loop = asyncio.get_running_loop()
        placed: asyncio.Future[StoredObject] = loop.create_future()
        self._waiting.append((stage, placed))
        if not self._is_called:
            self._is_called = True
            loop.call_soon(self._call, loop)  # after the others whose requests have come by now
        return await placed

    def _call(self, loop: asyncio.AbstractEventLoop) -> None:
        self._thread.submit(self._place_all, loop)

    def _place_all(self, loop: asyncio.AbstractEventLoop) -> None:
        self._is_called = False  # who comes from now on may come too late
        while self._waiting:
            together = [self._waiting.popleft() for _ in range(min(len(self._waiting), _MOST_TOGETHER))]
            outcomes = self._placed([stage for stage, _ in together])
            loop.call_soon_threadsafe(_tell, [placed for _, placed in together], outcomes)

    def _placed(self, stages: Sequence[Callable[[], Placement]]) -> list[Outcome]:
        staged = [_outcome(stage) for stage in stages]
        placements = [one for one in staged if isinstance(one, Placement)]
        placed = iter(self._objects.place_all(placements))
        for placement in placements:
            placement.staged.close()
        return [next(placed) if isinstance(one, Placement) else one for one in staged]


def _outcome(stage: Callable[[], Placement]) -> Placement | Exception:
    try:
        return stage()
    except Exception as error:  # noqa: BLE001 - whoever asked for this one gets it
        return error


def _tell(placed: Sequence["asyncio.Future[StoredObject]"], outcomes: Sequence[Outcome]) -> None:
    for future, outcome in zip(placed, outcomes, strict=True):
        if future.done():  # nobody waits any more
            continue
        if isinstance(outcome, Exception):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
