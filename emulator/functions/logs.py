"""A function's log: plain files laid out as CloudWatch lays out streams, a line an event, each after its time.

START, END and REPORT are ours; every other line is what the handler printed, untouched.
"""

import heapq
import logging
import math
import secrets
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from emulator.functions.records import InvocationResult, Outcome
from emulator.units import MIB, iso_millis

log = logging.getLogger(__name__)

_TAIL_BYTES = 4096


class LogStream:
    """Where one worker writes. The file is made with its first line."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        now = clock()
        self.name = f"{now:%Y/%m/%d}/[$LATEST]{secrets.token_hex(16)}"
        self._path = folder / f"{self.name}.log"
        self._clock = clock
        self._tail = bytearray()

    def write(self, *lines: str) -> None:
        """Add *lines* with the present time."""
        stamp = iso_millis(self._clock())
        text = "".join(f"{stamp} {line}\n" for line in lines).encode("utf-8", "surrogateescape")
        try:
            self._append(text)
        except OSError as error:  # a full disk, say: the invocation goes on
            log.warning("log could not be written: path=%s reason=%s", self._path, error)
        self._tail += "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")
        del self._tail[:-_TAIL_BYTES]

    def _append(self, text: bytes) -> None:
        try:
            file = self._path.open("ab")
        except FileNotFoundError:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = self._path.open("ab")
        with file:
            file.write(text)

    def begin(self, request_id: str) -> None:
        """Write START; the tail that a caller may ask for begins here."""
        self._tail.clear()
        self.write(f"START RequestId: {request_id} Version: $LATEST")

    def end(self, result: InvocationResult, memory_mb: int) -> bytes:
        """Write END and REPORT; return the last 4 KB of what this invocation wrote."""
        self.write(f"END RequestId: {result.request_id}", report_line(result, memory_mb))
        return bytes(self._tail)


def report_line(result: InvocationResult, memory_mb: int) -> str:
    """Return AWS's REPORT line: tab-separated, durations in ms, billed by the millisecond."""
    fields = [
        f"REPORT RequestId: {result.request_id}",
        f"Duration: {result.duration_ms:.2f} ms",
        f"Billed Duration: {result.billed_ms} ms",
        f"Memory Size: {memory_mb} MB",
        f"Max Memory Used: {math.ceil(result.max_memory_bytes / MIB)} MB",
    ]
    if result.init_ms is not None:
        fields.append(f"Init Duration: {result.init_ms:.2f} ms")
    if result.outcome is not Outcome.SUCCESS:
        fields.append(f"Status: {result.outcome}")
        if result.outcome is Outcome.ERROR:
            fields.append(f"Error Type: {result.error_type}")
    return "\t".join(fields) + "\t"


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
