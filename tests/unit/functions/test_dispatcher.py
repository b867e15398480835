"""The dispatcher settles each event by what came of it, and outlives a state file that fails for a while."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

from emulator.errors import NotFoundError
from emulator.functions import Function
from emulator.functions.events.dispatcher import Dispatcher
from emulator.functions.events.queue import InvocationQueue
from emulator.functions.records import Invocation, InvocationResult
from emulator.functions.workers.pool import WorkerPool
from emulator.state import Database

_DISK_IS_FULL = """
CREATE TRIGGER full BEFORE UPDATE ON invocation WHEN NEW.state = '{state}'
BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END
"""


class Pool:
    """Answers as it is told to, where a real one would need an engine."""

    def __init__(self, answer: Callable[[], None] = lambda: None) -> None:
        self._answer = answer

    async def invoke(self, function: Function, invocation: Invocation) -> InvocationResult:
        self._answer()
        return InvocationResult(invocation.request_id, b"{}")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "state.db")
    yield database
    database.close()


@pytest.fixture
def queue(database: Database) -> InvocationQueue:
    return InvocationQueue(database, 0.0, lambda: datetime.now(UTC))


def find(name: str, qualifier: str | None) -> Function:
    return Function(name, "python3.11", "app.handler", "", "", 0, "", datetime.now(UTC))


def add(queue: InvocationQueue, database: Database) -> None:
    with database.transaction() as transaction:
        queue.add(transaction, "f", b"{}", "test")


async def dispatch_until(fact: Callable[[], bool], queue: InvocationQueue, pool: Pool) -> None:
    """Dispatch until *fact* is true; TimeoutError if it does not become so."""
    dispatcher = Dispatcher(queue, cast("WorkerPool", pool), find, most_each=8)
    running = asyncio.create_task(dispatcher.run())
    try:
        async with asyncio.timeout(20):
            while not fact():
                assert not running.done()
                await asyncio.sleep(0.01)
    finally:
        running.cancel()
        await dispatcher.finish(0)


def test_what_the_engine_does_not_find_is_no_reason_to_give_an_event_up(
    queue: InvocationQueue, database: Database
) -> None:
    """An image that was removed is built again at the next try; a function that was deleted is not."""
    missing = [NotFoundError("could not start a container: No such image")]

    def first_fails() -> None:
        if missing:
            raise missing.pop()

    add(queue, database)

    asyncio.run(dispatch_until(lambda: queue.pending() == 0, queue, Pool(first_fails)))

    assert queue.counts()["done"] == 1


def test_a_fault_of_ours_leaves_no_event_under_way(queue: InvocationQueue, database: Database) -> None:
    """It is tried again like any other failure, and given up in the end: `cloudlet wait` must not wait for ever."""

    def fails() -> None:
        raise OSError("No space left on device")

    add(queue, database)

    asyncio.run(dispatch_until(lambda: queue.pending() == 0, queue, Pool(fails)))

    assert [failed.error for failed in queue.report_failed()] == ["OSError: No space left on device"]


@pytest.mark.parametrize("state", ["running", "done"])
def test_a_state_file_that_fails_for_a_while_stops_nothing(
    queue: InvocationQueue, database: Database, state: str
) -> None:
    """Once there is room on the disk again, events are claimed and settled as if nothing had been."""
    asked: list[str] = []
    with database.transaction() as transaction:
        transaction.execute(_DISK_IS_FULL.format(state=state))
    add(queue, database)

    def is_done() -> bool:
        asked.append("")
        if len(asked) == 10:
            with database.transaction() as transaction:
                transaction.execute("DROP TRIGGER full")
        return queue.counts()["done"] == 1

    asyncio.run(dispatch_until(is_done, queue, Pool()))

    with pytest.raises(sqlite3.Error), database.transaction() as transaction:
        transaction.execute("DROP TRIGGER full")
