"""How far a long copy has come: a line on a terminal that moves on, and nothing in a pipe."""

import shutil
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING

from cli.commands.s3.words import human_size

if TYPE_CHECKING:
    from emulator.buckets.transfers import Skipped, Transfer

_PATIENCE_SECONDS = 0.5
"""What is done sooner needs no line."""
_PAUSE_SECONDS = 0.1
_AHEAD = 2000
_CELLS = 20
_ERASE = "\r\x1b[K"


class Lookahead:
    """Steps that are planned a little ahead of the running, so that their bytes and their number are known."""

    def __init__(self, steps: "Iterator[Transfer | Skipped]") -> None:
        self._steps = steps
        self._ahead: deque[Transfer | Skipped] = deque()
        self.bytes = 0
        self.begun = 0
        self.is_whole = False

    def __iter__(self) -> "Iterator[Transfer | Skipped]":
        while True:
            self._look()
            if not self._ahead:
                return
            self.begun += 1
            yield self._ahead.popleft()

    @property
    def left(self) -> int:
        """Return how many steps are planned and not begun."""
        return len(self._ahead)

    def _look(self) -> None:
        while not self.is_whole and len(self._ahead) < _AHEAD:
            step = next(self._steps, None)
            if step is None:
                self.is_whole = True
                return
            self._ahead.append(step)
            self.bytes += getattr(step, "copied_bytes", 0)


class Bar:
    """Draws on stderr while the context lasts, from a thread of its own; lines of others are written through it."""

    def __init__(self, ahead: Lookahead, done_bytes: Callable[[], int]) -> None:
        self._ahead = ahead
        self._done_bytes = done_bytes
        self._started = time.monotonic()
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._draw_on, daemon=True)
        self._is_drawn = False

    def __enter__(self) -> "Bar":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        self.beside(lambda: None)

    def beside(self, write: Callable[[], None]) -> None:
        """Call *write* while the line is not there."""
        with self._lock:
            if self._is_drawn:
                sys.stderr.write(_ERASE)
                sys.stderr.flush()
                self._is_drawn = False
            write()

    def line(self, width: int) -> str:
        """Return what there is to say now, no longer than *width*."""
        done, seconds = self._done_bytes(), max(time.monotonic() - self._started, 0.001)
        total, about = max(self._ahead.bytes, done), "" if self._ahead.is_whole else "~"
        filled = _CELLS * done // total if total else 0
        cells = f"[{'#' * filled}{'-' * (_CELLS - filled)}] "
        files = f"with {about}{self._ahead.left + 1} file(s) remaining"
        if not total:
            return f"Completed {max(self._ahead.begun - 1, 0)} file(s) {files}"[:width]
        said = f"{human_size(done)}/{about}{human_size(total)} ({human_size(int(done / seconds))}/s) {files}"
        return (cells + said if len(cells + said) <= width else said)[:width]

    def _draw_on(self) -> None:
        while not self._over.wait(_PAUSE_SECONDS):
            if time.monotonic() - self._started < _PATIENCE_SECONDS:
                continue
            with self._lock:
                # A column is left free: a terminal would go on to the next line.
                sys.stderr.write(_ERASE + self.line(shutil.get_terminal_size().columns - 1))
                sys.stderr.flush()
                self._is_drawn = True
