"""The dispatcher settles each event by what came of it, and outlives a state file that fails for a while."""

import asyncio
import json
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

from emulator.errors import NotFoundError
from emulator.functions import Function
from emulator.functions.errors import ThrottledError, WorkerStartError
from emulator.functions.event_config import EventInvokeConfig
from emulator.functions.events.dispatcher import Dispatcher
from emulator.functions.events.history import EventHistory
from emulator.functions.events.lineage import MOST_PASSES, passes, traced
from emulator.functions.events.queue import InvocationQueue
from emulator.functions.records import Invocation, InvocationResult, Outcome
from emulator.functions.repository import FunctionRepository
from emulator.functions.workers.pool import WorkerPool
from emulator.state import Database

ARN = "arn:aws:lambda:us-east-1:000000000000:function:f"

_DISK_IS_FULL = """
CREATE TRIGGER full BEFORE UPDATE ON invocation WHEN NEW.state = '{state}'
BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END
"""


async def _nothing() -> None:
    """Take no time."""


class Pool:
    """Answers as it is told to, where a real one would need an engine."""

    def __init__(self, answer: Callable[[], None] = lambda: None, pause: Callable[[], Awaitable[None]] = _nothing):
        self._answer = answer
        self._pause = pause
        self.seen: list[Invocation] = []
        self.running = self.most_running = 0

    async def invoke(self, function: Function, invocation: Invocation) -> InvocationResult:
        self._answer()
        self.seen.append(invocation)
        self.running += 1
        self.most_running = max(self.running, self.most_running)
        await self._pause()
        self.running -= 1
        return InvocationResult(invocation.request_id, b"{}")


class FailingPool(Pool):
    """Its handlers raise."""

    async def invoke(self, function: Function, invocation: Invocation) -> InvocationResult:
        await super().invoke(function, invocation)
        body = json.dumps({"errorType": "ValueError", "errorMessage": "boom"}).encode()
        return InvocationResult(invocation.request_id, body, Outcome.ERROR, "ValueError")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "state.db")
    yield database
    database.close()


@pytest.fixture
def queue(database: Database) -> InvocationQueue:
    return InvocationQueue(database, 0.0, lambda: datetime.now(UTC))


@pytest.fixture
def functions(database: Database) -> FunctionRepository:
    repository = FunctionRepository(database, "us-east-1")
    for name in ("f", "g"):
        repository.save(Function(name, "python3.11", "app.handler", "", "", 0, "", datetime.now(UTC)))
    return repository


@pytest.fixture
def history(database: Database) -> EventHistory:
    return EventHistory(database, lambda: datetime.now(UTC))


def add(queue: InvocationQueue, database: Database, function: str = "f", trace: str = "") -> str:
    with database.transaction() as transaction:
        return queue.add(transaction, function, b"{}", "test", trace=trace)


@pytest.fixture
def dispatch(queue: InvocationQueue, functions: FunctionRepository) -> Callable[..., None]:
    def until(pool: Pool, fact: Callable[[], bool] | None = None, most_each: int = 8) -> None:
        """Dispatch until *fact* is true, or nothing is pending; TimeoutError if it does not become so."""
        asyncio.run(_dispatch(queue, functions, pool, fact or (lambda: queue.pending() == 0), most_each))

    return until


async def _dispatch(
    queue: InvocationQueue, functions: FunctionRepository, pool: Pool, fact: Callable[[], bool], most_each: int
) -> None:
    dispatcher = Dispatcher(queue, cast("WorkerPool", pool), functions, region="us-east-1", most_each=most_each)
    running = asyncio.create_task(dispatcher.run())
    try:
        async with asyncio.timeout(20):
            while not fact():
                assert not running.done()
                await asyncio.sleep(0.01)
    finally:
        running.cancel()
        await dispatcher.finish(0)


Dispatch = Callable[..., None]


@pytest.mark.parametrize(
    "error",
    [
        NotFoundError("could not start a container: No such image"),
        WorkerStartError("the worker ended before it was given the event"),
        ThrottledError("ReservedFunctionConcurrentInvocationLimitExceeded"),
    ],
)
def test_what_no_handler_has_seen_is_no_attempt(
    queue: InvocationQueue, database: Database, dispatch: Dispatch, history: EventHistory, error: Exception
) -> None:
    """However often a worker cannot be had: the event is not given up, and all its tries are still to come."""
    refusals = [error] * 5

    def refuse() -> None:
        if refusals:
            raise refusals.pop()

    request_id = add(queue, database)

    dispatch(Pool(refuse))

    event = history.show(request_id).event
    assert (event.state, event.attempts) == ("done", 1)


def test_a_fault_of_ours_leaves_no_event_under_way(
    queue: InvocationQueue, database: Database, dispatch: Dispatch
) -> None:
    """It is tried again like any other failure, and given up in the end: `cloudlet wait` must not wait for ever."""

    def fails() -> None:
        raise OSError("No space left on device")

    add(queue, database)

    dispatch(Pool(fails))

    assert [failed.error for failed in queue.report_failed()] == ["OSError: No space left on device"]


def test_an_event_of_a_deleted_function_is_given_up_and_kept(
    queue: InvocationQueue, database: Database, dispatch: Dispatch, history: EventHistory
) -> None:
    """It can be replayed once the function is there again."""
    request_id = add(queue, database, "deleted")

    dispatch(Pool())

    event = history.show(request_id).event
    assert (event.state, event.attempts, event.condition) == ("failed", 0, "FunctionNotFound")


