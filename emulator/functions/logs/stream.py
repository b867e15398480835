"""One worker's log stream: a plain file, laid out as CloudWatch lays out streams, a line an event, each after its time.

START, END and REPORT are ours; every other line is what the handler printed, untouched.
"""

import logging
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from emulator.functions.logs.report import report_line
from emulator.functions.records import InvocationResult
from emulator.units import iso_millis

log = logging.getLogger(__name__)

_TAIL_BYTES = 4096


class LogStream:
    """Where one worker writes. The file is made with its first line."""

    def __init__(self, folder: Path, version: str, clock: Callable[[], datetime]) -> None:
        now = clock()
        self.name = f"{now:%Y/%m/%d}/[{version}]{secrets.token_hex(16)}"
        self._version = version
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
        self.write(f"START RequestId: {request_id} Version: {self._version}")

    def end(self, result: InvocationResult, memory_mb: int) -> bytes:
        """Write END and REPORT; return the last 4 KB of what this invocation wrote."""
        self.write(f"END RequestId: {result.request_id}", report_line(result, memory_mb))
        return bytes(self._tail)
