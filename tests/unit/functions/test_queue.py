"""The queue keeps every event until its result is known, and tells of its end exactly when it is written."""

import dataclasses
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from emulator.functions import Function
from emulator.functions.event_config import EventInvokeConfig
from emulator.functions.events.event import Arrival, FailedInvocation, QueuedInvocation
from emulator.functions.events.history import (
    AmbiguousEventError,
    Choice,
    EventHistory,
    EventIsRunningError,
    EventNotFoundError,
    InvalidTokenError,
)
from emulator.functions.events.queue import LONGEST_KEPT_RESULT_BYTES, InvocationQueue
from emulator.functions.events.retention import DONE_KEPT_EVENTS, DONE_KEPT_SECONDS, FAILED_KEPT_SECONDS
from emulator.functions.events.uptime import NOTED_EVERY_SECONDS
from emulator.functions.events.verdict import RETRY_SECONDS, Judge, Verdict
from emulator.functions.records import InvocationResult, Outcome
from emulator.state import Database

START = datetime(2026, 1, 1, tzinfo=UTC)
ERROR = json.dumps({"errorType": "ValueError", "errorMessage": "boom"}).encode()


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "state.db")
    yield database
    database.close()


@pytest.fixture
def queue(database: Database, clock: Clock) -> InvocationQueue:
    return InvocationQueue(database, 1.0, clock)


@pytest.fixture
def history(database: Database, clock: Clock) -> EventHistory:
    return EventHistory(database, clock)


def add(queue: InvocationQueue, database: Database, function: str = "f", payload: bytes = b"{}") -> str:
    with database.transaction() as transaction:
        return queue.add(transaction, Arrival(function, payload, "test"))


def claim(queue: InvocationQueue) -> QueuedInvocation:
    (claimed,) = queue.claim({}, 1)
    return claimed


def judge(queued: QueuedInvocation, config: EventInvokeConfig | None = None, dead_letter_arn: str = "") -> Judge:
    function = Function(
        queued.function, "python3.11", "app.handler", "", "", 0, "", START, dead_letter_arn=dead_letter_arn
    )
    return Judge(queued, function, config or EventInvokeConfig(), "us-east-1", 1.0)


def good(queued: QueuedInvocation, answer: bytes = b"{}") -> InvocationResult:
    return InvocationResult(queued.invocation.request_id, answer)


def bad(queued: QueuedInvocation) -> InvocationResult:
    return dataclasses.replace(good(queued, ERROR), outcome=Outcome.ERROR, error_type="ValueError")


def handle(queue: InvocationQueue, *, well: bool = True) -> Verdict:
    """Claim the next event and settle it."""
    queued = claim(queue)
    result = good(queued) if well else bad(queued)
    verdict = judge(queued, EventInvokeConfig(max_retries=0)).ended(result, queue.clock())
    queue.settle([verdict])
    return verdict


def test_events_come_out_in_the_order_they_went_in(queue: InvocationQueue, database: Database) -> None:
    """Fair, and what people expect of a folder."""
    added = [add(queue, database, payload=str(number).encode()) for number in range(3)]

    claimed = queue.claim({}, 8)

    assert [one.invocation.request_id for one in claimed] == added
    assert [one.invocation.payload for one in claimed] == [b"0", b"1", b"2"]
    assert queue.claim({}, 8) == []


def test_an_event_that_was_not_committed_was_never_there(queue: InvocationQueue, database: Database) -> None:
    """Index row and event are one transaction: none without the other."""
    with pytest.raises(ZeroDivisionError), database.transaction() as transaction:
        queue.add(transaction, Arrival("f", b"{}", "test"))
        _ = 1 / 0

    assert queue.claim({}, 8) == []


