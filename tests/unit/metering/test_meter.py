"""When instances ran: told twice, late, by two shells at once, or by nobody."""

import random
import threading
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.metering import Meter, Period
from emulator.resources.tags import forget_tags, write_tags
from emulator.state import Database
from tests.unit.metering.conftest import NOON, after

_EVER = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.fixture
def meter(database: Database) -> Meter:
    return Meter(database)


def _spans(meter: Meter) -> list[tuple[str, float, float | None]]:
    """Return instance, start and end of each period, in minutes after noon."""

    def minutes(moment: datetime) -> float:
        return (moment - NOON).total_seconds() / 60

    return [
        (one.instance_id, minutes(one.started_at), None if one.ended_at is None else minutes(one.ended_at))
        for one in meter.periods(_EVER)
    ]


def test_each_start_is_a_period_of_its_own(meter: Meter) -> None:
    """AWS bills a minute at least for each of them."""
    meter.started("i-1", "t3.micro", after(0))
    meter.stopped("i-1", after(10))
    meter.started("i-1", "t3.small", after(20))

    assert meter.periods(_EVER) == [
        Period("i-1", "t3.micro", None, after(0), after(10)),
        Period("i-1", "t3.small", None, after(20), None),
    ]


def test_the_first_word_counts(meter: Meter) -> None:
    """Two shells start one instance, and two notice that it ended."""
    meter.started("i-1", "t3.micro", after(0))
    meter.started("i-1", "t3.micro", after(1))
    meter.stopped("i-1", after(2))
    meter.stopped("i-1", after(3))

    assert _spans(meter) == [("i-1", 0, 2)]


def test_what_never_started_does_not_stop(meter: Meter) -> None:
    """A home that was lost knows nothing of the instances that are terminated in it."""
    meter.stopped("i-1", after(2))

    assert _spans(meter) == []


def test_no_period_ends_before_it_began(meter: Meter) -> None:
    """A clock may be set back."""
    meter.started("i-1", "t3.micro", after(5))
    meter.stopped("i-1", after(1))

    assert _spans(meter) == [("i-1", 5, 5)]


def test_another_type_ends_the_period_of_the_old_one(meter: Meter) -> None:
    """The stop in between was not heard of; the hours after it have another price."""
    meter.started("i-1", "t3.micro", after(0))
    meter.started("i-1", "m5.large", after(10))

    assert [(one.instance_type, one.ended_at) for one in meter.periods(_EVER)] == [
        ("t3.micro", after(10)),
        ("m5.large", None),
    ]


def test_what_is_seen_corrects_what_was_told(meter: Meter) -> None:
    """A container that the engine stopped, and one that a killed shell had started."""
    meter.started("i-gone", "t3.micro", after(0))
    meter.started("i-here", "t3.micro", after(0))

    meter.observed({"i-here": "t3.micro", "i-new": "t3.nano"}, after(10))

    assert _spans(meter) == [("i-gone", 0, 10), ("i-here", 0, None), ("i-new", 10, None)]


def test_what_began_after_the_look_is_not_taken_for_gone(meter: Meter) -> None:
    """The list was made before the launch, and is heeded after it."""
    meter.started("i-1", "t3.micro", after(10))

    meter.observed({}, after(9))

    assert _spans(meter) == [("i-1", 10, None)]


def test_what_ended_after_the_look_is_not_begun_again(meter: Meter) -> None:
    """The list was made before the stop, and is heeded after it."""
    meter.started("i-1", "t3.micro", after(0))
    meter.stopped("i-1", after(10))

    meter.observed({"i-1": "t3.micro"}, after(9))

    assert _spans(meter) == [("i-1", 0, 10)]


def test_only_what_reaches_into_the_time_asked_for_is_told(meter: Meter) -> None:
    """It is told whole: whether the start counts is for whoever bills."""
    meter.started("i-1", "t3.micro", after(0))
    meter.stopped("i-1", after(10))
    meter.started("i-2", "t3.micro", after(5))
    meter.stopped("i-2", after(15))

    assert [(one.instance_id, one.started_at) for one in meter.periods(after(10))] == [("i-2", after(5))]


def test_a_name_outlives_the_instance(database: Database, meter: Meter) -> None:
    """Tags are forgotten an hour after the end; a bill names what cost the money."""
    with database.transaction() as transaction:
        write_tags(transaction, "i-1", {"Name": "old"})
    meter.started("i-1", "t3.micro", after(0))
    with database.transaction() as transaction:
        write_tags(transaction, "i-1", {"Name": "web"})
    named_while_running = [one.name for one in meter.periods(_EVER)]
    meter.stopped("i-1", after(1))
    with database.transaction() as transaction:
        forget_tags(transaction, "i-1")

    assert named_while_running == ["web"]
    assert [one.name for one in meter.periods(_EVER)] == ["web"]


def test_shells_that_contradict_each_other_leave_at_most_one_open_period(database: Database) -> None:
    """Whoever is last: one instance runs once."""

    def meddle(seed: int) -> None:
        chance, meter = random.Random(seed), Meter(database)
        for minute in range(60):
            deed = chance.randrange(3)
            if deed == 0:
                meter.started("i-1", "t3.micro", after(minute))
            elif deed == 1:
                meter.stopped("i-1", after(minute))
            else:
                meter.observed({"i-1": "t3.micro"} if chance.random() < 0.5 else {}, after(minute))

    shells = [threading.Thread(target=meddle, args=(seed,)) for seed in range(4)]
    for shell in shells:
        shell.start()
    for shell in shells:
        shell.join()

    periods = Meter(database).periods(_EVER)
    assert sum(one.ended_at is None for one in periods) <= 1
    assert all(one.ended_at is None or one.ended_at >= one.started_at for one in periods)


@given(st.lists(st.sampled_from(["started", "stopped", "seen", "missed"]), max_size=12))
def test_an_instance_is_billed_for_the_minutes_after_a_word_that_it_runs(
    tmp_path_factory: pytest.TempPathFactory, words: list[str]
) -> None:
    """Whoever says so and however often; after the last one it runs on."""
    meter = Meter(Database(tmp_path_factory.mktemp("home") / "state.db"))

    for minute, word in enumerate(words):
        if word == "started":
            meter.started("i-1", "t3.micro", after(minute))
        elif word == "stopped":
            meter.stopped("i-1", after(minute))
        else:
            meter.observed({"i-1": "t3.micro"} if word == "seen" else {}, after(minute))

    spans = _spans(meter)
    billed = sum((len(words) if end is None else end) - start for _, start, end in spans)
    assert billed == sum(word in ("started", "seen") for word in words)
    assert all(end is not None for _, _, end in spans[:-1])