@pytest.mark.parametrize("state", ["running", "done"])
def test_a_state_file_that_fails_for_a_while_stops_nothing(
    queue: InvocationQueue, database: Database, dispatch: Dispatch, state: str
) -> None:
    """Once there is room on the disk again, events are claimed and settled as if nothing had been."""
    asked: list[str] = []
    with database.transaction() as transaction:
        transaction.execute(_DISK_IS_FULL.format(state=state))
    add(queue, database)
    pool = Pool()

    def is_done() -> bool:
        asked.append("")
        if len(asked) == 10:
            with database.transaction() as transaction:
                transaction.execute("DROP TRIGGER full")
        return queue.counts()["done"] == 1

    dispatch(pool, is_done)

    with pytest.raises(sqlite3.Error), database.transaction() as transaction:
        transaction.execute("DROP TRIGGER full")
    assert len(pool.seen) == 1


def test_no_more_runs_at_once_than_is_reserved(
    queue: InvocationQueue, database: Database, dispatch: Dispatch, functions: FunctionRepository
) -> None:
    """What would only be throttled is not begun."""
    functions.reserve("f", 2)
    for _ in range(10):
        add(queue, database)
    pool = Pool(pause=lambda: asyncio.sleep(0.01))

    dispatch(pool)

    assert (len(pool.seen), pool.most_running) == (10, 2)


def test_without_any_concurrency_an_event_is_given_up_untried(
    queue: InvocationQueue, database: Database, dispatch: Dispatch, functions: FunctionRepository
) -> None:
    """AWS's record of it: no invocation was made, and so nothing answered."""
    functions.reserve("f", 0)
    functions.save_event_config("f", "$LATEST", EventInvokeConfig(on_failure=f"{ARN[:-1]}g"))
    request_id = add(queue, database)
    pool = Pool()

    dispatch(pool)

    (told,) = pool.seen
    record = json.loads(told.payload)
    assert record["requestContext"] == {
        "requestId": request_id,
        "functionArn": f"{ARN}:$LATEST",
        "condition": "ZeroReservedConcurrency",
        "approximateInvokeCount": 0,
    }
    assert not record.keys() & {"responseContext", "responsePayload"}


def test_the_record_of_a_failure_is_as_on_aws(
    queue: InvocationQueue, database: Database, dispatch: Dispatch, functions: FunctionRepository
) -> None:
    """Programs read it."""
    functions.save_event_config("f", "$LATEST", EventInvokeConfig(on_failure="arn:aws:s3:::failures/of"))
    request_id = add(queue, database)

    dispatch(FailingPool())

    (delivery,) = queue.outbox.due()
    record = json.loads(delivery.body)
    datetime.fromisoformat(record.pop("timestamp"))
    assert record == {
        "version": "1.0",
        "requestContext": {
            "requestId": request_id,
            "functionArn": f"{ARN}:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": 3,
        },
        "requestPayload": {},
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "responsePayload": {"errorType": "ValueError", "errorMessage": "boom"},
    }
    assert (delivery.bucket, delivery.key.split("/")[:5]) == ("failures", ["of", "aws", "lambda", "async", "f"])


def test_each_try_has_the_same_lineage_and_one_pass_more_than_the_event(
    queue: InvocationQueue, database: Database, dispatch: Dispatch
) -> None:
    """A handler that fails three times is no loop."""
    add(queue, database, trace=traced("", ARN, "4f1d0a52-0000-4000-8000-000000000000"))
    pool = FailingPool()

    dispatch(pool)

    assert [passes(one.trace, ARN) for one in pool.seen] == [2, 2, 2]
    roots = {one.trace.partition(";")[0] for one in pool.seen}
    assert roots == {"Root=1-4f1d0a52-000040008000000000000000"}


def test_a_loop_is_stopped_and_told_of_once(
    queue: InvocationQueue, database: Database, dispatch: Dispatch, functions: FunctionRepository, history: EventHistory
) -> None:
    """A function that is told of its own loops would be a loop again, without any handler in it."""
    functions.save_event_config("f", "$LATEST", EventInvokeConfig(on_failure=ARN))
    add(queue, database)
    pool = FailingPool()

    dispatch(pool)

    failed = history.list(state="failed")
    assert len({one.request_id for one in pool.seen}) == MOST_PASSES
    assert [one.condition for one in failed] == ["RecursiveInvocation"] * 2 + ["RetriesExhausted"] * MOST_PASSES
    assert "RecursiveInvocationException" in (failed[0].error or "")


def test_a_loop_that_is_allowed_goes_on(
    queue: InvocationQueue, database: Database, dispatch: Dispatch, functions: FunctionRepository
) -> None:
    """Some are meant, and end by themselves."""
    functions.set_recursive_loop("f", "Allow")
    trace = ""
    for _ in range(MOST_PASSES):
        trace = traced(trace, ARN, "4f1d0a52-0000-4000-8000-000000000000")
    add(queue, database, trace=trace)
    pool = Pool()

    dispatch(pool)

    assert [passes(one.trace, ARN) for one in pool.seen] == [MOST_PASSES + 1]