def test_a_failed_event_is_tried_after_one_and_after_two_minutes_then_given_up(
    queue: InvocationQueue, database: Database, clock: Clock
) -> None:
    """Lambda's rule for asynchronous invocations."""
    request_id = add(queue, database)

    for wait in RETRY_SECONDS:
        queued = claim(queue)
        queue.settle([judge(queued).ended(bad(queued), clock())])
        clock.pass_seconds(wait - 1)
        assert queue.claim({}, 8) == []
        clock.pass_seconds(1)
    last = claim(queue)
    queue.settle([judge(last).ended(bad(last), clock())])

    assert (last.invocation.request_id, last.attempt) == (request_id, 3)
    assert [(one.request_id, one.error) for one in queue.report_failed()] == [(request_id, "ValueError: boom")]
    assert queue.report_failed() == []


def test_an_event_that_is_tried_again_is_told_with_its_reason_until_it_runs(
    queue: InvocationQueue, database: Database, clock: Clock
) -> None:
    """Who waits for it should not have to wait three minutes to learn of a typing mistake in the handler."""
    request_id = add(queue, database)
    add(queue, database, "untouched")
    queued = claim_of(queue, "f")
    queue.settle([judge(queued).ended(bad(queued), clock())])
    clock.pass_seconds(20)

    told = queue.retried()

    expected = FailedInvocation(request_id, "f", "test", "ValueError: boom", next_try_seconds=RETRY_SECONDS[0] - 20)
    assert told == [expected]
    clock.pass_seconds(RETRY_SECONDS[0])
    assert queue.claim({}, 8)
    assert queue.retried() == []


def claim_of(queue: InvocationQueue, function: str) -> QueuedInvocation:
    return next(one for one in queue.claim({}, 1) if one.function == function)


def test_a_full_function_does_not_hold_up_others(queue: InvocationQueue, database: Database) -> None:
    """One slow function must not be everybody's."""
    for _ in range(20):
        add(queue, database, "slow")
    quick = add(queue, database, "quick")

    claimed = queue.claim({"slow": 2}, 2)

    assert [one.invocation.request_id for one in claimed] == [quick]


def test_no_more_is_taken_than_reserved_concurrency_has_room_for(queue: InvocationQueue, database: Database) -> None:
    """What is taken beyond it would only be throttled."""
    for _ in range(5):
        add(queue, database, "narrow")
        add(queue, database, "wide")

    claimed = queue.claim({"narrow": 1}, 4, {"narrow": 3})

    assert sorted(one.function for one in claimed) == ["narrow"] * 2 + ["wide"] * 4


def test_events_of_a_function_that_may_not_run_are_taken_to_be_given_up(
    queue: InvocationQueue, database: Database
) -> None:
    """A reserved concurrency of 0 is no reason to wait for ever."""
    request_id = add(queue, database)

    (claimed,) = queue.claim({}, 4, {"f": 0})

    assert claimed.invocation.request_id == request_id


def test_what_a_killed_server_had_in_hand_comes_back_and_has_lost_no_try(
    queue: InvocationQueue, database: Database
) -> None:
    """At least once: a row is settled only after its result is known. The kill is no failure of the handler's."""
    request_id = add(queue, database)
    claim(queue)

    recovered = queue.recover()
    again = claim(queue)

    assert recovered == 1
    assert (again.invocation.request_id, again.attempt) == (request_id, 1)


def test_an_event_does_not_grow_older_while_no_server_runs(
    queue: InvocationQueue, database: Database, clock: Clock
) -> None:
    """A laptop that was shut for the night loses nothing that was queued in the evening, with or without a server."""
    queue.recover()
    add(queue, database)
    clock.pass_seconds(3600)
    queue.uptime.note_now()
    add(queue, database)
    clock.pass_seconds(12 * 3600)
    queue.recover()

    with_server, without = queue.claim({}, 2)

    assert [clock.now.timestamp() - one.aged_from for one in (with_server, without)] == [3600, 0]
    assert judge(with_server).before(clock(), None, may_loop=False) is None


def test_an_event_grows_older_through_restarts(queue: InvocationQueue, database: Database, clock: Clock) -> None:
    """A server that is started twice a day would else never give up what waits for a worker."""
    queue.recover()
    add(queue, database)
    for _ in range(2):
        for _ in range(2160):
            clock.pass_seconds(10)
            queue.uptime.note()
        queue.recover()

    queued = claim(queue)

    verdict = judge(queued).before(clock(), None, may_loop=False)
    assert verdict is not None
    assert verdict.condition == "EventAgeExceeded"


