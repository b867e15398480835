"""Records on their way to a bucket stay until they have arrived, and are tried less and less often."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.functions.events.event import QueuedInvocation
from emulator.functions.events.notice import Notice
from emulator.functions.events.outbox import Outbox
from emulator.functions.records import Invocation
from emulator.state import Database
from tests.unit.functions.test_queue import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "state.db")
    yield database
    database.close()


@pytest.fixture
def outbox(database: Database, clock: Clock) -> Outbox:
    return Outbox(database, 2.0, clock)


def add(outbox: Outbox, database: Database, body: bytes = b"{}") -> None:
    queued = QueuedInvocation("f", 1, Invocation(b"{}"), 0.0)
    notice = Notice("arn:aws:s3:::records/of", body, "test", {"ErrorCode": "200"})
    with database.transaction() as transaction:
        outbox.add(transaction, notice, queued, "Root=1")


def rows(database: Database) -> list[sqlite3.Row]:
    return database.rows("SELECT * FROM delivery ORDER BY rowid")


def test_a_record_is_due_at_once_and_as_it_was_written(outbox: Outbox, database: Database) -> None:
    """All that a bucket needs to know, and whose end it tells."""
    add(outbox, database, b'{"a": 1}')

    (delivery,) = outbox.due()

    assert (delivery.bucket, delivery.body, delivery.metadata) == ("records", b'{"a": 1}', {"errorcode": "200"})
    assert delivery.key.startswith("of/aws/lambda/async/f/2026/01/01/2026-01-01T00.00.00-")
    assert (delivery.trace, delivery.tries, outbox.pending()) == ("Root=1", 0, 1)


def test_each_wait_is_twice_as_long_as_the_one_before_up_to_five_minutes(
    outbox: Outbox, database: Database, clock: Clock
) -> None:
    """Times the scale, which is 2 here; the key is never another."""
    add(outbox, database)
    waits, keys = [], set()
    for _ in range(12):
        (delivery,) = outbox.due()
        keys.add(delivery.key)
        outbox.put_off(delivery, "OSError: no space")
        wait = outbox.seconds_until_due()
        assert wait is not None
        waits.append(round(wait))
        clock.pass_seconds(wait - 0.5)
        assert outbox.due() == []
        clock.pass_seconds(1)

    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600, 600]
    assert len(keys) == 1
    assert (rows(database)[0]["error"], rows(database)[0]["tries"]) == ("OSError: no space", 12)


def test_what_has_arrived_or_was_given_up_is_not_on_its_way(outbox: Outbox, database: Database) -> None:
    """What was given up is kept, with the reason, whatever characters that has."""
    add(outbox, database, b"1")
    add(outbox, database, b"2")
    first, second = outbox.due()

    outbox.delivered(first)
    outbox.give_up(second, "NoSuchBucket: \ud83d")

    assert (outbox.due(), outbox.pending(), outbox.seconds_until_due()) == ([], 0, None)
    assert [(row["id"], row["error"]) for row in rows(database)] == [(second.id, "NoSuchBucket: \\ud83d")]


def test_only_what_was_given_up_long_ago_is_forgotten(outbox: Outbox, database: Database, clock: Clock) -> None:
    """What is on its way stays, however long it takes."""
    for body in (b"old", b"new", b"on its way"):
        add(outbox, database, body)
    old, new, _ = outbox.due()
    outbox.give_up(old, "gone")
    clock.pass_seconds(10)
    outbox.give_up(new, "gone")

    with database.transaction() as transaction:
        outbox.forget(transaction, clock.now.timestamp())

    assert [row["body"] for row in rows(database)] == [b"new", b"on its way"]
