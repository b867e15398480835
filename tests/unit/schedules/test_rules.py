"""The rules of one home: what EventBridge's verbs do, and that each tick is told once."""

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from emulator.errors import EmulatorError, InvalidRequestError
from emulator.pipeline.scheduling import check_target
from emulator.schedules import Rule, Schedules, Target
from emulator.schedules.errors import InvalidRuleError, RuleHasTargetsError, RuleNotFoundError, TooManyTargetsError
from emulator.schedules.event import payload
from emulator.schedules.model import parse_target
from emulator.state import Database

START = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)
ARN = "arn:aws:lambda:us-east-1:000000000000:function:tidy"


class House:
    """Rules with a clock that a test moves, and what they told."""

    def __init__(self, path: Path) -> None:
        self.now = START
        self.database = Database(path)
        self.schedules = Schedules(self.database, lambda: self.now, check_target)
        self.told: list[tuple[str, str, datetime]] = []

    def fire(self) -> int:
        return self.schedules.fire(lambda _, rule, target, tick: self.told.append((rule.name, target.id, tick)))

    def pass_minutes(self, minutes: float) -> None:
        self.now += timedelta(minutes=minutes)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path / "state.db")
    yield house
    house.database.close()


def test_a_rule_is_told_at_each_tick_once(house: House) -> None:
    """
    Each of its targets, at the time that the schedule says.
    """
    house.schedules.put_rule("often", "rate(5 minutes)")
    house.schedules.put_targets("often", [Target("1", ARN), Target("2", f"{ARN}:live")])
    began = START.replace(microsecond=0)

    for _ in range(11):
        house.fire()
        house.fire()
        house.pass_minutes(1)

    assert house.told == [("often", one, began + timedelta(minutes=tick)) for tick in (5, 10) for one in ("1", "2")]


def test_a_late_server_tells_once_and_the_ticks_do_not_drift(house: House) -> None:
    """
    A laptop that slept for an hour makes up for nothing, and goes on in step.
    """
    house.schedules.put_rule("often", "rate(5 minutes)")
    house.schedules.put_targets("often", [Target("1", ARN)])

    house.pass_minutes(62)
    assert house.fire() == 1

    assert house.told == [("often", "1", START.replace(microsecond=0) + timedelta(minutes=5))]
    assert house.schedules.due_at("often") == START.replace(microsecond=0) + timedelta(minutes=65)


def test_what_was_missed_while_no_server_ran_is_skipped(house: House) -> None:
    """
    A week without a server is not two thousand events at its start.
    """
    house.schedules.put_rule("often", "rate(5 minutes)")
    house.schedules.put_targets("often", [Target("1", ARN)])
    house.pass_minutes(60 * 24 * 7 + 1)

    assert house.schedules.skip_missed() == 1
    assert house.fire() == 0

    assert house.told == []
    assert house.schedules.seconds_until_due() == pytest.approx(4 * 60 - 0.678)


def test_a_crash_while_telling_moves_nothing_on(house: House) -> None:
    """
    What is told and the moving on are one transaction: no event is lost, none comes twice.
    """
    house.schedules.put_rule("often", "rate(5 minutes)")
    house.schedules.put_targets("often", [Target("1", ARN), Target("2", ARN)])
    house.pass_minutes(6)
    due = house.schedules.due_at("often")

    def crashes(transaction: sqlite3.Connection, rule: Rule, target: Target, tick: datetime) -> None:
        if target.id == "2":
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        house.schedules.fire(crashes)
    assert house.schedules.due_at("often") == due
    house.fire()

    assert [target for _, target, _ in house.told] == ["1", "2"]


def test_two_servers_at_once_tell_a_tick_once(house: House, tmp_path: Path) -> None:
    """
    Whoever moves the rule on has it.
    """
    other = House(tmp_path / "state.db")
    house.schedules.put_rule("often", "rate(5 minutes)")
    house.schedules.put_targets("often", [Target("1", ARN)])
    house.pass_minutes(6)
    other.now = house.now

    assert house.fire() + other.fire() == 1
    other.database.close()


def test_a_disabled_rule_is_not_due_and_an_enabled_one_counts_anew(house: House) -> None:
    """
    Enabling is no reason for an event at once.
    """
    house.schedules.put_rule("often", "rate(5 minutes)")
    house.schedules.put_targets("often", [Target("1", ARN)])
    house.schedules.disable("often")
    house.pass_minutes(60)

    assert house.fire() == 0
    assert house.schedules.enable("often").state == "ENABLED"
    assert house.schedules.due_at("often") == house.now.replace(microsecond=0) + timedelta(minutes=5)


def test_putting_a_rule_again_keeps_its_ticks_unless_the_schedule_is_another(house: House) -> None:
    """
    A Makefile puts it each time; a rule of an hour would never come due.
    """
    house.schedules.put_rule("hourly", "rate(1 hour)")
    first = house.schedules.due_at("hourly")
    house.pass_minutes(30)

    house.schedules.put_rule("hourly", "rate(1 hour)", description="the same")
    assert house.schedules.due_at("hourly") == first

    house.schedules.put_rule("hourly", "rate(2 hours)")
    assert house.schedules.due_at("hourly") == house.now.replace(microsecond=0) + timedelta(hours=2)


