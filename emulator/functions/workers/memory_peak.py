"""The most memory that a worker has used, from the cgroup of its container: what is gone cannot be read any more.

So it is read when the handler is loaded and after each invocation, and a worker whose runtime ends by itself says it
with its last breath; see `sandbox`.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path

from emulator.engine.memory import memory_peak_file, read_peak
from emulator.threads import ask_engine


class MemoryPeak:
    """Knows the highest of all figures. Used from one event loop."""

    def __init__(self, pid: Callable[[str], int], most_bytes: int) -> None:
        """Believe no more than *most_bytes*; *pid* is the engine's word on a container's first process."""
        self.bytes = 0
        self._pid = pid
        self._most_bytes = most_bytes
        self._file: asyncio.Task[Path | None] | None = None

    def watch(self, container_id: str) -> None:
        """Find the container's cgroup, beside the loading of the handler: an answer need not wait for the engine's."""
        self._file = asyncio.create_task(ask_engine(self._find, container_id))

    def note(self, peak_bytes: int) -> None:
        """Take note of what was measured."""
        self.bytes = max(self.bytes, min(peak_bytes, self._most_bytes))

    def look(self) -> None:
        """Read it, if it is known by now where it stands."""
        if self._file is not None and self._file.done() and not self._file.cancelled() and not self._file.exception():
            self.note(read_peak(self._file.result()))

    async def measure(self) -> None:
        """Read it."""
        await self.finish()
        self.look()

    async def finish(self) -> None:
        """Wait for what was asked of the engine."""
        if self._file is not None and not self._file.done():
            await asyncio.wait((self._file,))

    def _find(self, container_id: str) -> Path | None:
        return memory_peak_file(self._pid(container_id))