def test_a_server_that_is_alive_is_noted_now_and_then(queue: InvocationQueue, clock: Clock) -> None:
    """Not at each of its thousand looks at the queue a minute; but a clock that was put back is noted."""
    moments = []
    for seconds in (0, 1, NOTED_EVERY_SECONDS, 1, -3600):
        clock.pass_seconds(seconds)
        queue.uptime.note()
        moments.append(clock.now.timestamp() == queue.uptime.last_seen())

    assert moments == [True, False, True, False, True]


@pytest.mark.parametrize(("well", "kept_seconds"), [(True, DONE_KEPT_SECONDS), (False, FAILED_KEPT_SECONDS)])
def test_settled_events_are_forgotten_in_the_end(
    queue: InvocationQueue, database: Database, clock: Clock, well: bool, kept_seconds: int
) -> None:
    """The state file must not grow for ever; what failed is kept longer, since somebody may want to replay it."""
    add(queue, database)
    handle(queue, well=well)

    clock.pass_seconds(kept_seconds - 1)
    queue.recover()
    kept = sum(queue.counts().values())
    clock.pass_seconds(2)
    queue.recover()

    assert (kept, sum(queue.counts().values())) == (1, 0)


def test_no_more_done_events_are_kept_than_anybody_looks_at(
    queue: InvocationQueue, database: Database, clock: Clock, history: EventHistory
) -> None:
    """A day of a busy function would be gigabytes. The oldest go, and none that failed."""
    add(queue, database)
    handle(queue, well=False)
    with database.transaction() as transaction:
        transaction.executemany(
            "INSERT INTO invocation (request_id, function, payload, source, state, created_at, not_before, settled_at)"
            " VALUES (?1, 'f', x'', '', 'done', ?2, ?2, ?2)",
            ((f"old-{number}", START.timestamp() + number / 1e5) for number in range(DONE_KEPT_EVENTS + 10)),
        )
    clock.pass_seconds(1)
    newest = add(queue, database)

    handle(queue)

    kept = history.list(most=2 * DONE_KEPT_EVENTS).events
    done = [one.request_id for one in kept if one.state == "done"]
    assert (len(done), done[0], done[-1]) == (DONE_KEPT_EVENTS, newest, "old-11")
    assert queue.counts() == {"queued": 0, "running": 0, "done": DONE_KEPT_EVENTS, "failed": 1}


def test_a_server_that_runs_for_days_forgets_settled_events_too(
    queue: InvocationQueue, database: Database, clock: Clock
) -> None:
    """Not only a restart may shrink the state file."""
    for _ in range(2):
        add(queue, database)
        handle(queue)
        clock.pass_seconds(DONE_KEPT_SECONDS + 1)

    assert queue.counts()["done"] == 1


def test_what_an_ending_server_gives_back_has_lost_no_try(queue: InvocationQueue, database: Database) -> None:
    """The handler did not fail: all three tries are still to come."""
    add(queue, database)

    for _ in range(3):
        queue.release([claim(queue).invocation.request_id])
    again = claim(queue)

    assert again.attempt == 1


def test_the_end_and_what_is_told_of_it_are_written_together_or_not_at_all(
    queue: InvocationQueue, database: Database, clock: Clock
) -> None:
    """A crash in between would lose the record, or tell of an event that is handled again."""
    add(queue, database)
    queued = claim(queue)
    config = EventInvokeConfig(on_success="arn:aws:lambda:us-east-1:000000000000:function:next:live")
    with database.transaction() as transaction:
        transaction.execute(
            "CREATE TRIGGER full BEFORE INSERT ON invocation BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
        )

    with pytest.raises(Exception, match="disk is full"):
        queue.settle([judge(queued, config).ended(good(queued), clock())])
    before = queue.counts()
    with database.transaction() as transaction:
        transaction.execute("DROP TRIGGER full")
    queue.settle([judge(queued, config).ended(good(queued), clock())])
    told = claim(queue)

    assert (before["running"], before["done"]) == (1, 0)
    assert (told.function, told.invocation.qualifier) == ("next", "live")
    record = json.loads(told.invocation.payload)
    assert record["requestContext"]["requestId"] == queued.invocation.request_id
    assert record["requestContext"]["condition"] == "Success"