def test_a_rule_that_is_never_due_is_kept_and_never_told(house: House) -> None:
    """
    AWS takes a year that is over.
    """
    house.schedules.put_rule("past", "cron(0 0 1 1 ? 2001)")

    assert house.schedules.due_at("past") is None
    assert house.schedules.seconds_until_due() is None
    assert house.fire() == 0


def test_a_rule_with_targets_stays(house: House) -> None:
    """
    AWS's order: first the targets, then the rule.
    """
    house.schedules.put_rule("often", "rate(5 minutes)")
    house.schedules.put_targets("often", [Target("1", ARN), Target("2", ARN)])

    with pytest.raises(RuleHasTargetsError) as refused:
        house.schedules.delete("often")
    assert refused.value.message == "Rule can't be deleted since it has targets."
    assert house.schedules.remove_targets("often", ["1", "2", "3"]) == ["3"]
    house.schedules.delete("often")

    assert house.schedules.rules() == []
    house.schedules.delete("often")  # as on AWS: it is gone


def test_a_rule_that_is_not_here_is_awss_error(house: House) -> None:
    """
    In its own words, with the name that was meant.
    """
    house.schedules.put_rule("often", "rate(5 minutes)")

    for call in (
        lambda: house.schedules.find("oftn"),
        lambda: house.schedules.enable("oftn"),
        lambda: house.schedules.put_targets("oftn", [Target("1", ARN)]),
        lambda: house.schedules.targets("oftn"),
        lambda: house.schedules.remove_targets("oftn", ["1"]),
    ):
        with pytest.raises(RuleNotFoundError) as refused:
            call()
        assert refused.value.message == "Rule oftn does not exist on EventBus default."
        assert refused.value.code == "ResourceNotFoundException"
        assert refused.value.hint == "did you mean often?"


def test_a_rule_has_five_targets_at_most(house: House) -> None:
    """
    Replacing one of five is no sixth.
    """
    house.schedules.put_rule("often", "rate(5 minutes)")
    house.schedules.put_targets("often", [Target(str(number), ARN) for number in range(5)])

    house.schedules.put_targets("often", [Target("4", ARN, "{}")])
    with pytest.raises(TooManyTargetsError):
        house.schedules.put_targets("often", [Target("5", ARN)])

    assert [target.input for target in house.schedules.targets("often")] == [None] * 4 + ["{}"]


@pytest.mark.parametrize(
    ("name", "settings", "words"),
    [
        ("no spaces", {}, "at 'name' failed to satisfy constraint"),
        ("n" * 65, {}, "length less than or equal to 64"),
        ("often", {"state": "ON"}, "enum value set: [DISABLED, ENABLED]"),
        ("often", {"description": "d" * 513}, "length less than or equal to 512"),
    ],
)
def test_a_rule_that_aws_refuses_is_refused(house: House, name: str, settings: dict[str, str], words: str) -> None:
    """
    With its code.
    """
    with pytest.raises(InvalidRequestError) as refused:
        house.schedules.put_rule(name, "rate(5 minutes)", **settings)  # type: ignore[arg-type]

    assert words in refused.value.message
    assert refused.value.code == "ValidationException"
    assert house.schedules.rules() == []


def test_a_rule_needs_a_schedule(house: House) -> None:
    """
    There are no other events here.
    """
    with pytest.raises(InvalidRuleError, match="EventPattern or ScheduleExpression must be specified"):
        house.schedules.put_rule("often", None)


@pytest.mark.parametrize(
    "given",
    [
        {"Id": "1"},
        {"Arn": ARN},
        {"Id": "a b", "Arn": ARN},
        {"Id": "1", "Arn": ARN, "Input": "no json"},
        {"Id": "1", "Arn": ARN, "Input": '"half an emoji: \ud83d"'},
        {"Id": "1", "Arn": ARN, "Input": json.dumps("x" * 8192)},
        {"Id": "1", "Arn": ARN, "InputPath": "$.detail"},
        {"Id": "1", "Arn": "arn:aws:sqs:us-east-1:000000000000:queue"},
        {"Id": "1", "Arn": "tidy"},
        {"Id": "1", "Arn": "arn:aws:lambda:us-east-1:000000000000:function:" + "x" * 65},
    ],
)
def test_a_target_that_cannot_be_told_is_refused(house: House, given: dict[str, str]) -> None:
    """
    Before it is written: a rule that silently does nothing is worse.
    """
    house.schedules.put_rule("often", "rate(5 minutes)")

    with pytest.raises(EmulatorError):
        house.schedules.put_targets("often", [parse_target(given)])

    assert house.schedules.targets("often") == []


def test_the_event_is_eventbridges() -> None:
    """
    Handlers read its fields.
    """
    rule = Rule("often", "rate(5 minutes)")

    event = json.loads(payload(rule, Target("1", ARN), START, "eu-west-1"))

    assert len(event.pop("id")) == 36
    assert event == {
        "version": "0",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "000000000000",
        "time": "2026-01-02T03:04:05Z",
        "region": "eu-west-1",
        "resources": ["arn:aws:events:eu-west-1:000000000000:rule/often"],
        "detail": {},
    }
    assert payload(rule, Target("1", ARN, '{"a": 1}'), START, "eu-west-1") == b'{"a": 1}'
