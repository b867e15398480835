"""Published versions: what `$LATEST` was at a moment, under a number, for good."""

import dataclasses
import hashlib
import json
from collections.abc import Callable
from contextlib import AbstractContextManager

from emulator.functions.definition import Function
from emulator.functions.errors import InvalidFunctionError, PreconditionFailedError
from emulator.functions.references import parse_reference
from emulator.functions.repository import FunctionRepository
from emulator.functions.rules import check_description
from emulator.ids import new_request_id

_NOT_CONTENT = ("revision_id", "last_modified", "image")


class Versions:
    """Publishes and lists the versions of functions."""

    def __init__(
        self, repository: FunctionRepository, alone_with: Callable[[str], AbstractContextManager[None]]
    ) -> None:
        self._repository = repository
        self._alone_with = alone_with

    def publish(
        self,
        reference: str,
        *,
        description: str | None = None,
        code_sha256: str | None = None,
        revision_id: str | None = None,
    ) -> Function:
        """Give `$LATEST` the next number; return the last version if nothing has changed since."""
        name = self._repository.find(parse_reference(reference).name).name
        check_description(description or "")
        with self._alone_with(name):
            latest = self._repository.find(name)
            if revision_id not in (None, latest.revision_id):
                raise PreconditionFailedError("GetFunction/GetAlias")
            if code_sha256 not in (None, latest.code_sha256):
                raise InvalidFunctionError(
                    f"CodeSHA256 ({code_sha256}) is different from current CodeSHA256 in $LATEST "
                    f"({latest.code_sha256}). Please try again with the CodeSHA256 in $LATEST."
                )
            return self.publish_unlocked(latest, description)

    def publish_unlocked(self, latest: Function, description: str | None = None) -> Function:
        """Do it for somebody who has the function for himself."""
        content = _content(latest)
        if last := self._repository.last_published(latest.name, content):
            return last
        version = dataclasses.replace(
            latest,
            version=self._repository.next_version(latest.name),
            description=latest.description if description is None else description,
            revision_id=new_request_id(),
        )
        self._repository.save(version, content)
        return version

    def list(self, reference: str) -> list[Function]:
        """Return `$LATEST` and the published versions in their order."""
        return self._repository.versions(self._repository.find(parse_reference(reference).name).name)


def _content(latest: Function) -> str:
    """Return what stands for the code and the configuration, however often they were written."""
    values = {name: value for name, value in json.loads(latest.to_json()).items() if name not in _NOT_CONTENT}
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
