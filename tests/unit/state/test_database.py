"""Transactions: all or nothing, one at a time, whoever asks."""

import multiprocessing
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from emulator.state import Database


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "state.db")


def _count_up(database: Database, times: int) -> None:
    """Read, then write what follows from it: two that overlapped would lose a step."""
    for _ in range(times):
        with database.transaction() as transaction:
            row = transaction.execute("SELECT value FROM tag WHERE resource_id = 'counter'").fetchone()
            value = int(row["value"]) + 1 if row else 1
            transaction.execute("INSERT OR REPLACE INTO tag VALUES ('counter', 'n', ?)", (str(value),))


def _count_up_elsewhere(path: Path, times: int) -> None:
    database = Database(path)
    _count_up(database, times)
    database.close()


def _counted(database: Database) -> int:
    row = database.row("SELECT value FROM tag WHERE resource_id = 'counter'")
    return int(row["value"]) if row else 0


def test_an_exception_undoes_everything(database: Database) -> None:
    """Half a change is worse than none."""
    with pytest.raises(RuntimeError), database.transaction() as transaction:
        transaction.execute("INSERT INTO tag VALUES ('i-1', 'a', 'b')")
        raise RuntimeError

    assert database.rows("SELECT * FROM tag") == []


def test_after_a_failure_the_next_transaction_works(database: Database) -> None:
    """Also when SQLite itself had rolled back already, as it does on a full disk."""
    with pytest.raises(sqlite3.OperationalError), database.transaction() as transaction:
        transaction.execute("ROLLBACK")
        transaction.execute("nonsense")

    with database.transaction() as transaction:
        transaction.execute("INSERT INTO tag VALUES ('i-1', 'a', 'b')")
    assert len(database.rows("SELECT * FROM tag")) == 1


def test_threads_do_not_lose_each_others_steps(database: Database) -> None:
    """Several instances are launched at once."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: _count_up(database, 20), range(4)))

    assert _counted(database) == 80


def test_processes_do_not_lose_each_others_steps_not_even_on_a_new_file(tmp_path: Path) -> None:
    """Two shells may type their first command at the same moment."""
    path = tmp_path / "new" / "state.db"
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_count_up_elsewhere, args=(path, 10)) for _ in range(4)]

    for process in processes:
        process.start()
    for process in processes:
        process.join(60)

    assert [process.exitcode for process in processes] == [0] * 4
    assert _counted(Database(path)) == 40


def test_a_snapshot_sees_one_moment(database: Database) -> None:
    """A list that changes while it is read shows things twice, or not at all."""
    with database.snapshot() as connection:
        before = connection.execute("SELECT count(*) FROM tag").fetchone()[0]
        with ThreadPoolExecutor(1) as pool:
            pool.submit(_count_up, database, 1).result()
        after = connection.execute("SELECT count(*) FROM tag").fetchone()[0]

    assert (before, after) == (0, 0)
    assert _counted(database) == 1


def test_a_closed_database_has_no_connection_left(database: Database) -> None:
    """Whoever removes the home must not find it open."""
    database.close()

    with pytest.raises(sqlite3.ProgrammingError):
        database.rows("SELECT 1")


def test_a_transaction_within_another_is_a_part_of_it(database: Database) -> None:
    """A verb that is made of verbs is one change, and takes back what a part that failed had done."""
    with pytest.raises(ValueError, match="all of it"), database.transaction():
        with database.transaction() as part:
            part.execute("INSERT INTO tag VALUES ('i-1', 'a', 'b')")
        raise ValueError("all of it")
    assert database.rows("SELECT * FROM tag") == []

    with database.transaction() as whole:
        whole.execute("INSERT INTO tag VALUES ('i-1', 'a', 'b')")
        with pytest.raises(RuntimeError), database.transaction() as part:
            part.execute("INSERT INTO tag VALUES ('i-2', 'a', 'b')")
            raise RuntimeError
    assert [row["resource_id"] for row in database.rows("SELECT * FROM tag")] == ["i-1"]


def test_nothing_is_written_in_a_snapshot(database: Database) -> None:
    """It would be undone without a word."""
    with pytest.raises(RuntimeError, match="for reading"), database.snapshot(), database.transaction() as transaction:
        transaction.execute("INSERT INTO tag VALUES ('i-1', 'a', 'b')")

    with database.transaction() as transaction, database.snapshot():
        transaction.execute("INSERT INTO tag VALUES ('i-1', 'a', 'b')")
    assert len(database.rows("SELECT * FROM tag")) == 1


def test_what_follows_a_transaction_follows_its_commit_alone(database: Database) -> None:
    """
    A file that is deleted because a row is gone must not be deleted when the row comes back.
    """
    done: list[str] = []

    with database.transaction():
        database.afterwards(lambda: done.append("kept"))
        with pytest.raises(RuntimeError), database.transaction():
            database.afterwards(lambda: done.append("undone with its part"))
            raise RuntimeError
        assert done == []
    with pytest.raises(RuntimeError), database.transaction():
        database.afterwards(lambda: done.append("undone with all"))
        raise RuntimeError
    database.afterwards(lambda: done.append("at once"))

    assert done == ["kept", "at once"]
