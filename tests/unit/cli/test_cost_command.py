"""`cloudlet cost` without an engine: what was noted has its price all the same."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.errors import USAGE
from emulator.home import Home
from emulator.metering import InvocationMeter, Meter
from emulator.state import Database
from tests.unit.cli.conftest import Cloudlet


@pytest.fixture
def database(cloudlet: Cloudlet, tmp_path: Path) -> Database:
    """The state file that the commands read."""
    home = Home(tmp_path / "home")
    home.create()
    return Database(home.state_file)


@pytest.fixture
def used(database: Database) -> Database:
    """Two instances that have ended, one of them of a type that nobody sells, and a function."""
    now = datetime.now(UTC)
    meter = Meter(database)
    for instance_id, instance_type in (("i-00000000000000001", "t3.micro"), ("i-00000000000000002", "x9.huge")):
        meter.started(instance_id, instance_type, now - timedelta(hours=3))
        meter.stopped(instance_id, now - timedelta(hours=2))
    invocations = InvocationMeter(database)
    invocations.add("summarize", 1024, 2500, now)
    invocations.flush()
    return database


def test_a_home_in_which_nothing_ran_has_no_bill(cloudlet: Cloudlet, database: Database) -> None:
    """Nor a complaint that there is no engine."""
    outcome = cloudlet("cost")

    assert (outcome.exit_code, outcome.stdout) == (0, "")
    assert outcome.stderr == "nothing has run that would have cost anything\n"


def test_people_are_shown_what_ran_and_what_it_comes_to(cloudlet: Cloudlet, used: Database) -> None:
    """In eighty columns, with a dash where no price is known, the comparison, and that it is an estimate."""
    outcome = cloudlet("cost")

    lines = outcome.stdout.splitlines()
    assert lines[0].split() == ["INSTANCE", "ID", "NAME", "TYPE", "HOURS", "USD/HOUR", "USD"]
    assert lines[1].split() == ["i-00000000000000001", "-", "t3.micro", "1.00", "0.0104", "0.010400"]
    assert lines[2].split() == ["i-00000000000000002", "-", "x9.huge", "1.00", "-", "-"]
    assert lines[5].split() == ["summarize", "1", "2.500", "0.000042"]
    assert lines[7].startswith("TOTAL  $0.010442 from ")
    text = " ".join(lines)
    assert "Not in the total, for want of a price: x9.huge." in text
    assert "1 invocation cost $0.000042, that is $41.87 a million." in text
    assert "A t3.micro that waits for them costs $0.031200 in the same 3.0 h, and $7.59 a month" in text
    assert "An estimate: AWS's on-demand prices in us-east-1 as of 2025-10-28 and 2026-02-09" in text
    assert all(len(line) <= 80 for line in lines)
    assert outcome.stderr == ""


def test_programs_are_given_numbers(cloudlet: Cloudlet, used: Database) -> None:
    """`--query TotalUsd`, say."""
    document = json.loads(cloudlet("cost", "--output", "json").stdout)
    total = cloudlet("cost", "--query", "TotalUsd")
    ids = cloudlet("cost", "-q")

    assert document["TotalUsd"] == json.loads(total.stdout) == pytest.approx(0.010442, abs=1e-6)
    assert document["TypesWithoutPrice"] == ["x9.huge"]
    assert document["Comparison"]["AlwaysOn"]["InstanceType"] == "t3.micro"
    assert ids.stdout.split() == ["i-00000000000000001", "i-00000000000000002", "summarize"]


def test_less_can_be_asked_for(cloudlet: Cloudlet, used: Database) -> None:
    """The instances ended two hours ago."""
    outcome = cloudlet("cost", "--since", "90m", "--query", "[Instances[].InstanceId, Functions[].Invocations]")

    assert json.loads(outcome.stdout) == [[], [1]]


def test_a_moment_that_is_none_is_refused(cloudlet: Cloudlet) -> None:
    """Before anything is looked at."""
    outcome = cloudlet("cost", "--since", "yesterday")

    assert outcome.exit_code == USAGE
    assert outcome.stderr.splitlines()[-1].startswith("hint: write how long ago")


def test_it_is_said_when_nobody_can_see_what_runs(cloudlet: Cloudlet, database: Database) -> None:
    """No engine answers: an instance that is noted to run may be gone."""
    Meter(database).started("i-00000000000000001", "t3.micro", datetime.now(UTC) - timedelta(hours=1))

    outcome = cloudlet("cost")

    assert outcome.exit_code == 0
    assert "i-00000000000000001" in outcome.stdout
    assert outcome.stderr.startswith("warning: the engine does not answer")
