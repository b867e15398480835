"""Long work, seen from a terminal: a line that moves on one, a plain line a step elsewhere.

A step within another is a line of its own, with the time it took: `  [2/5] packages: nginx … 12.3 s`.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from emulator.progress import Silent

if TYPE_CHECKING:
    from rich.text import Text

_QUICK_SECONDS = 1.0
_STDERR = 2
_LONGEST_DETAIL = 60


class OnlyWarnings(Silent):
    """What --quiet leaves of it: a warning is no progress."""

    def warn(self, sentence: str) -> None:
        """Write a warning to stderr."""
        _say(f"warning: {sentence}")

    def interrupted(self) -> None:
        """Write so past Python's streams: a signal handler may have come in the middle of another write."""
        with suppress(OSError):
            os.write(_STDERR, b"interrupted: what was begun is taken back, wait a moment\n")


@dataclass
class _Step:
    title: str
    detail: str = ""
    announced: bool = False
    started: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started

    def __rich__(self) -> "Text":
        from rich.text import Text

        line = Text(f"{self.title} … {self.seconds:.0f} s ", no_wrap=True, overflow="ellipsis")
        return line.append(self.detail, style="dim")


class TerminalProgress(OnlyWarnings):
    """Reports on stderr; how long a step took is worth a line if one had to wait for it, or it is one of several."""

    def __init__(self) -> None:
        self._outer: _Step | None = None
        self._now: _Step | None = None

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Show *title* while it lasts, and how long it took."""
        with self._inner(title, self._outer) if self._outer else self._alone(title):
            yield

    @contextmanager
    def _alone(self, title: str) -> Iterator[None]:
        step = self._outer = self._now = _Step(title)
        on_terminal = sys.stderr.isatty()
        if not on_terminal:
            _announce(step)
        try:
            with _moving(self) if on_terminal else nullcontext():
                yield
        finally:
            self._outer = self._now = None
        if step.seconds >= _QUICK_SECONDS:
            _say(f"{title}: done in {step.seconds:.1f} s")

    @contextmanager
    def _inner(self, title: str, outer: _Step) -> Iterator[None]:
        outside, step = self._now, _Step(title)
        _announce(outer)
        self._now = step
        try:
            yield
        except BaseException:
            _say(f"  {title} … stopped after {step.seconds:.1f} s")
            raise
        else:
            _say(f"  {title} … {step.seconds:.1f} s")
        finally:
            self._now = outside

    def detail(self, line: str) -> None:
        """Show the line under way beside the title; a log of them all is shown only when a step fails."""
        if self._now is not None:
            self._now.detail = line.strip()[:_LONGEST_DETAIL]

    def __rich__(self) -> "Text | str":
        return self._now.__rich__() if self._now else ""


@contextmanager
def _moving(progress: TerminalProgress) -> Iterator[None]:
    from rich.console import Console

    with Console(stderr=True).status(progress):
        yield


def _announce(step: _Step) -> None:
    if not step.announced:
        _say(f"{step.title} …")
        step.announced = True


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201
