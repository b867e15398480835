"""What functions did, hour by hour."""

import logging
from pathlib import Path

import pytest

from emulator.metering import FunctionUsage, InvocationMeter
from emulator.state import Database
from tests.unit.metering.conftest import NOON, after


def test_invocations_add_up(database: Database) -> None:
    """Each with the memory that the function had then: 512 MB for 200 ms and 1024 MB for 300 ms are 0.4 GB-s."""
    meter = InvocationMeter(database)
    meter.add("f", 512, 200, after(0))
    meter.add("f", 1024, 300, after(90))
    meter.add("g", 128, 1, after(0))
    meter.flush()
    meter.add("g", 128, 1, after(1))
    meter.flush()

    f, g = meter.usage(NOON)

    assert f == FunctionUsage("f", 2, 512 * 200 + 1024 * 300, after(0))
    assert f.gb_seconds == pytest.approx(0.4)
    assert (g.function, g.requests) == ("g", 2)


def test_invocations_are_told_from_the_hour_asked_for(database: Database) -> None:
    """They are kept by the hour: a row for each would outgrow all else."""
    meter = InvocationMeter(database)
    meter.add("f", 128, 1, after(-1))
    meter.add("f", 128, 1, after(5))
    meter.add("f", 128, 1, after(65))
    meter.flush()

    assert [one.requests for one in meter.usage(after(30))] == [2]
    assert [one.requests for one in meter.usage(after(-30))] == [3]
    assert meter.usage(after(120)) == []


def test_only_the_first_of_several_asks_to_be_written_down(database: Database) -> None:
    """A commit for each invocation would take longer than the invocation; nothing is counted twice."""
    meter = InvocationMeter(database)

    asked = [meter.add("f", 128, 1, after(0)) for _ in range(3)]
    meter.flush()
    meter.flush()

    assert asked == [True, False, False]
    assert [one.requests for one in meter.usage(NOON)] == [3]
    assert meter.add("f", 128, 1, after(0))


def test_an_invocation_that_cannot_be_counted_is_not_lost(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A full disk: the handler has answered, and its answer goes to the caller."""
    database = Database(tmp_path / "state.db")
    with database.transaction() as transaction:
        transaction.execute(
            "CREATE TRIGGER full BEFORE INSERT ON function_usage BEGIN SELECT RAISE(ABORT, 'full'); END"
        )

    meter = InvocationMeter(database)
    meter.add("f", 128, 1, NOON)
    with caplog.at_level(logging.WARNING):
        meter.flush()

    assert "could not be counted" in caplog.text
    assert InvocationMeter(database).usage(NOON) == []
