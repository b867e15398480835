"""Volumes and snapshots by what users call them: ids, or Name tags that only one has."""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from emulator.ids import is_id
from emulator.volumes.errors import AmbiguousNameError, MalformedIdError, ResourceNotFoundError

PREFIXES = {"volume": "vol", "snapshot": "snap"}


class Named(Protocol):
    """What has an id and may have a Name."""

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str | None: ...


Resource = TypeVar("Resource", bound=Named)


def find(noun: str, references: Iterable[str], known: Sequence[Resource]) -> list[Resource]:
    """
    Return those of *known* that *references* stand for, each once; *noun* is volume or snapshot.

    All unknown ids are named in one ResourceNotFoundError.
    """
    by_id = {one.id: one for one in known}
    found: dict[str, Resource] = {}
    missing: list[str] = []
    for reference in references:
        if not is_id(reference, PREFIXES[noun]):
            one = _named(noun, reference, known)
            found[one.id] = one
        elif reference in by_id:
            found[reference] = by_id[reference]
        else:
            missing.append(reference)
    if missing:
        raise ResourceNotFoundError(noun, missing, by_id)
    return list(found.values())


def find_one(noun: str, reference: str, known: Sequence[Resource]) -> Resource:
    """Return the one of *known* that *reference* stands for."""
    (one,) = find(noun, [reference], known)
    return one


def _named(noun: str, name: str, known: Sequence[Resource]) -> Resource:
    candidates = [one for one in known if one.name == name]
    if not candidates:
        raise MalformedIdError(noun, name, [one.name for one in known if one.name])
    if len(candidates) > 1:
        raise AmbiguousNameError(noun, name, [one.id for one in candidates])
    return candidates[0]
