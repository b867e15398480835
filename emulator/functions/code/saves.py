"""Saves in a folder, as they happen: a wake-up call, after which one looks what there is.

Nothing is told of what was saved: whoever is woken compares all. So nothing can be missed, as long as every folder is
watched before it is read.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

_HAS_INOTIFY = sys.platform.startswith("linux")

STILL_SECONDS = 0.05
"""A save is several events, and saving all files of an editor is many: so long must nothing have come."""
PATIENCE_SECONDS = 0.5
"""After so long it is enough, even if more comes."""


class Saves(Protocol):
    """Knows when something was saved."""

    def look(self) -> None:
        """Watch the folders that are new; to be called before what is in them is read."""

    def wait(self, seconds: float | None = None) -> bool:
        """Return True some moments after the next save; False if there was none in time."""


@contextmanager
def watching(path: Path, *, has_inotify: bool = _HAS_INOTIFY) -> Iterator[Saves]:
    """Yield what tells of saves of a file, or of files in a folder or below it, from now on."""
    if has_inotify:
        from emulator.functions.code.saves_inotify import InotifySaves

        with InotifySaves(path) as saves:
            saves.look()
            yield saves
    else:
        from emulator.functions.code.saves_watchfiles import WatchfilesSaves

        yield WatchfilesSaves(path)
