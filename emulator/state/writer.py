"""The one thread in which an event loop has its writing done.

Another shell may hold the file for as long as its own change takes, and SQLite waits for it where it stands: that must
never be the loop, which has others to serve meanwhile.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class Writer:
    """Does one piece of work after the other, in the order in which they were asked for."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="writer")

    async def write(self, work: Callable[[], T]) -> T:
        """Return what *work* returns, or raise what it raises; who is cancelled meanwhile does not undo it."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def close(self) -> None:
        """Return when all is written that was asked for."""
        await asyncio.to_thread(self._thread.shutdown)
