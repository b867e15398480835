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
from emulator.functions.events.event import Arrival
from emulator.functions.events.history import Choice, EventHistory
from emulator.functions.events.lineage import MOST_PASSES, passes, traced
from emulator.functions.events.queue import InvocationQueue
from emulator.functions.events.reason import LONGEST_REASON
from emulator.functions.function_records import FunctionRecords
from emulator.functions.records import Invocation, InvocationResult, Outcome
from emulator.functions.workers.pool import WorkerPool
from emulator.state import Database
from emulator.state.writer import Writer
from tests.unit.functions.test_rounds import until

ARN = "arn:aws:lambda:us-east-1:000000000000:function:f"

_FILE_FAILS = """
CREATE TRIGGER fails BEFORE UPDATE ON invocation WHEN NEW.state = '{state}'
BEGIN SELECT json('an error of the class that a full disk has'); END
"""

_NOT_TO_BE_WRITTEN = """
CREATE TRIGGER refused BEFORE UPDATE ON invocation WHEN NEW.state = 'done' AND NEW.function = 'f'
BEGIN SELECT RAISE(ABORT, 'this cannot be written'); END
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

    def __init__(self, message: str = "boom"):
        super().__init__()
        self._message = message

    async def invoke(self, function: Function, invocation: Invocation) -> InvocationResult:
        await super().invoke(function, invocation)
        body = json.dumps({"errorType": "ValueError", "errorMessage": self._message}).encode()
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
def records(database: Database) -> FunctionRecords:
    records = FunctionRecords(database, "us-east-1")
    for name in ("f", "g"):
        records.functions.save(Function(name, "python3.11", "app.handler", "", "", 0, "", datetime.now(UTC)))
    return records


@pytest.fixture
def history(database: Database) -> EventHistory:
    return EventHistory(database, lambda: datetime.now(UTC))


def add(queue: InvocationQueue, database: Database, function: str = "f", trace: str = "") -> str:
    with database.transaction() as transaction:
        return queue.add(transaction, Arrival(function, b"{}", "test", trace=trace))


@pytest.fixture
def dispatch(queue: InvocationQueue, records: FunctionRecords) -> Callable[..., None]:
    def until(pool: Pool, fact: Callable[[], bool] | None = None, most_each: int = 8) -> None:
        """Dispatch until *fact* is true, or nothing is pending; TimeoutError if it does not become so."""
        asyncio.run(_dispatch(queue, records, pool, fact or (lambda: queue.pending() == 0), most_each))

    return until


async def _dispatch(
    queue: InvocationQueue, records: FunctionRecords, pool: Pool, fact: Callable[[], bool], most_each: int
) -> None:
    writer = Writer()
    dispatcher = Dispatcher(queue, cast("WorkerPool", pool), records, writer, most_each=most_each)
    dispatcher.rounds.start()
    try:
        await until(fact)
    finally:
        await dispatcher.rounds.stop()
        await dispatcher.finish(0)
        await writer.close()


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
        transaction.execute(_FILE_FAILS.format(state=state))
    add(queue, database)
    pool = Pool()

    def is_done() -> bool:
        asked.append("")
        if len(asked) == 10:
            with database.transaction() as transaction:
                transaction.execute("DROP TRIGGER fails")
        return queue.counts()["done"] == 1

    dispatch(pool, is_done)

    with pytest.raises(sqlite3.Error), database.transaction() as transaction:
        transaction.execute("DROP TRIGGER fails")
    assert len(pool.seen) == 1


def test_no_more_runs_at_once_than_is_reserved(
    queue: InvocationQueue, database: Database, dispatch: Dispatch, records: FunctionRecords
) -> None:
    """What would only be throttled is not begun."""
    records.concurrency.reserve("f", 2)
    for _ in range(10):
        add(queue, database)
    pool = Pool(pause=lambda: asyncio.sleep(0.01))

    dispatch(pool)

    assert (len(pool.seen), pool.most_running) == (10, 2)


def test_without_any_concurrency_an_event_is_given_up_untried(
    queue: InvocationQueue, database: Database, dispatch: Dispatch, records: FunctionRecords
) -> None:
    """AWS's record of it: no invocation was made, and so nothing answered."""
    records.concurrency.reserve("f", 0)
    records.event_configs.save("f", EventInvokeConfig(on_failure=f"{ARN[:-1]}g"))
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
    queue: InvocationQueue, database: Database, dispatch: Dispatch, records: FunctionRecords
) -> None:
    """Programs read it."""
    records.event_configs.save("f", EventInvokeConfig(on_failure="arn:aws:s3:::failures/of"))
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
    queue: InvocationQueue, database: Database, dispatch: Dispatch, records: FunctionRecords, history: EventHistory
) -> None:
    """A function that is told of its own loops would be a loop again, without any handler in it."""
    records.event_configs.save("f", EventInvokeConfig(on_failure=ARN))
    add(queue, database)
    pool = FailingPool()

    dispatch(pool)

    failed = history.list(Choice(state="failed")).events
    assert len({one.request_id for one in pool.seen}) == MOST_PASSES
    assert [one.condition for one in failed] == ["RecursiveInvocation"] * 2 + ["RetriesExhausted"] * MOST_PASSES
    assert "RecursiveInvocationException" in (failed[0].error or "")


