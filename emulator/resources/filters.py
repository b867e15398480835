"""AWS's filters: values of one filter are alternatives, several filters must all hold, `*` and `?` stand for anything.

A resource says what it can be found by as a mapping of filter name to values; tags are found by in the same way
everywhere, so no resource has to say so.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from emulator.errors import InvalidRequestError, nearest

_MOST_VALUES = 200

Fields = Mapping[str, Collection[str]]
"""Filter name to the values that a resource has for it."""

Resource = TypeVar("Resource")


@dataclass(frozen=True)
class Filter:
    """One filter: its name as AWS spells it, and the patterns of which one must match."""

    name: str
    values: tuple[str, ...]

    def matches(self, values: Collection[str]) -> bool:
        """Tell whether one of *values* is what is looked for; case counts."""
        return any(re.fullmatch(_pattern(pattern), value, re.DOTALL) for pattern in self.values for value in values)


def select(
    resources: Iterable[Resource],
    filters: Sequence[Filter],
    names: Collection[str],
    fields: Callable[[Resource], Fields],
    tags: Callable[[Resource], Mapping[str, str]] = lambda _: {},
) -> list[Resource]:
    """
    Return those of *resources* that all *filters* let through.

    *names* are the filters there are besides `tag:KEY` and `tag-key`; InvalidRequestError names one that is none.
    """
    for one in filters:
        _check(one, names)

    def passes(resource: Resource) -> bool:
        found = fields(resource)
        own_tags = tags(resource)
        return all(one.matches(_values(one.name, found, own_tags)) for one in filters)

    return [resource for resource in resources if passes(resource)] if filters else list(resources)


def _values(name: str, fields: Fields, tags: Mapping[str, str]) -> Collection[str]:
    if name == "tag-key":
        return tuple(tags)
    if name.startswith("tag:"):
        value = tags.get(name.removeprefix("tag:"))
        return () if value is None else (value,)
    return fields.get(name, ())


def _check(one: Filter, names: Collection[str]) -> None:
    if one.name not in names and one.name != "tag-key" and not one.name.startswith("tag:"):
        known = sorted({*names, "tag:KEY", "tag-key"})
        raise InvalidRequestError(
            f"The filter '{one.name}' is invalid",
            code="InvalidParameterValue",
            hint=nearest(one.name, known) or f"there are {', '.join(known)}",
        )
    if not one.values:
        raise InvalidRequestError(
            f"The filter '{one.name}' has no values",
            hint=f"write Name={one.name},Values=VALUE",
            code="MissingParameter",
        )
    if len(one.values) > _MOST_VALUES:
        raise InvalidRequestError(
            f"The filter '{one.name}' has more than {_MOST_VALUES} values", code="FilterLimitExceeded"
        )


def _pattern(text: str) -> str:
    r"""
    Return the regular expression of a filter's value; a backslash makes the next character stand for itself.

    >>> _pattern("web-?*"), _pattern(r"a\*")
    ('web\\-..*', 'a\\*')
    """
    parts: list[str] = []
    characters = iter(text)
    for character in characters:
        if character == "\\":
            parts.append(re.escape(next(characters, "\\")))
        else:
            parts.append({"*": ".*", "?": "."}.get(character) or re.escape(character))
    return "".join(parts)
