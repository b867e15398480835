"""How each try of an event went is written with the try, and can be looked at for as long as the event."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.commands.events.timeline import table
from emulator.functions import Function
from emulator.functions.event_config import EventInvokeConfig
from emulator.functions.events.event import Arrival
from emulator.functions.events.history import EventDetails, EventHistory
from emulator.functions.events.queue import InvocationQueue
from emulator.functions.events.tries import MOST_TRIES, TryOutcome
from emulator.functions.events.verdict import Judge
from emulator.functions.records import InvocationResult, Outcome
from emulator.state import Database

START = datetime(2026, 1, 1, tzinfo=UTC)


class Desk:
    """A queue with one event in it, a clock that a test moves, and what is known of the event."""

    def __init__(self, database: Database) -> None:
        self.now = START
        self.queue = InvocationQueue(database, 1.0, lambda: self.now)
        self.history = EventHistory(database, lambda: self.now)
        self.request_id = self.queue.enqueue(Arrival("f", b"{}", "test"))

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def claim(self, config: EventInvokeConfig | None = None) -> Judge:
        (queued,) = (one for one in self.queue.claim({}, 1) if one.function == "f")
        function = Function("f", "python3.11", "app.handler", "", "", 0, "", START)
        return Judge(queued, function, config or EventInvokeConfig(), "us-east-1", 1.0)

    def end(self, judge: Judge, *, well: bool, handler_ms: float = 0.0, init_ms: float | None = None) -> None:
        result = InvocationResult(self.request_id, b'"answer"', duration_ms=handler_ms, init_ms=init_ms)
        if not well:
            result = dataclasses.replace(
                result, payload=b'{"errorType": "E", "errorMessage": "no"}', outcome=Outcome.ERROR, error_type="E"
            )
        self.queue.settle([judge.ended(result, self.now)])

    def refuse(self, judge: Judge) -> None:
        self.queue.settle([judge.refused("NoWorker: none", self.now)])

    def seen(self) -> EventDetails:
        return self.history.show(self.request_id)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "state.db")
    yield database
    database.close()


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def test_each_try_says_when_it_began_how_long_it_took_and_what_came_of_it(desk: Desk) -> None:
    """One that no handler saw, one that failed, one that went well: in that order, each with its own figures."""
    desk.wait(2)
    judge = desk.claim()
    desk.wait(0.25)
    desk.refuse(judge)
    desk.wait(1)
    judge = desk.claim()
    desk.wait(3.5)
    desk.end(judge, well=False, handler_ms=3000.5, init_ms=400.25)
    desk.wait(60)
    judge = desk.claim()
    desk.wait(0.125)
    desk.end(judge, well=True, handler_ms=12)

    seen = desk.seen()

    assert [
        (one.begun_at, one.seconds, one.attempt, one.handler_ms, one.init_ms, one.error, one.outcome)
        for one in seen.tries
    ] == [
        (START + timedelta(seconds=2), 0.25, None, None, None, "NoWorker: none", TryOutcome.UNSEEN),
        (START + timedelta(seconds=3.25), 3.5, 1, 3000.5, 400.25, "E: no", TryOutcome.FAILED),
        (START + timedelta(seconds=66.75), 0.125, 2, 12, None, None, TryOutcome.SUCCESS),
    ]
    assert seen.event.seconds == 66.875


def test_a_try_that_is_under_way_says_since_when(desk: Desk) -> None:
    """Until it ends, or is given back: then it was none."""
    desk.wait(5)
    desk.claim()

    assert desk.seen().event.begun_at == START + timedelta(seconds=5)
    assert desk.seen().event.seconds is None

    desk.queue.release([desk.request_id])

    assert (desk.seen().event.begun_at, desk.seen().tries) == (None, ())


def test_an_event_that_is_given_up_untried_had_no_try(desk: Desk) -> None:
    """It ended, but nobody tried it."""
    verdict = desk.claim().before(desk.now, reserved=0, may_loop=False)
    assert verdict is not None
    desk.queue.settle([verdict])

    assert desk.seen().event.state == "failed"
    assert desk.seen().tries == ()


def test_a_try_from_before_an_upgrade_has_an_end_but_no_beginning(desk: Desk, database: Database) -> None:
    """An older cloudlet took the event and did not write down when."""
    judge = desk.claim()
    with database.transaction() as transaction:
        transaction.execute("UPDATE invocation SET begun_at = NULL")
    desk.wait(1)
    desk.end(judge, well=True)

    (only,) = desk.seen().tries

    assert (only.begun_at, only.seconds, only.ended_at) == (None, None, START + timedelta(seconds=1))
    assert timeline_of(desk)[-2:] == [["try 1", "-"], ["result", "1.00 s"]]


def timeline_of(desk: Desk) -> list[list[str]]:
    _, rows = table(desk.seen(), desk.now)
    return [[row[2], row[3]] for row in rows]


def test_only_the_last_tries_are_kept(desk: Desk) -> None:
    """Six hours without a worker must not grow a row for ever."""
    for _ in range(MOST_TRIES + 5):
        desk.refuse(desk.claim(EventInvokeConfig(max_age_seconds=21600)))
        desk.wait(300)

    tries = desk.seen().tries

    assert len(tries) == MOST_TRIES
    assert tries[0].begun_at == START + timedelta(seconds=5 * 300)
    assert ["…", "-"] in timeline_of(desk)
    assert tries[-1].begun_at == START + timedelta(seconds=(MOST_TRIES + 4) * 300)


def test_a_replay_begins_a_new_story(desk: Desk) -> None:
    """What it took counts from the replay: nobody worked on it in between."""
    desk.end(desk.claim(), well=True)
    desk.wait(3600)
    desk.history.replay(desk.request_id)
    replayed = desk.now
    judge = desk.claim()
    desk.wait(0.5)
    desk.end(judge, well=True)

    seen = desk.seen()

    assert (seen.event.replayed_at, seen.event.seconds) == (replayed, 0.5)
    assert [one.attempt for one in seen.tries] == [1]


def test_who_was_told_of_the_end_is_written_with_it(desk: Desk) -> None:
    """A function by an event whose id is named, a bucket by an object whose key is named."""
    function, bucket = "arn:aws:lambda:us-east-1:000000000000:function:next", "arn:aws:s3:::ends/here"
    desk.end(desk.claim(EventInvokeConfig(on_success=function)), well=True)
    (to_function,) = desk.seen().told
    first = desk.history.show(to_function.place).event

    assert (to_function.target, first.function) == (function, "next")

    desk.request_id = desk.queue.enqueue(Arrival("f", b"{}", "test"))
    desk.end(desk.claim(EventInvokeConfig(on_success=bucket)), well=True)
    (to_bucket,) = desk.seen().told
    (delivery,) = desk.queue.outbox.due()

    assert to_bucket.target == bucket
    assert to_bucket.place == delivery.key
