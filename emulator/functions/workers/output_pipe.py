"""A worker's stdout and stderr: a named pipe that lies on this machine and is mounted into the container.

What a handler printed before it answered is in the pipe by the time the answer arrives, so its lines stand between
START and END. Read through the engine they would come later, or not at all.
"""

import asyncio
import contextlib
import os
from collections.abc import Callable
from pathlib import Path

from emulator.functions.workers.frames import MAGIC, take_note, torn, unframe

_CHUNK = 65536
_READS_THAT_EMPTY_A_PIPE = 16  # Linux's largest pipe; a process that never stops printing must not hold us
_LONGEST_LINE = 262_144  # CloudWatch's limit of an event


class OutputPipe:
    """Reads whole lines from a pipe for as long as it is open; used from one event loop."""

    def __init__(
        self, path: Path, on_lines: Callable[[bytes], None], on_peak: Callable[[int], None] = lambda _: None
    ) -> None:
        """Hand on what is printed, and the bytes of memory that a runtime which has ended used at most."""
        self.path = path
        self._on_lines = on_lines  # all that one read brought: line by line, a talkative handler would hold up the rest
        self._on_peak = on_peak
        self._pending = b""
        self._descriptor = _opened(path)
        asyncio.get_running_loop().add_reader(self._descriptor, self._read_some)

    def drain(self) -> None:
        """Read all that has been written so far, an unfinished last line included."""
        for _ in range(_READS_THAT_EMPTY_A_PIPE):
            if not self._read_some():
                break
        self._end_line()

    def close(self) -> None:
        """Stop reading and remove the pipe."""
        asyncio.get_running_loop().remove_reader(self._descriptor)
        os.close(self._descriptor)
        with contextlib.suppress(FileNotFoundError):
            self.path.unlink()

    def _read_some(self) -> bool:
        try:
            content = os.read(self._descriptor, _CHUNK)
        except BlockingIOError:
            return False
        printed, peak_bytes = take_note(self._pending + content)
        if peak_bytes is not None:
            self._on_peak(peak_bytes)
        lines, self._pending = unframe(printed)
        if lines:
            self._on_lines(lines)
        if len(self._pending) > _LONGEST_LINE and not self._pending.startswith(MAGIC):
            self._end_line()
        return True

    def _end_line(self) -> None:
        if self._pending:
            self._on_lines(torn(self._pending) + b"\n")
            self._pending = b""


def _opened(path: Path) -> int:
    """Return the reading end of a new pipe; nothing is left of one that cannot be opened."""
    os.mkfifo(path)
    try:
        path.chmod(0o666)
        # Read-write, so that there is always a writer: the pipe never reports an end, and opening never blocks.
        return os.open(path, os.O_RDWR | os.O_NONBLOCK)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
