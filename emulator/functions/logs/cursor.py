"""A place in one file of a log, from which lines are read on: in pieces, the file closed in between."""

import os
from datetime import datetime

from emulator.functions.logs.event import STAMP_LENGTH, LogEvent, is_stamp
from emulator.functions.logs.group import LogFile
from emulator.units import iso_millis

_PIECE = 65_536
_OLDEST = b"0001-01-01T00:00:00.000Z"


class Cursor:
    """Reads one file forward. The file may grow meanwhile; one that was made anew is read from its beginning."""

    def __init__(self, file: LogFile) -> None:
        self.file = file
        self.offset = 0
        """Where the next line begins that nobody has had."""
        self.until = 0
        """How far to read at most: a writer that never stops must not hold a reader that has an end."""
        self._stamp = _OLDEST
        self._lines: list[bytes] = []
        self._next = 0
        self._inode: int | None = None

    def skip_to(self, moment: datetime) -> None:
        """Go to the first line that is not older than *moment*, without reading what is before."""
        stamp = iso_millis(moment).encode()
        with self.file.path.open("rb", buffering=4096) as stream:
            status = os.fstat(stream.fileno())
            self._inode = status.st_ino
            before, end = 0, status.st_size
            if status.st_mtime < moment.timestamp():
                before = end  # nothing was written since
            while before < end:  # the line wanted begins in before...end
                middle = (before + end) // 2
                stream.seek(middle)
                if middle:
                    stream.seek(middle - 1)
                    stream.readline()  # the rest of a line that began earlier
                begin = stream.tell()
                found = stream.read(STAMP_LENGTH)
                if begin >= end or not is_stamp(found) or found >= stamp:
                    end = middle
                else:
                    before = begin + 1
            stream.seek(max(before - 1, 0))
            if before:
                stream.readline()
            self.offset = stream.tell()

    def ready(self) -> bool:
        """Look whether there is a whole line to be had."""
        return self._next < len(self._lines) or self._read()

    @property
    def stamp(self) -> bytes:
        """The time of the next line, once `ready` said that there is one."""
        line = self._lines[self._next]
        if is_stamp(line[:STAMP_LENGTH]):
            self._stamp = line[:STAMP_LENGTH]
        return self._stamp

    def take(self) -> LogEvent:
        """Return the next line and go on behind it."""
        stamp, line = self.stamp, self._lines[self._next]
        text = line[STAMP_LENGTH + 1 :] if line[:STAMP_LENGTH] == stamp else line
        event = LogEvent(stamp.decode(), self.file.stream, self.file.part, self.offset, text.decode("utf-8", "replace"))
        self.offset += len(line) + 1
        self._next += 1
        return event

    def _read(self) -> bool:
        """Read the next piece, and more of it until there is a whole line."""
        self._lines, self._next = [], 0
        try:
            descriptor = os.open(self.file.path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:  # thrown away to make room
            return False
        try:
            status = os.fstat(descriptor)
            if self._inode not in (None, status.st_ino) or status.st_size < self.offset:
                self.offset = 0
            self._inode = status.st_ino
            piece = b""
            begin = self.offset
            while more := os.pread(descriptor, min(_PIECE, max(self.until - begin, 0)), begin):
                piece += more
                begin += len(more)
                if b"\n" in more:
                    break
        finally:
            os.close(descriptor)
        # Not splitlines(): awslambdaric joins the lines of a traceback with \r, so that they are one event.
        self._lines = piece[: piece.rfind(b"\n") + 1].split(b"\n")[:-1]
        return bool(self._lines)


def first_moment(file: LogFile) -> datetime | None:
    """Return the time of the first event of *file*, None if there is none (any more)."""
    try:
        with file.path.open("rb", buffering=0) as stream:
            stamp = stream.read(STAMP_LENGTH)
    except FileNotFoundError:
        return None
    return datetime.fromisoformat(stamp.decode()) if is_stamp(stamp) else None


def last_moment(file: LogFile) -> datetime | None:
    """Return the time of the last whole line of *file*, None if there is none (any more)."""
    try:
        with file.path.open("rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            length = 0
            while length < size:
                length = min(size, max(2 * length, _PIECE))
                stream.seek(size - length)
                lines = stream.read(length).split(b"\n")[:-1]
                first = 0 if length == size else 1
                if len(lines) > first:
                    stamp = lines[-1][:STAMP_LENGTH]
                    return datetime.fromisoformat(stamp.decode()) if is_stamp(stamp) else None
    except FileNotFoundError:
        pass
    return None


def size_of(file: LogFile) -> int:
    """Return the bytes of *file*, 0 if it is gone."""
    try:
        return file.path.stat().st_size
    except FileNotFoundError:
        return 0
