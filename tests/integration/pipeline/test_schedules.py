"""Functions that run by the clock: from the rule to the handler, through the queue that loses nothing."""

import json

from emulator.schedules import Target
from tests.conftest import wait_for
from tests.integration.pipeline.conftest import House

ARN = "arn:aws:lambda:us-east-1:000000000000:function:worker-bee"


def make_due(house: House, rule: str) -> None:
    """Have the clock's hand at a rule's next tick: a test has no minute to wait."""
    with house.cloud.database.transaction() as transaction:
        transaction.execute("UPDATE event_rule SET due_at = unixepoch() - 1 WHERE name = ?", (rule,))


def sources(house: House) -> list[str]:
    return [row["source"] for row in house.cloud.database.rows("SELECT source FROM invocation ORDER BY rowid")]


def test_a_rule_runs_its_targets_when_it_is_due_and_once(house: House) -> None:
    """
    The server notices rules that other processes made, and what it queued is an event like any other.
    """
    function = house.deploy("echo")
    house.start()
    rule = house.cloud.schedules.put_rule("often", "rate(5 minutes)").arn("us-east-1")
    house.cloud.schedules.put_targets("often", [Target("1", ARN), Target("2", ARN, '{"all": [1, 2]}')])

    make_due(house, "often")
    wait_for(lambda: len(sources(house)) == 2)
    house.settle()

    assert len(house.handled(function)) == 2
    assert sources(house) == [f"{rule} rate(5 minutes)"] * 2
    payloads = house.cloud.database.rows("SELECT payload FROM invocation ORDER BY rowid")
    event, own = (json.loads(row["payload"]) for row in payloads)
    assert (event["detail-type"], event["source"], event["resources"]) == (
        "Scheduled Event",
        "aws.events",
        [rule],
    )
    assert own == {"all": [1, 2]}
    due_at = house.cloud.schedules.due_at("often")
    assert due_at is not None
    assert 0 < house.cloud.schedules.seconds_until_due() <= 300  # type: ignore[operator]


def test_what_came_due_while_no_server_ran_is_not_made_up_for(house: House) -> None:
    """
    A Monday begins with no weekend of events; what was queued before a crash is handled all the same.
    """
    function = house.deploy("faults", "app.good")
    trigger = house.cloud.schedule_triggers.add("worker-bee", "rate(1 minute)")
    make_due(house, trigger.id)

    house.start()
    wait_for(lambda: (house.cloud.schedules.seconds_until_due() or 0) > 0)
    assert sources(house) == []

    make_due(house, trigger.id)
    wait_for(lambda: sources(house))
    house.kill()
    house.start()
    house.settle()
    assert len(sources(house)) == 1
    assert len(house.handled(function)) == 1