def test_a_loop_that_is_allowed_goes_on(
    queue: InvocationQueue, database: Database, dispatch: Dispatch, records: FunctionRecords
) -> None:
    """Some are meant, and end by themselves."""
    records.recursion.set("f", "Allow")
    trace = ""
    for _ in range(MOST_PASSES):
        trace = traced(trace, ARN, "4f1d0a52-0000-4000-8000-000000000000")
    add(queue, database, trace=trace)
    pool = Pool()

    dispatch(pool)

    assert [passes(one.trace, ARN) for one in pool.seen] == [MOST_PASSES + 1]


@pytest.mark.parametrize("said", ["no such file: '\udcff'", "x" * 6_000_000, "\0", "one\ntwo"])
def test_whatever_a_handler_says_of_its_error_is_kept(
    queue: InvocationQueue, database: Database, dispatch: Dispatch, history: EventHistory, said: str
) -> None:
    """JavaScript cuts an emoji in two, and megabytes are no reason: all else would wait behind it for ever."""
    request_id = add(queue, database)

    dispatch(FailingPool(said))

    event = history.show(request_id).event
    assert (event.state, event.attempts) == ("failed", 3)
    assert (event.error or "").startswith(f"ValueError: {said[:20]}".replace("\udcff", "\\udcff"))
    assert len(event.error or "") <= LONGEST_REASON
    assert (event.error or "").endswith("…") == (len(said) > LONGEST_REASON)


def test_an_end_that_cannot_be_written_is_nobody_elses_trouble(
    queue: InvocationQueue, database: Database, dispatch: Dispatch, history: EventHistory
) -> None:
    """Those that ended with it are settled, and it is given up with the reason in the end."""
    with database.transaction() as transaction:
        transaction.execute(_NOT_TO_BE_WRITTEN)
    bad = add(queue, database)
    good = [add(queue, database, "g") for _ in range(3)]
    pool = Pool()

    dispatch(pool)

    event = history.show(bad).event
    assert (event.state, event.attempts) == ("failed", 3)
    assert "this cannot be written" in (event.error or "")
    assert [history.show(one).event.state for one in good] == ["done"] * 3
    assert sorted(one.request_id for one in pool.seen) == sorted([bad] * 3 + good)


def test_what_is_under_way_at_the_end_is_finished_or_put_back(
    queue: InvocationQueue, records: FunctionRecords, database: Database, history: EventHistory
) -> None:
    """What has its time is settled; the rest is queued as if it had not been begun, for the next server."""
    quick, slow = add(queue, database, "f"), add(queue, database, "g")

    class Half(Pool):
        async def invoke(self, function: Function, invocation: Invocation) -> InvocationResult:
            self.seen.append(invocation)
            await asyncio.sleep(0.2 if function.name == "f" else 3600)
            return InvocationResult(invocation.request_id, b"{}")

    async def end_early() -> None:
        pool, writer = Half(), Writer()
        dispatcher = Dispatcher(queue, cast("WorkerPool", pool), records, writer, most_each=8)
        dispatcher.rounds.start()
        await until(lambda: len(pool.seen) == 2)
        await dispatcher.rounds.stop()
        await dispatcher.finish(2)
        await writer.close()

    asyncio.run(end_early())

    ended, put_back = history.show(quick).event, history.show(slow).event
    assert (ended.state, ended.attempts) == ("done", 1)
    assert (put_back.state, put_back.attempts) == ("queued", 0)


def test_another_shell_that_writes_holds_up_no_one_but_the_queue(
    queue: InvocationQueue, records: FunctionRecords, database: Database, tmp_path: Path
) -> None:
    """The loop answers all who call synchronously, and they have nothing to do with the file."""
    add(queue, database)
    other = sqlite3.connect(tmp_path / "state.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    pool = Pool()

    async def serve() -> None:
        writer = Writer()
        dispatcher = Dispatcher(queue, cast("WorkerPool", pool), records, writer, most_each=8)
        dispatcher.rounds.start()
        for _ in range(100):  # were the loop to wait for the file, it would for as long as we hold it
            await asyncio.sleep(0.01)
        assert (pool.seen, dispatcher.rounds.trouble) == ([], None)  # it waits, and has not waited in vain
        other.execute("COMMIT")
        await until(lambda: queue.counts()["done"] == 1)
        await dispatcher.rounds.stop()
        await writer.close()

    asyncio.run(serve())
    other.close()


def test_what_ends_while_other_ends_are_written_is_not_forgotten(
    queue: InvocationQueue, records: FunctionRecords, database: Database, tmp_path: Path
) -> None:
    """The loop goes on during the write, and so do handlers."""
    for function in ("f", "g"):
        add(queue, database, function)
    other = sqlite3.connect(tmp_path / "state.db", isolation_level=None)

    async def serve() -> None:
        may_end = {"f": asyncio.Event(), "g": asyncio.Event()}

        class Held(Pool):
            async def invoke(self, function: Function, invocation: Invocation) -> InvocationResult:
                self.running += 1
                await may_end[function.name].wait()
                self.running -= 1
                return InvocationResult(invocation.request_id, b"{}")

        pool, writer = Held(), Writer()
        dispatcher = Dispatcher(queue, cast("WorkerPool", pool), records, writer, most_each=8)
        dispatcher.rounds.start()
        await until(lambda: pool.running == 2)
        await asyncio.sleep(0.1)  # the round that began them is over
        other.execute("BEGIN IMMEDIATE")
        for name in ("f", "g"):
            may_end[name].set()
            await asyncio.sleep(0.1)  # long enough for the writing to have begun, and to wait for the file
        other.execute("COMMIT")
        await until(lambda: queue.counts()["done"] == 2)
        await dispatcher.rounds.stop()
        await writer.close()

    asyncio.run(serve())
    other.close()
