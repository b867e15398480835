"""The client tokens of launches: which reservation each stands for."""

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from emulator.instances.shell import Shell
from emulator.resources.client_tokens import IdempotentParameterMismatchError
from emulator.state import Database

_REMEMBERED = timedelta(hours=48)
_PAUSE_SECONDS = 0.1


@dataclass(frozen=True)
class ClientTokens:
    """One home's tokens."""

    database: Database
    shell: Shell
    is_whole: Callable[[str], bool]
    """Tells whether all of a reservation lives that a shell died over, and takes away what there is of half of one."""

    @contextlib.contextmanager
    def claimed(self, token: str, request: str, reservation_id: str, now: datetime) -> Iterator[str | None]:
        """
        Yield the reservation that *token* stands for already, or None: then it is the caller's to make.

        What another shell is making just now is waited for; what one that died had not made is made anew, and a launch
        that fails gives the token back. IdempotentParameterMismatchError if the token was another request's.
        """
        with self.shell.at_work() as shell:
            earlier = self._claim(token, request, reservation_id, shell, now)
            try:
                yield earlier
            except BaseException:
                if earlier is None:
                    self._change("DELETE FROM client_token WHERE token = ?", token)
                raise
            if earlier is None:
                self._change("UPDATE client_token SET shell = NULL WHERE token = ?", token)

    def _claim(self, token: str, request: str, reservation_id: str, shell: str, now: datetime) -> str | None:
        self._change("DELETE FROM client_token WHERE created_at < ?", (now - _REMEMBERED).timestamp())
        while True:
            row = self.database.row("SELECT * FROM client_token WHERE token = ?", token)
            if row is not None and row["request"] != request:
                raise IdempotentParameterMismatchError(token)
            if row is None or self._is_lost(row):
                if self._take(token, request, reservation_id, shell, now, row):
                    return None
            elif row["shell"] is None or not self.shell.is_alive(row["shell"]):
                return str(row["reservation_id"])
            time.sleep(_PAUSE_SECONDS)

    def _is_lost(self, row: sqlite3.Row) -> bool:
        """Tell whether the shell that had the token died before anything was made."""
        return not (row["shell"] is None or self.shell.is_alive(row["shell"]) or self.is_whole(row["reservation_id"]))

    def _take(
        self, token: str, request: str, reservation_id: str, shell: str, now: datetime, former: sqlite3.Row | None
    ) -> bool:
        """Have *token* stand for our reservation in place of a *former* one, unless another shell was faster."""
        with self.database.transaction() as transaction:
            if former is not None:
                transaction.execute(
                    "DELETE FROM client_token WHERE token = ? AND reservation_id = ?", (token, former["reservation_id"])
                )
            return (
                transaction.execute(
                    "INSERT OR IGNORE INTO client_token (token, request, reservation_id, created_at, shell)"
                    " VALUES (?, ?, ?, ?, ?)",
                    (token, request, reservation_id, now.timestamp(), shell),
                ).rowcount
                == 1
            )

    def _change(self, sql: str, *values: object) -> None:
        with self.database.transaction() as transaction:
            transaction.execute(sql, values)
