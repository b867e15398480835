"""A log group: a folder of streams that keeps within its bound. Its oldest files go first.

Layout: `YYYY/MM/DD/[VERSION]<32 hex>.log`, named by the day on which a stream began. A long stream goes on in
`….2.log`, `….3.log`: a file only ever grows or goes, so that whoever follows it loses nothing.
"""

import contextlib
import os
import re
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

RETENTION_FILE = ".retention"

_FILE = re.compile(r"(.+?)(?:\.([0-9]+))?\.log")
_BLOCK = 4096  # what a small file takes on most file systems
_PARTS = 16
_SMALLEST_PART = 4096


@dataclass(frozen=True)
class LogFile:
    """One part of one stream."""

    path: Path
    stream: str
    part: int = 1

    @classmethod
    def of(cls, folder: Path, stream: str, part: int = 1) -> "LogFile":
        """Return the place of a part below *folder*, that of the group."""
        return cls(folder / f"{stream}.log" if part == 1 else folder / f"{stream}.{part}.log", stream, part)


class LogGroup:
    """The files of one group; any number of streams write to it, from one process and any of its threads."""

    def __init__(self, folder: Path, most_bytes: int = sys.maxsize) -> None:
        self.folder = folder
        self.most_bytes = most_bytes
        self.part_bytes = max(most_bytes // _PARTS, _SMALLEST_PART)
        """How long a stream's file grows before the next is begun: what goes, goes in such pieces."""
        self._bytes: int | None = None
        self._lock = threading.Lock()

    def exists(self) -> bool:
        """Tell whether anything was logged here, or a retention set."""
        return next(self.days(), None) is not None or (self.folder / RETENTION_FILE).is_file()

    def files(self) -> Iterator[LogFile]:
        """Yield the parts of all streams, in the order of days, names and parts."""
        for day in self.days():
            yield from files_of(self.folder, day)

    def days(self) -> Iterator[str]:
        """Yield the folders that hold streams, such as `2026/01/31`, in order."""
        for year in _numbers(self.folder, 4):
            for month in _numbers(self.folder / year, 2):
                for day in _numbers(self.folder / year / month, 2):
                    yield f"{year}/{month}/{day}"

    def grew(self, added_bytes: int, grown: Path, *, is_new: bool) -> None:
        """Count what was written to *grown*; where it is too much, remove the oldest of the others."""
        with self._lock:
            if self._bytes is None:
                self._bytes = sum(size for _, size, _ in self._measured())
            else:
                self._bytes += added_bytes + (_BLOCK if is_new else 0)
            if self._bytes > self.most_bytes:
                self._bytes = self._make_room(grown)

    def _make_room(self, kept: Path) -> int:
        """Remove the oldest files until a part more would fit; return the bytes that are left."""
        measured = sorted(self._measured())
        left = sum(size for _, size, _ in measured)
        for _, size, path in measured:
            if left <= self.most_bytes - self.part_bytes:
                break
            if path != kept:
                self._remove(path)
                left -= size
        return left

    def expire(self, now: datetime) -> None:
        """Remove the files that were last written to before the retention that was set, if one was."""
        days = self.retention_days
        if days is None:
            return
        oldest_ns = (now - timedelta(days=days)).timestamp() * 1e9
        for modified_ns, _, path in self._measured():
            if modified_ns < oldest_ns:
                self._remove(path)

    @property
    def retention_days(self) -> int | None:
        """How many days an event is kept, None for as long as there is room."""
        try:
            return int((self.folder / RETENTION_FILE).read_text())
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return None

    def keep_for(self, days: int | None) -> None:
        """Set the retention, or with None take it away."""
        path = self.folder / RETENTION_FILE
        if days is None:
            path.unlink(missing_ok=True)
        else:
            path.write_text(f"{days}\n")

    def remove(self) -> None:
        """Remove all streams and the retention; another group that lies in this one's folder stays."""
        for path in [file.path for file in self.files()]:
            self._remove(path)
        self.keep_for(None)
        with contextlib.suppress(OSError):
            self.folder.rmdir()

    def remove_stream(self, name: str) -> None:
        for file in [file for file in self.files() if file.stream == name]:
            self._remove(file.path)

    def _measured(self) -> Iterator[tuple[int, int, Path]]:
        """Yield (time of the last change, bytes that it takes on the disk, path) of each file."""
        for file in self.files():
            with contextlib.suppress(FileNotFoundError):
                status = file.path.stat()
                yield status.st_mtime_ns, -(-status.st_size // _BLOCK) * _BLOCK, file.path

    def _remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # the folders of a day, a month and a year that are empty now
            for folder in (path.parent, path.parent.parent, path.parent.parent.parent):
                folder.rmdir()


class LogGroups:
    """All groups of a home, each with its own bound."""

    def __init__(self, root: Path, most_bytes: int) -> None:
        self._root = root
        self._most_bytes = most_bytes
        self._groups: dict[tuple[str, ...], LogGroup] = {}

    def group(self, parts: tuple[str, ...]) -> LogGroup:
        """Return the group that lies in *parts* below the folder of all logs, always the same one."""
        return self._groups.setdefault(parts, LogGroup(self._root.joinpath(*parts), self._most_bytes))

    def all(self) -> Iterator[tuple[str, ...]]:
        """Yield where there are groups, in no order that means anything."""
        waiting: list[tuple[str, ...]] = [()]
        while waiting:
            parts = waiting.pop()
            if parts and LogGroup(self._root.joinpath(*parts)).exists():
                yield parts
            waiting += [(*parts, name) for name in _folders(self._root.joinpath(*parts))]


def files_of(folder: Path, day: str) -> list[LogFile]:
    """Return the parts of streams that lie in the folder *day* of the group in *folder*, in order."""
    try:
        names = os.listdir(folder / day)  # noqa: PTH208 - of thousands of files a day
    except (FileNotFoundError, NotADirectoryError):
        return []
    found = [
        LogFile(folder / day / name, f"{day}/{match[1]}", int(match[2] or 1))
        for name in names
        if (match := _FILE.fullmatch(name))
    ]
    return sorted(found, key=lambda file: (file.stream, file.part))


def day_of(moment: datetime) -> str:
    """Return the folder of the streams that begin at *moment*."""
    return f"{moment.astimezone(UTC):%Y/%m/%d}"


def _numbers(folder: Path, digits: int) -> list[str]:
    return sorted(name for name in _folders(folder) if _is_number(name, digits))


def _folders(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    except (FileNotFoundError, NotADirectoryError):
        return []


def _is_number(name: str, digits: int) -> bool:
    return len(name) == digits and name.isascii() and name.isdigit()
