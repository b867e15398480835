"""The file that a stream is written to, kept open: one write a time, no torn line, a new part when it is long."""

import os
from pathlib import Path

from emulator.functions.logs.group import LogFile, LogGroup


class StreamFile:
    """Made with its first line. One that somebody removed is made anew."""

    def __init__(self, group: LogGroup, stream: str) -> None:
        self._group = group
        self._stream = stream
        self._part = 1
        self.path = self._part_path()
        self._descriptor: int | None = None
        self._size = 0

    def append(self, text: bytes) -> None:
        """Add whole lines; OSError if not all of them can be written, and then none is torn."""
        is_new = False
        if self._descriptor is None or not os.fstat(self._descriptor).st_nlink:
            self.close()
            is_new = self._open()
        elif self._size >= self._group.part_bytes:
            self.close()
            self._part += 1
            self.path = self._part_path()
            is_new = self._open()
        self._write(text)
        self._size += len(text)
        self._group.grew(len(text), self.path, is_new=is_new)

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _part_path(self) -> Path:
        return LogFile.of(self._group.folder, self._stream, self._part).path

    def _open(self) -> bool:
        """Open the present part; tell whether it is new."""
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        try:
            self._descriptor = os.open(self.path, flags, 0o644)
        except FileNotFoundError:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(self.path, flags, 0o644)
        self._size = os.fstat(self._descriptor).st_size
        return not self._size

    def _write(self, text: bytes) -> None:
        assert self._descriptor is not None  # noqa: S101 - it has just been opened
        written = 0
        try:
            while written < len(text):
                written += os.write(self._descriptor, text[written:] if written else text)
        except OSError:
            if torn := written - text.rfind(b"\n", 0, written) - 1:  # it would be read as one with the next line
                os.ftruncate(self._descriptor, os.fstat(self._descriptor).st_size - torn)
            raise
