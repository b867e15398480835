"""Long work, seen from a terminal: a line that moves on one, a plain line a step elsewhere."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from emulator.progress import Silent

_QUICK_SECONDS = 1.0


class OnlyWarnings(Silent):
    """What --quiet leaves of it: a warning is no progress."""

    def warn(self, sentence: str) -> None:
        """Write a warning to stderr."""
        print(f"warning: {sentence}", file=sys.stderr, flush=True)  # noqa: T201


class TerminalProgress(OnlyWarnings):
    """Reports on stderr; how long a step took is worth a line only if one had to wait for it."""

    def __init__(self) -> None:
        self._status: object | None = None

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Show *title* while it lasts, and how long it took."""
        started = time.monotonic()
        if sys.stderr.isatty():
            with self._spinner(title):
                yield
        else:
            print(f"{title} …", file=sys.stderr, flush=True)  # noqa: T201
            yield
        elapsed = time.monotonic() - started
        if elapsed >= _QUICK_SECONDS:
            print(f"{title}: done in {elapsed:.1f} s", file=sys.stderr, flush=True)  # noqa: T201

    @contextmanager
    def _spinner(self, title: str) -> Iterator[None]:
        from rich.console import Console

        with Console(stderr=True).status(title) as status:
            self._status = (status, title)
            try:
                yield
            finally:
                self._status = None

    def detail(self, line: str) -> None:
        """Show the line under way beside the title; a log of them all is shown only when a step fails."""
        if isinstance(self._status, tuple):
            from rich.markup import escape

            status, title = self._status
            status.update(f"{escape(title)} [dim]{escape(line.strip()[:60])}[/dim]")
