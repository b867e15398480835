"""Triggers beside each other, and beside what deletes their function: real records, no engine."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from emulator.cloud import Cloud
from emulator.errors import NotFoundError
from emulator.functions import Function
from emulator.functions.alias import Alias
from emulator.pipeline.scheduling import ScheduleTriggers
from emulator.pipeline.triggers import Triggers
from emulator.schedules import Target
from emulator.settings import Settings

FUNCTION = Function("tidy", "python3.11", "app.handler", "", "", 0, "r", datetime(2026, 1, 1, tzinfo=UTC))
ARN = "arn:aws:lambda:us-east-1:000000000000:function:tidy"
OFTEN = "rate(5 minutes)"


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    """A home whose engine nobody asks."""
    with Cloud(Settings.from_environment({"CLOUDLET_HOME": str(tmp_path / "home")})) as cloud:
        cloud.buckets.create_bucket("raw")
        cloud.functions.repository.save(FUNCTION)
        cloud.functions.aliases.save(Alias("tidy", "live", "$LATEST", "r"))
        yield cloud


@pytest.fixture
def triggers(cloud: Cloud) -> Triggers:
    return cloud.triggers


@pytest.fixture
def scheduled(cloud: Cloud) -> ScheduleTriggers:
    return cloud.schedule_triggers


def test_a_list_that_is_made_beside_a_removal_is_a_list(scheduled: ScheduleTriggers) -> None:
    """Of what was there at one moment or another, never an error."""

    def come_and_go() -> None:
        for _ in range(60):
            scheduled.remove(scheduled.add("tidy", OFTEN).id)

    seen = set()
    with ThreadPoolExecutor() as threads:
        changing = threads.submit(come_and_go)
        while not changing.done():
            seen.add(len(scheduled.list()))

    changing.result()
    assert seen <= {0, 1}


def test_a_trigger_that_is_added_while_its_function_is_deleted_does_not_stay(cloud: Cloud) -> None:
    """Each event for it would be given up, one by one."""
    for _ in range(40):
        cloud.functions.repository.save(FUNCTION)
        together = threading.Barrier(3)

        def add(schedule: str | None, together: threading.Barrier = together) -> None:
            together.wait()
            try:
                if schedule:
                    cloud.schedule_triggers.add("tidy", schedule)
                else:
                    cloud.triggers.add("tidy", "raw")
            except NotFoundError:
                return

        with ThreadPoolExecutor() as threads:
            adding = [threads.submit(add, OFTEN), threads.submit(add, None)]
            together.wait()
            cloud.triggers.delete_function("tidy")
            for one in adding:
                one.result()

        assert [*cloud.triggers.list(), *cloud.schedule_triggers.list(), *cloud.schedules.rules()] == []


def test_a_function_whose_triggers_cannot_be_removed_stays(cloud: Cloud, triggers: Triggers) -> None:
    """All of it goes, or nothing."""
    triggers.add("tidy", "raw")
    with cloud.database.transaction() as transaction:
        transaction.execute(
            "CREATE TRIGGER broken BEFORE DELETE ON notification BEGIN SELECT RAISE(ABORT, 'disk'); END"
        )

    with pytest.raises(Exception, match="disk"):
        triggers.delete_function("tidy")

    assert cloud.functions.find("tidy") == FUNCTION
    assert len(triggers.list("tidy")) == 1


def test_an_alias_takes_its_triggers_and_its_url_along(cloud: Cloud, triggers: Triggers) -> None:
    """Those of others stay; so does a rule that somebody made, without it."""
    cloud.function_urls.create("tidy", "NONE", qualifier="live")
    kept_url = cloud.function_urls.create("tidy", "NONE")
    triggers.add("tidy:live", "raw", prefix="a/")
    kept = triggers.add("tidy", "raw", prefix="b/")
    triggers.scheduled.add("tidy:live", OFTEN)
    cloud.schedules.put_rule("mine", OFTEN)
    cloud.schedules.put_targets("mine", [Target("1", f"{ARN}:live"), Target("2", ARN)])

    triggers.delete_alias("tidy", "live")

    assert triggers.list() == [kept]
    assert triggers.scheduled.list() == []
    assert [(aim.rule.name, aim.target.id) for aim in cloud.schedules.with_targets()] == [("mine", "2")]
    assert cloud.function_urls.list("tidy") == [kept_url]


def test_a_rule_that_is_no_trigger_is_not_removed_as_one(cloud: Cloud, triggers: Triggers) -> None:
    cloud.schedules.put_rule("mine", OFTEN)

    with pytest.raises(NotFoundError):
        triggers.remove("mine")

    assert [rule.name for rule in cloud.schedules.rules()] == ["mine"]
