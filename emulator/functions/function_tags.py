"""The tags of functions. They are the function's, not a version's, and go with it."""

from collections.abc import Collection, Mapping

from emulator.errors import InvalidRequestError
from emulator.functions.errors import InvalidFunctionError
from emulator.functions.references import function_arn, parse_reference
from emulator.functions.repository import FunctionRepository
from emulator.resources.tags import check_tags, delete_tags, forget_tags, read_tags, write_tags
from emulator.state import Database


class FunctionTags:
    """Reads and writes the tags of the functions of one home."""

    def __init__(self, database: Database, repository: FunctionRepository) -> None:
        self._database = database
        self._repository = repository

    def check(self, tags: Mapping[str, str]) -> None:
        """Refuse, as Lambda does, what are no tags."""
        try:
            check_tags(tags)
        except InvalidRequestError as error:
            raise InvalidFunctionError(error.message, hint=error.hint) from error

    def of(self, name: str) -> dict[str, str]:
        return read_tags(self._database).get(self._arn(name), {})

    def list(self, arn: str) -> dict[str, str]:
        """Return the tags of the function with this ARN."""
        return self.of(self._named(arn))

    def tag(self, arn: str, tags: Mapping[str, str]) -> None:
        """Give *tags* to a function; a key that it has gets the new value."""
        with self._database.transaction():
            self.add(self._named(arn), tags)

    def add(self, name: str, tags: Mapping[str, str]) -> None:
        """Do so by name."""
        with self._database.transaction() as transaction:
            self.check({**self.of(name), **tags})
            write_tags(transaction, self._arn(name), tags)

    def untag(self, arn: str, keys: Collection[str]) -> None:
        """Take tags away; one that is not there is no error."""
        with self._database.transaction() as transaction:
            delete_tags(transaction, self._arn(self._named(arn)), dict.fromkeys(keys))

    def forget(self, name: str) -> None:
        """Take all away from a function that is no more."""
        with self._database.transaction() as transaction:
            forget_tags(transaction, self._arn(name))

    def _named(self, arn: str) -> str:
        asked = parse_reference(arn)
        if asked.qualifier:
            raise InvalidFunctionError(
                "Tags on function aliases and versions are not supported. Please specify a function ARN."
            )
        return self._repository.find(asked.name).name

    def _arn(self, name: str) -> str:
        return function_arn(name, self._repository.region)
