"""The verbs of EC2 on the tags of anything: what an id names is told by its prefix.

This room knows none of the resources. Whether there is one with an id is found out by whoever made it.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from emulator.errors import InvalidRequestError, NotFoundError
from emulator.ids import is_id
from emulator.resources.dry_run import DryRunError
from emulator.resources.filters import Filter, select
from emulator.resources.references import MalformedIdError
from emulator.resources.tags import check_tags, delete_tags, forget_tags, read_tags, write_tags
from emulator.state import Database

RESOURCE_TYPES = {
    "ami": "image",
    "eni": "network-interface",
    "i": "instance",
    "key": "key-pair",
    "sg": "security-group",
    "snap": "snapshot",
    "subnet": "subnet",
    "vol": "volume",
    "vpc": "vpc",
}
"""AWS's names for what can have tags, by the prefix of their ids."""

FILTERS = ("key", "resource-id", "resource-type", "value")

_NAMED = "instance"
"""The one type whose resources may also be called by their Name."""

Finder = Callable[[Sequence[str]], Iterable[str]]
"""Return the ids of the resources that are meant; raise the error of their room for those that are not there."""


@dataclass(frozen=True)
class TagDescription:
    """A tag, and what has it."""

    resource_id: str
    resource_type: str
    key: str
    value: str


class Tagging:
    """Tags the resources of one home."""

    def __init__(
        self,
        database: Database,
        finders: Mapping[str, Finder],
        check_keys: Callable[[Sequence[str], Collection[str]], None],
        on_change: Callable[[Sequence[str]], None],
    ) -> None:
        """
        *finders* are by resource type; *check_keys* refuses keys that one of the resources with these ids cannot have.

        *on_change* hears the ids whose tags were changed.
        """
        self._database = database
        self._finders = finders
        self._check_keys = check_keys
        self._on_change = on_change

    def create(self, references: Sequence[str], tags: Mapping[str, str], *, dry_run: bool = False) -> list[str]:
        """Give *tags* to all that *references* name, or to none of it, and return the ids; a key is overwritten."""
        check_tags(tags)
        ids = self._resolve(references)
        self._check_keys(ids, tags)
        if dry_run:
            raise DryRunError
        with self._database.transaction() as transaction:
            present = read_tags(self._database)
            for resource_id in ids:
                check_tags({**present.get(resource_id, {}), **tags})
                write_tags(transaction, resource_id, tags)
        self._on_change(ids)
        return ids

    def delete(
        self, references: Sequence[str], tags: Mapping[str, str | None] | None = None, *, dry_run: bool = False
    ) -> list[str]:
        """
        Take *tags*, or all if that is None, from all that *references* name, and return the ids.

        A tag with a value goes only if it has that value; one that is not there is no error.
        """
        ids = self._resolve(references)
        if dry_run:
            raise DryRunError
        with self._database.transaction() as transaction:
            for resource_id in ids:
                if tags is None:
                    forget_tags(transaction, resource_id)
                else:
                    delete_tags(transaction, resource_id, tags)
        self._on_change(ids)
        return ids

    def describe(self, filters: Sequence[Filter] = ()) -> list[TagDescription]:
        """Return every tag of every resource of EC2, by resource and key."""
        found = [
            TagDescription(resource_id, RESOURCE_TYPES[prefix], key, value)
            for resource_id, tags in sorted(read_tags(self._database).items())
            if (prefix := resource_id.partition("-")[0]) in RESOURCE_TYPES
            for key, value in tags.items()
        ]
        return select(found, filters, FILTERS, _fields, lambda tag: {tag.key: tag.value})

    def _resolve(self, references: Sequence[str]) -> list[str]:
        """Return each id once; nothing was changed when the rooms say that one of them is unknown."""
        by_type: dict[str | None, list[str]] = {}
        for reference in references:
            by_type.setdefault(_type_of(reference), []).append(reference)
        ids = [self._named(name) for name in by_type.pop(None, [])]
        for resource_type, those in by_type.items():
            finder = self._finders.get(resource_type or "")
            if finder is None:
                raise InvalidRequestError(f"The ID '{those[0]}' is not valid", code="InvalidID")
            ids += finder(those)
        return list(dict.fromkeys(ids))

    def _named(self, name: str) -> str:
        """Return the id of what is called by its Name; what is not is no id."""
        try:
            (found,) = self._finders[_NAMED]([name])
        except MalformedIdError as error:
            raise NotFoundError(f"The ID '{name}' is not valid", code="InvalidID", hint=error.hint) from error
        return found


def _type_of(reference: str) -> str | None:
    """Return what an id names; None for what is no id, and may be a Name."""
    prefix = reference.partition("-")[0]
    return RESOURCE_TYPES[prefix] if prefix in RESOURCE_TYPES and is_id(reference, prefix) else None


def _fields(tag: TagDescription) -> Mapping[str, Collection[str]]:
    return {
        "key": (tag.key,),
        "resource-id": (tag.resource_id,),
        "resource-type": (tag.resource_type,),
        "value": (tag.value,),
    }
