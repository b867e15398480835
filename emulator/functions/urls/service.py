"""The verbs of function URLs: create, look, change, delete. One function and qualifier has one."""

import dataclasses
import secrets
import string
from collections.abc import Callable
from datetime import datetime

from emulator.errors import ConflictError, NotFoundError
from emulator.functions.references import LATEST, FunctionReference, parse_reference
from emulator.functions.repository import FunctionRepository
from emulator.functions.urls.model import Cors, FunctionUrl, check_qualifier, check_url
from emulator.state import Database

_ID_LENGTH = 32


class UrlNotFoundError(NotFoundError):
    """A function has no URL, or is not there itself."""

    code = "ResourceNotFoundException"


class UrlExistsError(ConflictError):
    """A function has one URL for a qualifier, and has it already."""

    code = "ResourceConflictException"

    def __init__(self, arn: str) -> None:
        super().__init__(
            f"Failed to create function url config for [functionArn = {arn}]. "
            "Error message:  FunctionUrlConfig exists for this Lambda function",
            hint="change it with `cloudlet lambda update-function-url-config`",
        )


class FunctionUrls:
    """The function URLs of one home; they go with their function."""

    def __init__(self, database: Database, functions: FunctionRepository, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._functions = functions
        self._clock = clock

    def create(
        self,
        function: str,
        auth_type: str,
        *,
        qualifier: str | None = None,
        cors: Cors | None = None,
        invoke_mode: str = "BUFFERED",
    ) -> FunctionUrl:
        """Give *function*, or the alias *qualifier* of it, an address of its own; it must not have one."""
        asked = self._asked(function, qualifier)
        now = _iso(self._clock())
        url = FunctionUrl(_new_id(), asked.name, asked.qualifier or LATEST, auth_type, now, now, cors, invoke_mode)
        check_url(url)
        with self._database.transaction() as transaction:
            self._require(asked)
            if self._row(asked) is not None:
                raise UrlExistsError(asked.arn(self._functions.region))
            transaction.execute(
                "INSERT INTO function_url (url_id, function, qualifier, record) VALUES (?, ?, ?, ?)",
                (url.id, url.function, url.qualifier, url.to_json()),
            )
        return url

    def find(self, function: str, qualifier: str | None = None) -> FunctionUrl:
        """Return the URL of a function or an alias."""
        asked = self._asked(function, qualifier)
        url = self._row(asked)
        if url is None:
            raise UrlNotFoundError(
                "The resource you requested does not exist.",
                hint=f"give it one: cloudlet lambda create-function-url-config --function-name {asked.name}"
                " --auth-type NONE",
            )
        return url

    def update(
        self,
        function: str,
        *,
        qualifier: str | None = None,
        auth_type: str | None = None,
        cors: Cors | None = None,
        replace_cors: bool = False,
        invoke_mode: str | None = None,
    ) -> FunctionUrl:
        """Change what is given; the address stays. With *replace_cors*, None takes CORS away."""
        with self._database.transaction() as transaction:
            known = self.find(function, qualifier)
            url = dataclasses.replace(
                known,
                auth_type=auth_type or known.auth_type,
                cors=cors if replace_cors else known.cors,
                invoke_mode=invoke_mode or known.invoke_mode,
                last_modified=_iso(self._clock()),
            )
            check_url(url)
            transaction.execute("UPDATE function_url SET record = ? WHERE url_id = ?", (url.to_json(), url.id))
        return url

    def delete(self, function: str, qualifier: str | None = None) -> FunctionUrl:
        """Take an address away; it never comes back."""
        with self._database.transaction() as transaction:
            url = self.find(function, qualifier)
            transaction.execute("DELETE FROM function_url WHERE url_id = ?", (url.id,))
        return url

    def list(self, function: str) -> list[FunctionUrl]:
        """Return the URLs of a function and its aliases; $LATEST's first."""
        name = self._functions.find(parse_reference(function).name).name
        rows = self._database.rows("SELECT record FROM function_url WHERE function = ? ORDER BY qualifier", name)
        return [FunctionUrl.from_json(row["record"]) for row in rows]

    def by_id(self, url_id: str) -> FunctionUrl | None:
        """Return the URL that a host name stands for."""
        row = self._database.row("SELECT record FROM function_url WHERE url_id = ?", url_id)
        return FunctionUrl.from_json(row["record"]) if row else None

    def _asked(self, function: str, qualifier: str | None) -> FunctionReference:
        asked = parse_reference(function, qualifier)
        if asked.qualifier:
            check_qualifier(asked.qualifier)
        return FunctionReference(asked.name, None if asked.qualifier == LATEST else asked.qualifier)

    def _require(self, asked: FunctionReference) -> None:
        try:
            self._functions.find(asked.name, asked.qualifier)
        except NotFoundError as error:
            raise UrlNotFoundError("Function does not exist", hint=error.hint) from None

    def _row(self, asked: FunctionReference) -> FunctionUrl | None:
        row = self._database.row(
            "SELECT record FROM function_url WHERE function = ? AND qualifier = ?",
            asked.name,
            asked.qualifier or LATEST,
        )
        return FunctionUrl.from_json(row["record"]) if row else None


def _new_id() -> str:
    """Return what nobody guesses: it is all that keeps strangers from a URL without authentication."""
    return "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(_ID_LENGTH))


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
