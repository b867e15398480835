"""From one schema to the next."""

import sqlite3
import threading
from pathlib import Path

import pytest

from emulator.errors import ConflictError
from emulator.state import Database
from emulator.state.migrations import migrate


@pytest.fixture
def steps(tmp_path: Path) -> Path:
    """Two steps of a made-up schema."""
    folder = tmp_path / "steps"
    folder.mkdir()
    (folder / "0001_initial.sql").write_text(
        "CREATE TABLE a (x TEXT); -- one; with a semicolon\nCREATE TABLE b (x TEXT);"
    )
    (folder / "0002_more.sql").write_text("INSERT INTO a VALUES ('one;\ntwo');\n")
    return folder


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def test_every_step_is_taken_once(tmp_path: Path, steps: Path) -> None:
    """Taken twice, the second one would double its row."""
    connection = _open(tmp_path / "state.db")

    migrate(connection, steps)
    migrate(connection, steps)

    assert _version(connection) == 2
    assert connection.execute("SELECT x FROM a").fetchall() == [("one;\ntwo",)]


def test_an_older_file_takes_the_steps_it_lacks(tmp_path: Path, steps: Path) -> None:
    """What an earlier cloudlet wrote stays."""
    connection = _open(tmp_path / "state.db")
    later = steps / "0002_more.sql"
    text = later.read_text()
    later.unlink()
    migrate(connection, steps)
    connection.execute("INSERT INTO b VALUES ('mine')")
    later.write_text(text)

    migrate(connection, steps)

    assert _version(connection) == 2
    assert connection.execute("SELECT x FROM b").fetchall() == [("mine",)]


def test_a_step_that_fails_leaves_the_file_as_it_was(tmp_path: Path, steps: Path) -> None:
    """Also what it had done before it failed."""
    connection = _open(tmp_path / "state.db")
    (steps / "0002_more.sql").write_text("CREATE TABLE c (x TEXT);\nnonsense;\n")

    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, steps)

    assert _version(connection) == 0
    assert connection.execute("SELECT name FROM sqlite_master").fetchall() == []


def test_a_step_without_its_last_semicolon_is_no_step_left_out(tmp_path: Path, steps: Path) -> None:
    """Dropped without a word, it would be missed much later."""
    connection = _open(tmp_path / "state.db")
    (steps / "0002_more.sql").write_text("CREATE TABLE c (x TEXT)")

    migrate(connection, steps)

    assert connection.execute("SELECT count(*) FROM c").fetchone() == (0,)


def test_a_file_of_a_newer_cloudlet_is_refused(tmp_path: Path) -> None:
    """Guessing at what it means could lose what is in it."""
    path = tmp_path / "state.db"
    connection = _open(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()

    with pytest.raises(ConflictError, match="newer cloudlet") as caught:
        Database(path)

    assert "upgrade" in (caught.value.hint or "")


def test_two_may_migrate_one_file_at_once(tmp_path: Path, steps: Path) -> None:
    """Each with a connection of its own, as two shells have."""
    path = tmp_path / "state.db"
    ready = threading.Barrier(8)
    failures: list[Exception] = []

    def one() -> None:
        connection = _open(path)
        ready.wait()
        try:
            migrate(connection, steps)
        except Exception as error:  # noqa: BLE001 - told to the test below
            failures.append(error)
        connection.close()

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert _open(path).execute("SELECT count(*) FROM a").fetchone() == (1,)
