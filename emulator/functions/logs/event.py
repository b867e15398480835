"""One event of a log: a line of a file, taken apart."""

from dataclasses import dataclass
from datetime import datetime

STAMP_LENGTH = 24
"""Of `2026-01-02T03:04:05.678Z`, which every line begins with."""


@dataclass(frozen=True)
class LogEvent:
    """What was logged, when, and where in its stream it stands."""

    stamp: str
    stream: str
    part: int
    offset: int
    text: str
    """As it stands in the file, without its time: one line, whose own lines are joined by carriage returns."""

    @property
    def message(self) -> str:
        """Return what was logged, with its lines as lines."""
        return self.text.rstrip("\r").replace("\r", "\n")

    @property
    def time(self) -> datetime:
        return datetime.fromisoformat(self.stamp)

    @property
    def millis(self) -> int:
        """Return the time as AWS's answers have it."""
        return round(self.time.timestamp() * 1000)


def is_stamp(text: bytes) -> bool:
    """Tell whether *text* is the time that a line begins with; an editor may have made lines without."""
    return len(text) == STAMP_LENGTH and text[4:5] == text[7:8] == b"-" and text[10:11] == b"T" and text[23:24] == b"Z"
