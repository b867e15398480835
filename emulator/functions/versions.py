"""Published versions: what `$LATEST` was at a moment, under a number, for good."""

import dataclasses
import hashlib
import json
from collections.abc import Sequence

from emulator.functions.definition import Function
from emulator.functions.errors import InvalidFunctionError, PreconditionFailedError, ResourceConflictError
from emulator.functions.quotas import check_description
from emulator.functions.references import LATEST, is_version, parse_reference
from emulator.functions.repository import FunctionRepository, forget_qualifier
from emulator.ids import new_request_id
from emulator.state import Database

_NOT_CONTENT = ("revision_id", "last_modified", "image")


class Versions:
    """Publishes, lists and deletes the versions of functions."""

    def __init__(self, database: Database, repository: FunctionRepository) -> None:
        self._database = database
        self._repository = repository

    def publish(
        self,
        reference: str,
        *,
        description: str | None = None,
        code_sha256: str | None = None,
        revision_id: str | None = None,
    ) -> Function:
        """Give `$LATEST` the next number; return the last version if nothing has changed since."""
        check_description(description or "")
        with self._database.transaction():
            latest = self._repository.find(parse_reference(reference).name)
            if revision_id not in (None, latest.revision_id):
                raise PreconditionFailedError("GetFunction/GetAlias")
            if code_sha256 not in (None, latest.code_sha256):
                raise InvalidFunctionError(
                    f"CodeSHA256 ({code_sha256}) is different from current CodeSHA256 in $LATEST "
                    f"({latest.code_sha256}). Please try again with the CodeSHA256 in $LATEST."
                )
            content = _content(latest)
            if last := self._last_published(latest.name, content):
                return last
            version = dataclasses.replace(
                latest,
                version=self._next_number(latest.name),
                description=latest.description if description is None else description,
                revision_id=new_request_id(),
            )
            self._repository.save(version, content)
        return version

    def list(self, reference: str) -> list[Function]:
        """Return `$LATEST` and the published versions in their order."""
        return self._repository.versions(parse_reference(reference).name)

    def delete(self, reference: str, version: str) -> None:
        """Remove a published version with what was set for it; one that is not there is no error, as on AWS."""
        if version == LATEST:
            raise InvalidFunctionError("$LATEST version cannot be deleted without deleting the function.")
        if not is_version(version):
            raise InvalidFunctionError(
                "Deletion of aliases is not currently supported.", hint="there is `cloudlet lambda delete-alias`"
            )
        with self._database.transaction() as transaction:
            name = self._repository.find(parse_reference(reference).name).name
            if pointing := self._aliases_of(name, version):
                raise ResourceConflictError(
                    f"Unable to delete version because the following aliases reference it: [{', '.join(pointing)}]"
                )
            transaction.execute("DELETE FROM function_version WHERE function = ? AND version = ?", (name, version))
            forget_qualifier(transaction, name, version)

    def _last_published(self, name: str, content: str) -> Function | None:
        """Return the newest version of a function if it was made of *content*."""
        row = self._database.row(
            "SELECT record, content FROM function_version WHERE function = ?"
            " ORDER BY CAST(version AS INTEGER) DESC LIMIT 1",
            name,
        )
        return Function.from_json(row["record"]) if row and row["content"] == content else None

    def _next_number(self, name: str) -> str:
        """Take the next number; one that was given out never comes again, even if its version is deleted."""
        with self._database.transaction() as transaction:
            row = transaction.execute(
                "UPDATE function SET published = published + 1 WHERE name = ? RETURNING published", (name,)
            ).fetchone()
        return str(row["published"])

    def _aliases_of(self, name: str, version: str) -> Sequence[str]:
        """Return the names of the aliases that stand for a version, or send a share to it."""
        rows = self._database.rows(
            "SELECT name FROM function_alias WHERE function = ? AND (json_extract(record, '$.version') = ?"
            " OR EXISTS (SELECT 1 FROM json_each(record, '$.weights') WHERE key = ?)) ORDER BY name",
            *(name, version, version),
        )
        return [row["name"] for row in rows]


def _content(latest: Function) -> str:
    """Return what stands for the code and the configuration, however often they were written."""
    values = {name: value for name, value in json.loads(latest.to_json()).items() if name not in _NOT_CONTENT}
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
