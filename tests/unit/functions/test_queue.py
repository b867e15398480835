"""The queue keeps every event until its result is known."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule
from hypothesis.strategies import sampled_from

from emulator.functions.events.queue import RETRY_SECONDS, FailedInvocation, InvocationQueue
from emulator.state import Database

START = datetime(2026, 1, 1, tzinfo=UTC)


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


def add(queue: InvocationQueue, database: Database, function: str = "f", payload: bytes = b"{}") -> str:
    with database.transaction() as transaction:
        return queue.add(transaction, function, payload, "test")


def test_events_come_out_in_the_order_they_went_in(queue: InvocationQueue, database: Database) -> None:
    """Fair, and what people expect of a folder."""
    added = [add(queue, database, payload=str(number).encode()) for number in range(3)]

    claimed = [queue.claim({}, 8) for _ in range(3)]

    assert [one.invocation.request_id for one in claimed if one] == added
    assert [one.invocation.payload for one in claimed if one] == [b"0", b"1", b"2"]
    assert queue.claim({}, 8) is None


def test_an_event_that_was_not_committed_was_never_there(queue: InvocationQueue, database: Database) -> None:
    """Index row and event are one transaction: none without the other."""
    with pytest.raises(ZeroDivisionError), database.transaction() as transaction:
        queue.add(transaction, "f", b"{}", "test")
        _ = 1 / 0

    assert queue.claim({}, 8) is None


def test_a_failed_event_is_tried_after_one_and_after_two_minutes_then_given_up(
    queue: InvocationQueue, database: Database, clock: Clock
) -> None:
    """Lambda's rule for asynchronous invocations."""
    request_id = add(queue, database)

    for wait in RETRY_SECONDS:
        claimed = queue.claim({}, 8)
        assert claimed
        assert queue.try_again(claimed, "boom")
        clock.pass_seconds(wait - 1)
        assert queue.claim({}, 8) is None
        clock.pass_seconds(1)
    last = queue.claim({}, 8)

    assert last
    assert (last.invocation.request_id, last.attempt) == (request_id, 3)
    assert not queue.try_again(last, "boom")
    assert [(one.request_id, one.error) for one in queue.report_failed()] == [(request_id, "boom")]
    assert queue.report_failed() == []


def test_an_event_that_is_tried_again_is_told_with_its_reason_until_it_runs(
    queue: InvocationQueue, database: Database, clock: Clock
) -> None:
    """Who waits for it should not have to wait three minutes to learn of a typing mistake in the handler."""
    request_id = add(queue, database)
    add(queue, database, "untouched")
    claimed = queue.claim({}, 8)
    assert claimed
    queue.try_again(claimed, "boom")
    clock.pass_seconds(20)

    told = queue.retried()

    assert told == [FailedInvocation(request_id, "f", "test", "boom", next_try_seconds=RETRY_SECONDS[0] - 20)]
    clock.pass_seconds(RETRY_SECONDS[0])
    while queue.claim({}, 8):
        pass
    assert queue.retried() == []


def test_a_full_function_does_not_hold_up_others(queue: InvocationQueue, database: Database) -> None:
    """One slow function must not be everybody's."""
    add(queue, database, "slow")
    quick = add(queue, database, "quick")

    claimed = queue.claim({"slow": 2}, 2)

    assert claimed
    assert claimed.invocation.request_id == quick


def test_what_a_killed_server_had_in_hand_comes_back(queue: InvocationQueue, database: Database) -> None:
    """At least once: a row is settled only after its result is known."""
    request_id = add(queue, database)
    queue.claim({}, 8)

    recovered = queue.recover()
    again = queue.claim({}, 8)

    assert recovered == 1
    assert again
    assert again.invocation.request_id == request_id


def test_settled_events_are_forgotten_after_a_day(queue: InvocationQueue, database: Database, clock: Clock) -> None:
    """The state file must not grow for ever."""
    add(queue, database)
    claimed = queue.claim({}, 8)
    assert claimed
    queue.settle(claimed.invocation.request_id)

    clock.pass_seconds(25 * 3600)
    queue.recover()

    assert sum(queue.counts().values()) == 0


def test_a_server_that_runs_for_days_forgets_settled_events_too(
    queue: InvocationQueue, database: Database, clock: Clock
) -> None:
    """Not only a restart may shrink the state file."""
    for _ in range(2):
        add(queue, database)
        claimed = queue.claim({}, 8)
        assert claimed
        queue.settle(claimed.invocation.request_id)
        clock.pass_seconds(25 * 3600)

    assert queue.counts()["done"] == 1


def test_what_an_ending_server_gives_back_has_lost_no_try(queue: InvocationQueue, database: Database) -> None:
    """The handler did not fail: all three tries are still to come."""
    add(queue, database)

    for _ in range(3):
        claimed = queue.claim({}, 8)
        assert claimed
        queue.release(claimed.invocation.request_id)
    again = queue.claim({}, 8)

    assert again
    assert again.attempt == 1


class QueueModel(RuleBasedStateMachine):
    """Whatever happens in whatever order, every event is in exactly one place and none is lost."""

    events = Bundle("events")

    def __init__(self) -> None:
        super().__init__()
        import tempfile

        self.folder = tempfile.TemporaryDirectory()
        self.clock = Clock()
        self.database = Database(Path(self.folder.name) / "state.db")
        self.queue = InvocationQueue(self.database, 1.0, self.clock)
        self.expected: dict[str, str] = {}
        self.attempts: dict[str, int] = {}

    @rule(target=events, function=sampled_from(["f", "g"]))
    def add(self, function: str) -> str:
        request_id = add(self.queue, self.database, function)
        self.expected[request_id] = "queued"
        self.attempts[request_id] = 0
        return request_id

    @rule(ending=sampled_from(["done", "fail", "crash"]))
    def work(self, ending: str) -> None:
        claimed = self.queue.claim({}, 8)
        if claimed is None:
            return
        request_id = claimed.invocation.request_id
        assert self.expected[request_id] == "queued"
        self.attempts[request_id] += 1
        assert claimed.attempt == self.attempts[request_id]
        if ending == "done":
            self.queue.settle(request_id)
            self.expected[request_id] = "done"
        elif ending == "fail":
            again = self.queue.try_again(claimed, "boom")
            assert again == (claimed.attempt <= len(RETRY_SECONDS))
            self.expected[request_id] = "queued" if again else "failed"
        else:
            self.expected[request_id] = "running"

    @rule()
    def restart(self) -> None:
        running = [request_id for request_id, state in self.expected.items() if state == "running"]
        assert self.queue.recover() == len(running)
        self.expected.update(dict.fromkeys(running, "queued"))

    @rule(seconds=sampled_from([1, 60, 120]))
    def time_passes(self, seconds: int) -> None:
        self.clock.pass_seconds(seconds)

    @invariant()
    def every_event_is_where_it_should_be(self) -> None:
        rows = self.database.rows("SELECT request_id, state FROM invocation")
        assert {row["request_id"]: row["state"] for row in rows} == self.expected

    def teardown(self) -> None:
        self.database.close()
        self.folder.cleanup()


TestQueueModel = QueueModel.TestCase
TestQueueModel.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)
