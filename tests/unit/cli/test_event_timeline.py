"""`cloudlet events show` and `list`: where an event's time went, for people and for scripts."""

import dataclasses
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.commands.events import timeline
from cli.output import table_lines
from emulator.functions import Function
from emulator.functions.event_config import EventInvokeConfig
from emulator.functions.events.event import Arrival
from emulator.functions.events.history import EventHistory
from emulator.functions.events.queue import InvocationQueue
from emulator.functions.events.verdict import Judge
from emulator.functions.records import InvocationResult, Outcome
from emulator.state import Database
from tests.unit.cli.conftest import Cloudlet

START = datetime(2026, 1, 1, 12, 0, 0, 100_000, tzinfo=UTC)
DROPPED = "2026-01-01T12:00:00.090Z"


class Story:
    """The queue of the home that the commands see, with a clock of its own."""

    def __init__(self, database: Database) -> None:
        self.now = START
        self.queue = InvocationQueue(database, 1.0, lambda: self.now)

    def drop(self) -> str:
        payload = json.dumps({"Records": [{"eventTime": DROPPED}]}).encode()
        return self.queue.enqueue(Arrival("resize", payload, "s3://raw/a.txt ObjectCreated:Put"))

    def try_it(self, *, well: bool, after: float, seconds: float, destination: str = "") -> None:
        self.now += timedelta(seconds=after)
        (queued,) = self.queue.claim({}, 1)
        function = Function("resize", "python3.11", "app.handler", "", "", 0, "", START)
        config = EventInvokeConfig(max_retries=2, on_success=destination)
        self.now += timedelta(seconds=seconds)
        result = InvocationResult(queued.invocation.request_id, b'"fine"', duration_ms=seconds * 900)
        if not well:
            error = b'{"errorType": "ValueError", "errorMessage": "too small"}'
            result = dataclasses.replace(result, payload=error, outcome=Outcome.ERROR, error_type="ValueError")
        self.queue.settle([Judge(queued, function, config, "us-east-1", 1.0).ended(result, self.now)])


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    (tmp_path / "home").mkdir()
    database = Database(tmp_path / "home" / "state.db")
    yield database
    database.close()


@pytest.fixture
def story(database: Database) -> Story:
    return Story(database)


def test_the_timeline_tells_where_the_time_went(story: Story, cloudlet: Cloudlet) -> None:
    """Drop, event, waits, tries, result and destination, each in a line with its duration."""
    request_id = story.drop()
    story.try_it(well=False, after=0.005, seconds=0.02)
    story.try_it(well=True, after=60, seconds=1.5, destination="arn:aws:s3:::ends")

    shown = cloudlet("events", "show", request_id)

    assert shown.exit_code == 0, shown.stderr
    lines = shown.stdout.splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("2026-01-01 UTC"))
    assert lines[first].split() == ["2026-01-01", "UTC", "AFTER", "STEP", "TOOK", "WHAT"]
    steps = [[cell for cell in line.split("  ") if cell] for line in lines[first + 1 : first + 8]]
    assert [[cell.strip() for cell in step] for step in steps[:-1]] == [
        ["12:00:00.090", "+0 ms", "drop", "10 ms", "s3://raw/a.txt ObjectCreated:Put"],
        ["12:00:00.100", "+10 ms", "event", "5 ms", "queued for resize"],
        ["12:00:00.105", "+15 ms", "try 1", "20 ms", "failed: ValueError: too small, handler 18 ms"],
        ["12:00:00.125", "+35 ms", "wait", "1 min 0 s"],
        ["12:01:00.125", "+1 min 0 s", "try 2", "1.50 s", "success, handler 1.35 s"],
        ["12:01:01.625", "+1 min 2 s", "result", "1 min 2 s", "done"],
    ]
    assert "told" in steps[-1][2]
    assert "arn:aws:s3:::ends as aws/lambda/async/resize/2026/01/01/" in steps[-1][-1]
    assert steps[-1][-1].endswith("(not there: on its way)")
    assert '"eventTime": "2026-01-01T12:00:00.090Z"' in shown.stdout
    assert "Result" in [line.split(" ")[0] for line in lines[:first]], "the timeline is last, where a terminal shows it"


def test_the_timeline_fits_into_80_columns(story: Story, database: Database) -> None:
    """What has no room beside the figures goes on below itself, with no word lost."""
    request_id = story.drop()
    for _ in range(3):
        story.try_it(well=False, after=200, seconds=123)
    found = EventHistory(database, lambda: story.now).show(request_id)

    lines = [*table_lines(*timeline.table(found, story.now), 80)]

    assert max(map(len, lines)) <= 80
    assert "".join(lines).count("small") == 3
    assert "RetriesExhausted" in "".join(lines)


def test_an_event_that_waits_says_when_it_is_tried_next(story: Story, cloudlet: Cloudlet) -> None:
    """One that is overdue needs a server, not patience."""
    request_id = story.drop()
    story.try_it(well=False, after=0, seconds=0.02)

    assert "due; it begins when a server has room for it" in cloudlet("events", "show", request_id).stdout


def test_scripts_get_the_same_as_members(story: Story, cloudlet: Cloudlet) -> None:
    """Times to the millisecond, durations as numbers."""
    request_id = story.drop()
    story.try_it(well=False, after=0.005, seconds=0.02)
    story.try_it(well=True, after=60, seconds=1.5)

    document = json.loads(cloudlet("events", "show", request_id, "--output", "json").stdout)

    assert document["Tries"] == [
        {
            "Attempt": 1,
            "BegunAt": "2026-01-01T12:00:00.105Z",
            "EndedAt": "2026-01-01T12:00:00.125Z",
            "DurationSeconds": 0.02,
            "HandlerMilliseconds": 18.0,
            "Outcome": "Failed",
            "Error": "ValueError: too small",
        },
        {
            "Attempt": 2,
            "BegunAt": "2026-01-01T12:01:00.125Z",
            "EndedAt": "2026-01-01T12:01:01.625Z",
            "DurationSeconds": 1.5,
            "HandlerMilliseconds": 1350.0,
            "Outcome": "Success",
        },
    ]
    assert document["DurationSeconds"] == 61.525
    assert {"RequestId", "FunctionName", "State", "Attempts", "Source", "QueuedAt", "SettledAt"} <= document.keys()


def test_a_list_says_how_long_each_took(story: Story, cloudlet: Cloudlet) -> None:
    """From when it was queued to its end; one without an end has a dash."""
    done = story.drop()
    story.try_it(well=True, after=0.5, seconds=1.5)
    waiting = story.drop()

    lines = cloudlet("events", "list").stdout.splitlines()

    assert lines[0].split()[:7] == ["ID", "FUNCTION", "STATE", "TRIES", "QUEUED", "TOOK", "SOURCE"]
    took = {line.split()[0]: line[lines[0].index("TOOK") :].split("  ")[0].strip() for line in lines[1:]}
    assert took == {done: "2.00 s", waiting: "-"}
