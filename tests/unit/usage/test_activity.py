"""Invocations a second, and the queue: from the state file, whoever writes it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from emulator.functions.events.event import Arrival
from emulator.functions.events.queue import InvocationQueue
from emulator.metering import InvocationMeter
from emulator.state import Database
from emulator.usage import ActivityMonitor

START = datetime(2026, 1, 1, 12, 59, 58, tzinfo=UTC)


class Clock:
    """A clock that goes on by what is waited."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "state.db")
    yield database
    database.close()


def _invoke(database: Database, clock: Clock, times: int) -> None:
    """Count invocations as a server does, which is another process."""
    meter = InvocationMeter(database)
    for number in range(times):
        meter.add(f"f{number % 2}", 128, 5, clock())
    meter.flush()


def test_the_rate_is_of_what_ended_since_the_last_look(database: Database) -> None:
    """What was before the first look is not counted, and an hour that ends meanwhile loses nothing."""
    clock = Clock()
    _invoke(database, clock, 1000)
    monitor = ActivityMonitor(InvocationMeter(database), InvocationQueue(database, 1.0, clock), clock, clock.wait)

    clock.wait(2)
    _invoke(database, clock, 10)
    first = monitor.look()
    clock.wait(4)
    _invoke(database, clock, 2)
    second = monitor.look()
    none = monitor.look()

    assert [one.invocations_per_second for one in (first, second, none)] == [5.0, 0.5, 0.0]
    assert clock() == START + timedelta(seconds=7), "the last look waited for a second to pass"


def test_the_queue_is_as_it_stands(database: Database) -> None:
    """Claimed is running, the rest waits."""
    clock = Clock()
    queue = InvocationQueue(database, 1.0, clock)
    monitor = ActivityMonitor(InvocationMeter(database), queue, clock, clock.wait)
    for _ in range(5):
        queue.enqueue(Arrival("f", b"{}", "test"))
    queue.claim({}, 2)

    assert monitor.look().queue == {"queued": 3, "running": 2, "done": 0, "failed": 0}
