"""A log group in a folder of its own, and streams that write to it at times of the test's choosing."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from emulator.functions.definition import Function, LoggingConfig
from emulator.functions.logs.event import LogEvent
from emulator.functions.logs.group import LogGroup, LogGroups
from emulator.functions.logs.names import group_parts
from emulator.functions.logs.reader import LogReader
from emulator.functions.logs.stream import LogStream

NOW = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)
REGION = "us-east-1"


def a_function(logging: LoggingConfig | None = None, name: str = "resize", package_type: str = "Zip") -> Function:
    return Function(
        name=name,
        runtime="python3.11",
        handler="app.handler",
        code_id="c",
        code_sha256="s",
        code_size_bytes=1,
        revision_id="r",
        last_modified=NOW,
        package_type=package_type,
        logging=logging or LoggingConfig(),
    )


class Shelf:
    """Logs of a home, and the time."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.now = NOW
        self.groups = LogGroups(root, 10**9)

    def bound(self, most_bytes: int) -> None:
        self.groups = LogGroups(self.root, most_bytes)

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)

    def stream(self, function: Function | None = None) -> LogStream:
        return LogStream(self.groups, function or a_function(), REGION, lambda: self.now)

    def group(self, name: str = "/aws/lambda/resize") -> LogGroup:
        return self.groups.group(group_parts(name))

    def reader(self, since: datetime | None = None, wanted: Callable[[str], bool] | None = None) -> LogReader:
        return LogReader(self.group(), since, wanted)

    def messages(self) -> list[str]:
        return [event.text for event in self.reader().new_events()]


def texts(events: Iterable[LogEvent]) -> list[str]:
    return [event.text for event in events]


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "logs")
