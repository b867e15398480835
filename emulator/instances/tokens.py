"""The client tokens of launches: which reservation each stands for."""

import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta

from emulator.resources.client_tokens import IdempotentParameterMismatchError
from emulator.state import Database

_REMEMBERED = timedelta(hours=48)


class ClientTokens:
    """One home's tokens."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextlib.contextmanager
    def claimed(self, token: str, request: str, reservation_id: str, now: datetime) -> Iterator[str | None]:
        """
        Yield the reservation that *token* stands for already, or None: then it is the caller's to make.

        A launch that fails gives the token back. IdempotentParameterMismatchError if it was another request's.
        """
        earlier = self._claim(token, request, reservation_id, now)
        try:
            yield earlier
        except BaseException:
            if earlier is None:
                with self._database.transaction() as transaction:
                    transaction.execute("DELETE FROM client_token WHERE token = ?", (token,))
            raise

    def _claim(self, token: str, request: str, reservation_id: str, now: datetime) -> str | None:
        with self._database.transaction() as transaction:
            transaction.execute("DELETE FROM client_token WHERE created_at < ?", ((now - _REMEMBERED).timestamp(),))
            row = transaction.execute("SELECT * FROM client_token WHERE token = ?", (token,)).fetchone()
            if row is None:
                transaction.execute(
                    "INSERT INTO client_token (token, request, reservation_id, created_at) VALUES (?, ?, ?, ?)",
                    (token, request, reservation_id, now.timestamp()),
                )
                return None
        if row["request"] != request:
            raise IdempotentParameterMismatchError(token)
        return str(row["reservation_id"])
