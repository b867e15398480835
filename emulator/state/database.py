"""One SQLite file, opened by as many shells and threads as like. Every change is one transaction."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from emulator.state.migrations import migrate

_BUSY_TIMEOUT_SECONDS = 30
_PAUSE_SECONDS = 0.01


class Database:
    """A connection for each thread that asks, closed together."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._lock = threading.Lock()
        self._connections: list[sqlite3.Connection] = []
        path.parent.mkdir(parents=True, exist_ok=True)
        migrate(self._connection)

    @property
    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._open()
            self._local.connection = connection
            with self._lock:
                self._connections.append(connection)
        return connection

    def _open(self) -> sqlite3.Connection:
        # Each thread uses its own connection; only close() reaches over, when the others are done.
        connection = sqlite3.connect(
            self._path, timeout=_BUSY_TIMEOUT_SECONDS, isolation_level=None, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        _write_ahead(connection)
        # A killed process loses nothing; a machine that loses power loses the last instants, together with
        # their index rows, so the next scan finds them again.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """
        Yield a connection that alone may write until the end; an exception undoes all.

        Within another transaction of the same thread it is a part of that: a verb that is made of verbs is one change.
        """
        connection = self._connection
        is_part = connection.in_transaction
        if is_part:
            with self._part_of_a_transaction(connection):
                yield connection
            return
        connection.execute("BEGIN IMMEDIATE")
        self._local.afterwards = []
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:  # SQLite itself may have undone it, on a full disk for one
                connection.execute("ROLLBACK")
            raise
        for action in self._local.afterwards:
            action()

    @contextmanager
    def _part_of_a_transaction(self, connection: sqlite3.Connection) -> Iterator[None]:
        if getattr(self._local, "only_reads", False):
            raise RuntimeError("a snapshot is for reading: what is written within it would be undone")
        connection.execute("SAVEPOINT part")
        told_before = len(self._local.afterwards)
        try:
            yield
        except BaseException:
            del self._local.afterwards[told_before:]
            if connection.in_transaction:
                connection.execute("ROLLBACK TO part")
                connection.execute("RELEASE part")
            raise
        connection.execute("RELEASE part")

    def afterwards(self, action: Callable[[], None]) -> None:
        """Have *action* follow the transaction of this thread, now if there is none; what is undone is not followed."""
        if self._connection.in_transaction:
            self._local.afterwards.append(action)
        else:
            action()

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection whose reads all see one moment, that of the transaction they are in, if any."""
        connection = self._connection
        if connection.in_transaction:
            yield connection
            return
        connection.execute("BEGIN")
        self._local.only_reads = True
        try:
            yield connection
        finally:
            self._local.only_reads = False
            connection.execute("ROLLBACK")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection whose reads each see the moment they are made in; cheaper than a snapshot."""
        yield self._connection

    def rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """Return what a SELECT finds."""
        return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, *values: object) -> sqlite3.Row | None:
        """Return the first row a SELECT finds, or None."""
        row: sqlite3.Row | None = self._connection.execute(sql, values).fetchone()
        return row

    def close(self) -> None:
        """Close every thread's connection; the object is of no use afterwards."""
        with self._lock:
            for connection in self._connections:
                connection.close()
            self._connections.clear()


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Turn on the write-ahead log; SQLite does not wait by itself when two processes do so on a new file."""
    end = time.monotonic() + _BUSY_TIMEOUT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return
