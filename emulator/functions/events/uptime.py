"""When a server was last seen alive: an event ages only while there is one that could handle it.

It is noted now and then, not at each moment: a server that is killed was alive a little longer than is known.
"""

import sqlite3
from collections.abc import Callable
from datetime import datetime

from emulator.state import Database

NOTED_EVERY_SECONDS = 10.0


class Uptime:
    """The last sign of life of one home's server."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._noted = float("-inf")

    def note(self) -> None:
        """Note that the server is alive, if that was not done just now."""
        if not 0 <= self._clock().timestamp() - self._noted < NOTED_EVERY_SECONDS:
            self.note_now()

    def note_now(self) -> None:
        """Note that the server is alive."""
        with self._database.transaction() as transaction:
            self.note_in(transaction)

    def note_in(self, transaction: sqlite3.Connection) -> None:
        """Note it within the caller's transaction."""
        now = self._clock().timestamp()
        transaction.execute(
            "INSERT INTO server_seen (only_row, at) VALUES (1, ?) ON CONFLICT DO UPDATE SET at = excluded.at", (now,)
        )
        self._noted = now

    def last_seen(self) -> float | None:
        """Return when a server was last seen, in seconds since 1970; None if that was never noted."""
        row = self._database.row("SELECT at FROM server_seen")
        return None if row is None else float(row["at"])
