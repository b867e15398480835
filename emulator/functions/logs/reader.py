"""Reads a log group: its streams as one log in the order of time, and on from there.

However long the logs are, what is in memory is a piece of each stream that wrote at the time that is being read.
"""

import contextlib
import heapq
import time
from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from pathlib import Path

from emulator.functions.logs.cursor import Cursor
from emulator.functions.logs.event import LogEvent
from emulator.functions.logs.group import LogFile, LogGroup, files_of

_QUIET_SECONDS = 600.0
_QUIET_POLLS = 25  # a file that nobody has written to for long is looked at every so many times


class LogReader:
    """Each event is given out once, also if its stream goes on in another file meanwhile."""

    def __init__(
        self, group: LogGroup, since: datetime | None = None, wanted: Callable[[str], bool] | None = None
    ) -> None:
        """Read the events from *since* on, of the streams whose names are *wanted*; by default, all."""
        self._folder = group.folder
        self._since = since
        self._wanted = wanted or _any_stream
        self._listing = _Listing(group)
        self._cursors: dict[Path, Cursor] = {}
        self._quiet: set[Path] = set()
        self._polls = 0

    def new_events(self) -> Iterator[LogEvent]:
        """Yield the events since the last call, without an unfinished last one."""
        heap = [_entry(cursor) for cursor in self._changed() if cursor.ready()]
        heapq.heapify(heap)
        while heap:
            cursor = heapq.heappop(heap)[-1]
            limit = heap[0][:-1] if heap else None
            while True:
                yield cursor.take()
                if not cursor.ready():
                    break
                entry = _entry(cursor)
                if limit is not None and entry[:-1] > limit:
                    heapq.heappush(heap, entry)
                    break

    def new_lines(self) -> Iterator[str]:
        """Yield the same as lines, each after its time."""
        for event in self.new_events():
            yield f"{event.stamp} {event.text}"

    def _changed(self) -> list[Cursor]:
        """Return the places to read on from, of the files that may have grown."""
        self._polls += 1
        look_at_all = self._polls % _QUIET_POLLS == 1
        files = self._listing.files()
        for gone in self._cursors.keys() - {file.path for file in files}:
            del self._cursors[gone]
        changed = []
        for file in files:
            if (file.path in self._quiet and not look_at_all) or not self._wanted(file.stream):
                continue
            with contextlib.suppress(FileNotFoundError):
                status = file.path.stat()
                cursor = self._cursors.get(file.path) or self._begin(file)
                (self._quiet.discard, self._quiet.add)[time.time() - status.st_mtime > _QUIET_SECONDS](file.path)
                cursor.until = status.st_size
                if status.st_size != cursor.offset:
                    changed.append(cursor)
        return changed

    def _begin(self, file: LogFile) -> Cursor:
        cursor = self._cursors[file.path] = Cursor(file)
        if self._since is not None:
            cursor.skip_to(self._since)
        return cursor


class _Listing:
    """The files of a group. A folder is read again only if it may have changed."""

    _SETTLED_NS = 2_000_000_000  # what changes a folder twice within the clock's tick changes its time once

    def __init__(self, group: LogGroup) -> None:
        self._group = group
        self._known: dict[str, tuple[int, list[LogFile]]] = {}

    def files(self) -> list[LogFile]:
        found: dict[str, tuple[int, list[LogFile]]] = {}
        for day in self._group.days():
            with contextlib.suppress(FileNotFoundError):
                modified_ns = (self._group.folder / day).stat().st_mtime_ns
                known = self._known.get(day)
                if known is None or known[0] != modified_ns:
                    settled = time.time_ns() - modified_ns > self._SETTLED_NS
                    known = (modified_ns if settled else -1, files_of(self._group.folder, day))
                found[day] = known
        self._known = found
        return [file for _, files in found.values() for file in files]


def streams_named(names: Collection[str]) -> Callable[[str], bool]:
    """Return what wants the streams of these names."""
    return frozenset(names).__contains__


def _any_stream(_: str) -> bool:
    return True


def _entry(cursor: Cursor) -> tuple[bytes, str, int, Cursor]:
    return cursor.stamp, cursor.file.stream, cursor.file.part, cursor
