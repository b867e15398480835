"""`cloudlet events`: what was given up can be seen, and tried again, with and without a server."""

import json

from emulator.functions.event_config import EventInvokeConfig
from emulator.functions.events.event import Arrival
from tests.conftest import wait_for
from tests.integration.pipeline.conftest import House


def test_what_was_given_up_is_listed_shown_and_replayed(house: House) -> None:
    """The way back after a mistake: look, repair, replay. With the server down it waits for the next start."""
    raw, results = house.bucket("raw"), house.bucket("results")
    function = house.deploy("objects", timeout_seconds=30)
    house.trigger(function, "raw")
    house.cloud.functions.event_configs.save(function.name, EventInvokeConfig(max_retries=0))
    house.start()
    (raw / "a.txt").write_text("fail")
    house.settle()

    failed = house.run("events", "list", "--state", "failed", "--quiet").stdout.split()
    table = house.run("events", "list").stdout
    shown = json.loads(house.run("events", "show", *failed, "--output", "json").stdout)
    text = house.run("events", "show", *failed).stdout

    assert len(failed) == 1
    assert "ValueError: asked to fail" in table
    assert (shown["State"], shown["Attempts"], shown["Condition"]) == ("failed", 1, "RetriesExhausted")
    assert shown["Payload"]["Records"][0]["s3"]["object"]["key"] == "a.txt"
    assert shown["Result"]["errorMessage"] == "asked to fail"
    assert shown["Source"] == "s3://raw/a.txt ObjectCreated:Put"
    assert "failed: ValueError: asked to fail, handler " in text
    (only,) = shown["Tries"]
    assert (only["Attempt"], only["Outcome"], only["Error"]) == (1, "Failed", "ValueError: asked to fail")
    assert 0 < only["HandlerMilliseconds"] <= only["DurationSeconds"] * 1000 + 1
    assert only["DurationSeconds"] <= shown["DurationSeconds"]
    steps = [line.split() for line in text.splitlines() if " +" in line]
    assert [{"drop", "event", "try", "result"} & set(step) for step in steps] == [
        {"drop"},
        {"event"},
        {"try"},
        {"result"},
    ]

    house.stop()
    again = house.run("events", "replay", "--failed")
    waiting = house.cloud.queue.counts()["queued"]
    (raw / "a.txt").write_text("mended")
    house.start()
    house.settle()

    assert again.stdout.split() == failed
    assert "when the server runs" in again.stderr
    assert waiting == 1
    assert house.cloud.event_history.show(failed[0]).event.state == "done"
    assert (results / "a.txt").read_text() == "MENDED"


def test_a_replay_reaches_a_running_server(house: House) -> None:
    """Also one of an event that went well, by its id."""
    function = house.deploy("faults", "app.good")
    request_id = house.cloud.queue.enqueue(Arrival(function.name, b"{}", "test"))
    house.start()
    house.settle()

    done = house.run("events", "replay", request_id)

    assert done.returncode == 0, done.stderr
    wait_for(lambda: house.handled(function) == [request_id] * 2)


def test_what_makes_no_sense_is_refused_with_a_way_out(house: House) -> None:
    """Exit codes are for scripts, hints for people."""
    unknown = house.run("events", "show", "nobody")
    both = house.run("events", "replay", "x", "--failed")
    neither = house.run("events", "replay")
    state = house.run("events", "list", "--state", "lost")
    empty = house.run("events", "list", "--output", "json")

    assert [one.returncode for one in (unknown, both, neither, state, empty)] == [1, 2, 2, 2, 0]
    assert "cloudlet events list" in unknown.stderr
    assert "queued, running, done, failed" in state.stderr
    assert json.loads(empty.stdout) == {"Events": []}


def test_a_long_list_says_where_it_goes_on(house: House) -> None:
    """A screenful, not a hundred thousand lines; and the beginning of an id is enough to look at one."""
    added = [house.cloud.queue.enqueue(Arrival("f", b"{}", str(number))) for number in range(105)]

    first = house.run("events", "list", "--quiet")
    page = json.loads(house.run("events", "list", "--max-items", "60", "--output", "json").stdout)
    rest = house.run("events", "list", "--starting-token", page["NextToken"], "--output", "json")
    shown = json.loads(house.run("events", "show", added[7][:18], "--output", "json").stdout)

    assert first.stdout.split() == added[:4:-1]
    assert "100 of them; go on with --starting-token" in first.stderr
    listed = page["Events"] + json.loads(rest.stdout)["Events"]
    assert [one["RequestId"] for one in listed] == added[::-1]
    assert "NextToken" not in json.loads(rest.stdout)
    assert (shown["RequestId"], shown["Source"]) == (added[7], "7")


def test_who_waits_is_told_of_a_few_failures_and_how_many_more(house: House) -> None:
    """Three thousand lines say no more than five."""
    function = house.deploy("faults", "app.raises")
    house.cloud.functions.event_configs.save(function.name, EventInvokeConfig(max_retries=0))
    added = [house.cloud.queue.enqueue(Arrival(function.name, b"{}", "test")) for _ in range(8)]
    house.start()

    waited = house.run("wait", "--timeout", "60")

    assert waited.returncode == 1
    assert waited.stderr.count("gave up on test: ValueError: Handler fails") == 5
    assert sum(request_id in waited.stderr for request_id in added) == 5
    assert "3 more were given up" in waited.stderr
