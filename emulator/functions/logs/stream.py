"""One worker's log stream: plain text, laid out as CloudWatch lays out streams, a line an event, each after its time.

The platform's lines are ours; every other line is what the handler printed, untouched.
"""

import logging
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from emulator.functions.definition import Function
from emulator.functions.logs.group import LogGroups, day_of
from emulator.functions.logs.json_format import JsonFormat
from emulator.functions.logs.levels import ApplicationFilter, is_json
from emulator.functions.logs.names import group_parts
from emulator.functions.logs.report import TextFormat
from emulator.functions.logs.stream_file import StreamFile
from emulator.functions.records import Failure, InvocationResult
from emulator.units import iso_millis

log = logging.getLogger(__name__)

_TAIL_BYTES = 4096
_WARN_EVERY = timedelta(minutes=1)


class LogStream:
    """Where one worker writes. The file is made with its first line; closed with the worker."""

    def __init__(self, groups: LogGroups, function: Function, region: str, clock: Callable[[], datetime]) -> None:
        now = clock()
        self.name = f"{day_of(now)}/{stream_owner(function)}[{function.version}]{secrets.token_hex(16)}"
        self._clock = clock
        self._group = groups.group(group_parts(function.log_group))
        self._file = StreamFile(self._group, self.name)
        self._filter = ApplicationFilter(function.logging)
        self._format: TextFormat | JsonFormat = (
            JsonFormat(function, region, self.name, clock)
            if is_json(function.logging)
            else TextFormat(function, region)
        )
        self._tail = bytearray()
        self._is_lost = False
        self._warn_from = now

    def init_start(self) -> None:
        """Note that a worker begins to load the handler."""
        try:
            self._group.expire(self._clock())
        except OSError as error:
            log.warning("old logs could not be removed: folder=%s reason=%s", self._group.folder, error)
        self._add(self._format.init_start())

    def init_report(self, init_ms: float, failure: Failure | None) -> None:
        """Note how the loading ended."""
        self._add(self._format.init_report(init_ms, failure))

    def begin(self, request_id: str) -> None:
        """Write START; the tail that a caller may ask for begins here."""
        self._tail.clear()
        self._add(self._format.start(request_id))

    def explain(self, *lines: str) -> None:
        """Say in the platform's words why an invocation has no answer, where the format has words for it."""
        self._add(self._format.explain(*lines))

    def write(self, block: bytes) -> None:
        """Add what a handler printed: whole lines, which may be very many."""
        if block := self._filter.filter(block):
            self._append(block)

    def end(self, result: InvocationResult) -> bytes:
        """Write END and REPORT; return the last 4 KB of what this invocation wrote."""
        self._add(self._format.end(result))
        return bytes(self._tail)

    def close(self) -> None:
        """Let go of the file; what is written later opens it again."""
        self._file.close()

    def _add(self, lines: list[str]) -> None:
        if lines:
            self._append("".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape"))

    def _append(self, block: bytes) -> None:
        stamp = f"{iso_millis(self._clock())} ".encode()
        # Not line by line: a handler that prints a hundred megabytes must not hold up every other one.
        text = stamp + block[:-1].replace(b"\n", b"\n" + stamp) + b"\n"
        try:
            self._file.append(text)
        except OSError as error:  # a full disk, say: the invocation goes on
            self._lost(error)
        else:
            self._is_lost = False
        self._tail += block[-_TAIL_BYTES:]
        del self._tail[:-_TAIL_BYTES]

    def _lost(self, error: OSError) -> None:
        """Tell of what could not be written: once, and again only if it was written meanwhile, and not too often."""
        if not self._is_lost and self._clock() >= self._warn_from:
            log.warning("log could not be written: path=%s reason=%s", self._file.path, error)
            self._warn_from = self._clock() + _WARN_EVERY
        self._is_lost = True


def stream_owner(function: Function) -> str:
    """Return what the names of its streams begin with, after the day: in a group of several functions, its name."""
    return function.name if function.logging.group else ""
