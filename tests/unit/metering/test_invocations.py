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

    f, g = meter.usage(NOON)

    assert f == FunctionUsage("f", 2, 512 * 200 + 1024 * 300, after(0))
    assert f.gb_seconds == pytest.approx(0.4)
    assert (g.function, g.requests) == ("g", 1)


def test_invocations_are_told_from_the_hour_asked_for(database: Database) -> None:
    """They are kept by the hour: a row for each would outgrow all else."""
    meter = InvocationMeter(database)
    meter.add("f", 128, 1, after(-1))
    meter.add("f", 128, 1, after(5))
    meter.add("f", 128, 1, after(65))

    assert [one.requests for one in meter.usage(after(30))] == [2]
    assert [one.requests for one in meter.usage(after(-30))] == [3]
    assert meter.usage(after(120)) == []


def test_an_invocation_that_cannot_be_counted_is_not_lost(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A full disk: the handler has answered, and its answer goes to the caller."""
    database = Database(tmp_path / "state.db")
    with database.transaction() as transaction:
        transaction.execute(
            "CREATE TRIGGER full BEFORE INSERT ON function_usage BEGIN SELECT RAISE(ABORT, 'full'); END"
        )

    with caplog.at_level(logging.WARNING):
        InvocationMeter(database).add("f", 128, 1, NOON)

    assert "could not be counted" in caplog.text
    assert InvocationMeter(database).usage(NOON) == []
