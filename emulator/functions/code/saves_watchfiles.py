"""Saves where there is no inotify. It hears of files that are still written to; the last of their events comes last."""

import time
from pathlib import Path

from watchfiles import Change, watch

from emulator.functions.code.contents import is_ignored
from emulator.functions.code.saves import PATIENCE_SECONDS, STILL_SECONDS

_TURN_MILLISECONDS = 100


class WatchfilesSaves:
    """Watches a tree as a whole; of a single file the folder it is in, since editors replace it."""

    def __init__(self, path: Path) -> None:
        self._folder = path if path.is_dir() else path.parent
        self._only = "" if path.is_dir() else path.name
        self._batches = watch(
            self._folder,
            watch_filter=self._counts,
            debounce=int(PATIENCE_SECONDS * 1000),
            step=int(STILL_SECONDS * 1000),
            rust_timeout=_TURN_MILLISECONDS,
            yield_on_timeout=True,
        )
        next(self._batches)  # it watches from its first turn on

    def look(self) -> None:
        """Do nothing: a tree is watched with all that comes into it."""

    def wait(self, seconds: float | None = None) -> bool:
        """Return True some moments after the next save; False if there was none in time."""
        end = None if seconds is None else time.monotonic() + seconds
        for batch in self._batches:
            if batch:
                return True
            if end is not None and time.monotonic() >= end:
                break
        return False

    def _counts(self, change: Change, path: str) -> bool:
        inner = Path(path).relative_to(self._folder.resolve() if Path(path).is_absolute() else self._folder)
        return not any(is_ignored(part) for part in inner.parts) and self._only in ("", str(inner))
