"""Saves on Linux: files that were closed after writing, and names that came or went."""

import time
from pathlib import Path
from types import TracebackType

from inotify_simple import Event, INotify, flags

from emulator.functions.code.contents import folders_in, is_ignored
from emulator.functions.code.saves import PATIENCE_SECONDS, STILL_SECONDS

_MASK = flags.CLOSE_WRITE | flags.MOVED_TO | flags.MOVED_FROM | flags.DELETE | flags.CREATE | flags.ATTRIB


class InotifySaves:
    """Watches a tree folder by folder; of a single file the folder it is in, since editors replace it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._only = "" if path.is_dir() else path.name
        self._inotify = INotify(nonblocking=True)

    def __enter__(self) -> "InotifySaves":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._inotify.close()

    def look(self) -> None:
        """Watch the folders that are new."""
        for folder in [self._path.parent] if self._only else folders_in(self._path):
            try:
                self._inotify.add_watch(folder, _MASK | flags.ONLYDIR)
            except FileNotFoundError:  # gone again
                continue

    def wait(self, seconds: float | None = None) -> bool:
        """Return True some moments after the next save; False if there was none in time."""
        end = None if seconds is None else time.monotonic() + seconds
        while not self._heard(end):
            if end is not None and time.monotonic() >= end:
                return False
        enough = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < enough and self._heard(time.monotonic() + STILL_SECONDS):
            pass
        return True

    def _heard(self, end: float | None) -> bool:
        """Wait for the next events; tell whether one of them is of a file that counts."""
        timeout = None if end is None else max(0, round((end - time.monotonic()) * 1000))
        return any(self._counts(event) for event in self._inotify.read(timeout=timeout))

    def _counts(self, event: Event) -> bool:
        if event.mask & flags.Q_OVERFLOW:
            return True
        if event.mask & flags.IGNORED or is_ignored(event.name) or (self._only and event.name != self._only):
            return False
        # A file that was just created is empty; it is worth a look when it is closed.
        return not event.mask & flags.CREATE or bool(event.mask & flags.ISDIR)
