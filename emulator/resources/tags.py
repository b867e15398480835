"""Tags: what a user calls a resource."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from emulator.errors import InvalidRequestError
from emulator.resources.invalid import InvalidParameterValueError
from emulator.state import Database

_MOST = 50

Value = TypeVar("Value", str, str | None)


def tags_by_key(pairs: Iterable[tuple[str, Value]]) -> dict[str, Value]:
    """Return the values of a request's tags by their keys; a key that comes twice is refused."""
    tags: dict[str, Value] = {}
    for key, value in pairs:
        if key in tags:
            raise InvalidParameterValueError(f"Duplicate tag key '{key}' specified.")
        tags[key] = value
    return tags


def check_tags(tags: Mapping[str, str]) -> None:
    """Refuse what AWS refuses: reserved keys, too long or too many ones."""
    if len(tags) > _MOST:
        raise InvalidRequestError(
            "The maximum number of Tags for a resource has been reached.",
            code="TagLimitExceeded",
            hint=f"a resource has at most {_MOST}",
        )
    for key, value in tags.items():
        if key.lower().startswith("aws:"):
            raise InvalidRequestError(
                f"Tag keys starting with 'aws:' are reserved for internal use: {key!r}", code="InvalidParameterValue"
            )
        if not 1 <= len(key) <= 128 or len(value) > 256:
            raise InvalidRequestError(
                f"the tag {key!r} is too long: a key has 1 to 128 characters, a value up to 256",
                code="InvalidParameterValue",
            )


def write_tags(transaction: sqlite3.Connection, resource_id: str, tags: Mapping[str, str]) -> None:
    """Add *tags* to a resource; a key that is there already gets the new value."""
    transaction.executemany(
        "INSERT INTO tag (resource_id, key, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
        [(resource_id, key, value) for key, value in tags.items()],
    )


def read_tags(database: Database) -> dict[str, dict[str, str]]:
    """Return all tags, by resource."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for row in database.rows("SELECT resource_id, key, value FROM tag ORDER BY key"):
        found[row["resource_id"]][row["key"]] = row["value"]
    return found


def delete_tags(transaction: sqlite3.Connection, resource_id: str, tags: Mapping[str, str | None]) -> None:
    """Take *tags* away; one with a value only if it has that value, as AWS does."""
    for key, value in tags.items():
        if value is None:
            transaction.execute("DELETE FROM tag WHERE resource_id = ? AND key = ?", (resource_id, key))
        else:
            transaction.execute(
                "DELETE FROM tag WHERE resource_id = ? AND key = ? AND value = ?", (resource_id, key, value)
            )


def forget_tags(transaction: sqlite3.Connection, resource_id: str) -> None:
    """Take all tags away from a resource that is no more."""
    transaction.execute("DELETE FROM tag WHERE resource_id = ?", (resource_id,))


def tag_documents(tags: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return tags as AWS shows them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]
