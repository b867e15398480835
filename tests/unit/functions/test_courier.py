"""The courier brings each record once, later if it must, and gives up only what can never arrive."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from emulator.errors import EmulatorError, InvalidRequestError, NotFoundError
from emulator.functions.events.courier import Courier
from emulator.functions.events.outbox import Delivery, Outbox
from emulator.state import Database
from emulator.units import utc_now
from tests.unit.functions.test_outbox import add, rows
from tests.unit.functions.test_rounds import until


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "state.db")
    yield database
    database.close()


@pytest.fixture
def outbox(database: Database) -> Outbox:
    return Outbox(database, 0.01, utc_now)


def carry(outbox: Outbox, deliver: Callable[[Delivery], None], fact: Callable[[], bool]) -> list[datetime]:
    """Have records delivered until *fact*; return when somebody was told of it."""
    told: list[datetime] = []

    async def run() -> None:
        courier = Courier(outbox, deliver, lambda: told.append(utc_now()))
        courier.rounds.start()
        await until(fact)
        await courier.rounds.stop()

    asyncio.run(run())
    return told


def test_what_is_delivered_is_forgotten_and_told(outbox: Outbox, database: Database) -> None:
    """More than go in one round; whoever dispatches may have an event of each."""
    for number in range(100):
        add(outbox, database, str(number).encode())
    brought: list[bytes] = []

    told = carry(outbox, lambda delivery: brought.append(delivery.body), lambda: outbox.pending() == 0)

    assert brought == [str(number).encode() for number in range(100)]
    assert rows(database) == []
    assert told


@pytest.mark.parametrize("error", [NotFoundError("no such bucket"), InvalidRequestError("no such key can be")])
def test_what_can_never_arrive_is_given_up_at_once(outbox: Outbox, database: Database, error: EmulatorError) -> None:
    """As on AWS; it is kept for whoever looks at the event, and nobody waits for it."""
    add(outbox, database)
    tries: list[str] = []

    def deliver(delivery: Delivery) -> None:
        tries.append(delivery.id)
        raise error

    carry(outbox, deliver, lambda: outbox.pending() == 0)

    (row,) = rows(database)
    assert len(tries) == 1
    assert row["failed_at"] is not None
    assert row["error"] == f"{error.code}: {error.message}"


@pytest.mark.parametrize(
    "error", [OSError("No space left on device"), sqlite3.IntegrityError("odd"), ValueError("half of one: \ud83d")]
)
def test_what_fails_for_another_reason_is_brought_later(outbox: Outbox, database: Database, error: Exception) -> None:
    """A record is not lost for a disk that was full for a moment; nor do those behind it wait for it."""
    add(outbox, database, b"troubled")
    add(outbox, database, b"good")
    brought: list[bytes] = []
    notes: list[str] = []

    def deliver(delivery: Delivery) -> None:
        if delivery.body == b"troubled" and len(notes) < 3:
            notes.append(delivery.id)
            raise error
        brought.append(delivery.body)

    carry(outbox, deliver, lambda: outbox.pending() == 0)

    assert brought == [b"good", b"troubled"]
    assert len(notes) == 3


def test_a_state_file_that_fails_for_a_while_loses_nothing(outbox: Outbox, database: Database) -> None:
    """Nothing could be noted then: the round fails, and the next begins with the same record."""
    add(outbox, database)
    tries: list[str] = []

    def deliver(delivery: Delivery) -> None:
        tries.append(delivery.id)
        if len(tries) == 1:
            raise sqlite3.OperationalError("database or disk is full")

    carry(outbox, deliver, lambda: outbox.pending() == 0)

    assert len(tries) == 2
    assert tries[0] == tries[1]
