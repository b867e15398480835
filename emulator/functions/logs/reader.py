"""Reads what workers logged."""

import heapq
from collections.abc import Iterator
from pathlib import Path


class LogReader:
    """Reads all streams of one function as one log, in the order of time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._offsets: dict[Path, int] = {}

    def new_lines(self) -> Iterator[str]:
        """Yield the lines written since the last call, without an unfinished last one."""
        yield from heapq.merge(*(self._read(path) for path in sorted(self._folder.rglob("*.log"))), key=_stamp)

    def _read(self, path: Path) -> list[str]:
        offset = self._offsets.get(path, 0)
        if path.stat().st_size == offset:
            return []
        with path.open("rb") as file:
            file.seek(offset)
            content = file.read()
        whole = content[: content.rfind(b"\n") + 1]
        self._offsets[path] = offset + len(whole)
        # Not splitlines(): awslambdaric joins the lines of a traceback with \r, so that they are one event.
        return whole.decode("utf-8", "replace").split("\n")[:-1]


def _stamp(line: str) -> str:
    return line[:24]
