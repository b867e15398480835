"""`cloudlet events`: what was given up can be seen, and tried again, with and without a server."""

import json

from emulator.functions.event_config import EventInvokeConfig
from tests.conftest import wait_for
from tests.integration.pipeline.conftest import House


def test_what_was_given_up_is_listed_shown_and_replayed(house: House) -> None:
    """The way back after a mistake: look, repair, replay. With the server down it waits for the next start."""
    raw, results = house.bucket("raw"), house.bucket("results")
    function = house.deploy("objects", timeout_seconds=30)
    house.trigger(function, "raw")
    house.cloud.functions.repository.save_event_config(function.name, "$LATEST", EventInvokeConfig(max_retries=0))
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
    assert "asked to fail" in text

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
    with house.cloud.database.transaction() as transaction:
        request_id = house.cloud.queue.add(transaction, function.name, b"{}", "test")
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
