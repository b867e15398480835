"""Which members a property may have: a tree that is held against what a template says, before anything is made.

ANY takes a text, a number or a truth value, NUMBER what is one, FREE all there is. A mapping takes its members and no
others, unless one of them is EVERY; a list of one takes a list of that.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

ANY, NUMBER, FREE = "any", "number", "free"
EVERY = "*"
TAGS = [{"Key": ANY, "Value": ANY}]
LATER = "(known when it is made)"
"""Stands for what is not known yet: it fits everywhere."""
Shape = Any

_NAMES = {bool: "Boolean", dict: "JSONObject", float: "Number", int: "Number", list: "JSONArray", str: "String"}
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


def misfits(value: Any, shape: Shape, path: str = "") -> Iterator[tuple[str, str]]:
    """
    Yield the dotted paths in *value* that do not fit *shape*, each with the reason, which is "" for what is not known.

    >>> list(misfits({"Status": "Enabled", "Mfa": 1, "Tags": "a"}, {"Status": ANY, "Tags": TAGS}, "It"))
    [('It.Mfa', ''), ('It.Tags', 'expected type: JSONArray, found: String')]
    """
    if shape == FREE or value == LATER:
        return
    found = _NAMES.get(type(value), "Null")
    if isinstance(shape, list):
        yield from _of_items(value, shape[0], path) if isinstance(value, list) else [_wrong(path, "JSONArray", found)]
    elif isinstance(shape, Mapping):
        yield from _of_members(value, shape, path) if isinstance(value, dict) else [_wrong(path, "JSONObject", found)]
    elif isinstance(value, list | dict) or value is None:
        yield _wrong(path, "Number" if shape == NUMBER else "String", found)
    elif shape == NUMBER and not _NUMBER.fullmatch(str(value)):
        yield _wrong(path, "Number", found)


def _of_items(value: list[Any], shape: Shape, path: str) -> Iterator[tuple[str, str]]:
    for index, one in enumerate(value):
        yield from misfits(one, shape, f"{path}.{index}")


def _of_members(value: Mapping[str, Any], shape: Mapping[str, Shape], path: str) -> Iterator[tuple[str, str]]:
    for name, member in value.items():
        where = f"{path}.{name}" if path else str(name)
        if name not in shape and EVERY not in shape:
            yield where, ""
        else:
            yield from misfits(member, shape[name if name in shape else EVERY], where)


def _wrong(path: str, expected: str, found: str) -> tuple[str, str]:
    return path, f"expected type: {expected}, found: {found}"