def test_a_dead_letter_to_a_function_has_its_attributes_in_the_client_context(
    queue: InvocationQueue, database: Database, clock: Clock
) -> None:
    """The payload is the bare event, as on AWS; what SQS has as attributes has to be somewhere."""
    request_id = add(queue, database, payload=b'{"a": 1}')
    queued = claim(queue)
    asked = judge(queued, EventInvokeConfig(max_retries=0), "arn:aws:lambda:us-east-1:000000000000:function:morgue")
    queue.settle([asked.ended(bad(queued), clock())])

    told = claim(queue)

    assert (told.function, told.invocation.payload) == ("morgue", b'{"a": 1}')
    assert json.loads(told.invocation.client_context or "") == {
        "custom": {"RequestID": request_id, "ErrorCode": "200", "ErrorMessage": "ValueError: boom"}
    }


def test_an_answer_that_is_too_long_is_not_kept(
    queue: InvocationQueue, database: Database, clock: Clock, history: EventHistory
) -> None:
    """The state file is no store of results."""
    kept, dropped = add(queue, database), add(queue, database)
    for queued, size in zip(
        queue.claim({}, 8), (LONGEST_KEPT_RESULT_BYTES, LONGEST_KEPT_RESULT_BYTES + 1), strict=True
    ):
        queue.settle([judge(queued).ended(good(queued, b"1" * size), clock())])

    assert history.show(kept).result == b"1" * LONGEST_KEPT_RESULT_BYTES
    assert history.show(dropped).result is None


def test_a_replay_keeps_the_request_id_and_counts_anew(
    queue: InvocationQueue, database: Database, clock: Clock, history: EventHistory
) -> None:
    """The same event, once more with all its tries."""
    request_id = add(queue, database, payload=b'{"a": 1}')
    handle(queue, well=False)
    assert len(queue.report_failed()) == 1
    clock.pass_seconds(DONE_KEPT_SECONDS)

    history.replay(request_id)
    queued = claim(queue)
    verdict = judge(queued).ended(bad(queued), clock())

    assert (queued.invocation.request_id, queued.invocation.payload, queued.attempt) == (request_id, b'{"a": 1}', 1)
    assert verdict.state == "queued"
    assert judge(queued).before(clock(), None, may_loop=False) is None


def test_only_what_failed_since_then_is_replayed(
    queue: InvocationQueue, database: Database, clock: Clock, history: EventHistory
) -> None:
    """Yesterday's failures may be of no interest, what went well is not to be repeated."""
    for well in (False, True):
        add(queue, database)
        handle(queue, well=well)
    clock.pass_seconds(3600)
    wanted = [add(queue, database, function) for function in ("f", "g")]
    for _ in wanted:
        queued = queue.claim({}, 1)
        queue.settle([judge(one, EventInvokeConfig(max_retries=0)).ended(bad(one), clock()) for one in queued])

    of_g = history.replay_failed("g", clock.now - timedelta(minutes=1))
    rest = history.replay_failed(None, clock.now - timedelta(minutes=1))

    assert [*rest, *of_g] == wanted
    assert queue.counts() == {"queued": 2, "running": 0, "done": 1, "failed": 1}


def test_what_runs_or_is_unknown_is_not_replayed(
    queue: InvocationQueue, database: Database, history: EventHistory
) -> None:
    """It would run twice at once."""
    request_id = add(queue, database)
    claim(queue)

    with pytest.raises(EventIsRunningError):
        history.replay(request_id)
    with pytest.raises(EventNotFoundError):
        history.replay("nobody")


def test_events_are_listed_by_state_function_and_age(
    queue: InvocationQueue, database: Database, clock: Clock, history: EventHistory
) -> None:
    """The newest first."""
    old = add(queue, database)
    handle(queue, well=False)
    clock.pass_seconds(3600)
    of_g, newest = add(queue, database, "g"), add(queue, database)

    def ids(**asked: Any) -> list[str]:
        return [one.request_id for one in history.list(Choice(**asked)).events]

    assert ids() == [newest, of_g, old]
    assert ids(state="failed") == [old]
    assert ids(function="g") == [of_g]
    assert ids(since=clock.now) == [newest, of_g]
    assert history.list(Choice(state="failed")).events[0].error == "ValueError: boom"


def test_a_long_list_comes_in_pages(
    queue: InvocationQueue, database: Database, clock: Clock, history: EventHistory
) -> None:
    """Also where many were queued at one moment; what is new meanwhile moves nothing."""
    added = []
    for number in range(7):
        added.append(add(queue, database))
        clock.pass_seconds(number % 3)
    pages, token = [], None
    while True:
        page = history.list(most=3, token=token)
        pages.append([one.request_id for one in page.events])
        add(queue, database)
        if (token := page.next_token) is None:
            break

    assert pages == [added[:3:-1], added[3:0:-1], added[:1]]


def test_a_token_that_no_listing_gave_is_refused(history: EventHistory) -> None:
    """Not taken for the beginning."""
    for token in ("", "x", "0x1p0", "nan_1x", f"{'9' * 400}_1"):
        with pytest.raises(InvalidTokenError):
            history.list(token=token)


@pytest.mark.parametrize(
    "choice",
    [
        Choice(),
        Choice(state="failed"),
        Choice(function="f"),
        Choice(since=START),
        Choice(state="done", since=START),
        Choice(function="f", since=START),
    ],
)
def test_a_list_looks_at_no_more_than_it_shows(
    queue: InvocationQueue, database: Database, clock: Clock, history: EventHistory, choice: Choice
) -> None:
    """Of a hundred thousand events the newest are found without sorting all."""
    statements: list[str] = []
    connection = database._connection
    connection.set_trace_callback(statements.append)
    history.list(choice)
    connection.set_trace_callback(None)

    (asked,) = statements
    plan = [row["detail"] for row in database.rows(f"EXPLAIN QUERY PLAN {asked}")]
    assert len(plan) == 1
    assert "USING INDEX" in plan[0]


def test_the_beginning_of_a_request_id_is_enough(
    queue: InvocationQueue, database: Database, history: EventHistory
) -> None:
    """Nobody types 36 digits; but what could be two is neither."""
    with database.transaction() as transaction:
        for request_id in ("aa11", "aa22", "aa2", "b%"):
            queue.add(transaction, Arrival("f", b"{}", "test"))
            transaction.execute("UPDATE invocation SET request_id = ? WHERE length(request_id) = 36", (request_id,))

    assert history.show("aa1").event.request_id == "aa11"
    assert history.show("aa2").event.request_id == "aa2"
    assert history.replay("b") == "b%"
    with pytest.raises(AmbiguousEventError, match="'aa'") as caught:
        history.show("aa")
    assert caught.value.hint == "write more of it: aa11, aa2, aa22, …"
    for unknown in ("", "%", "aa3", "B"):
        with pytest.raises(EventNotFoundError):
            history.show(unknown)


def test_what_a_server_does_all_day_does_not_take_longer_the_more_is_kept(
    queue: InvocationQueue, database: Database
) -> None:
    """The index for lists knows only an event's state: to look for the due or the old in it is to look at all."""
    statements: list[str] = []
    connection = database._connection
    connection.set_trace_callback(statements.append)
    add(queue, database)
    handle(queue)
    queue.seconds_until_due()
    queue.counts()
    queue.report_failed()
    connection.set_trace_callback(None)

    asked = [one for one in statements if not one.startswith(("--", "BEGIN", "COMMIT"))]
    plans = [row["detail"] for one in asked for row in database.rows(f"EXPLAIN QUERY PLAN {one}")]
    assert len(plans) > 10
    assert [plan for plan in plans if "invocation_by_" in plan or plan == "SCAN invocation"] == []
