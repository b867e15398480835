"""Which members a property may have: a tree that is held against what a template says, before anything is made.

ANY takes all; a mapping takes its members, and no others; a list of one takes a list of that.
"""

from collections.abc import Iterator, Mapping
from typing import Any

ANY = None
TAGS = [{"Key": ANY, "Value": ANY}]
Shape = Any

_FOUND = {bool: "Boolean", dict: "JSONObject", float: "Number", int: "Integer", list: "JSONArray", str: "String"}


def misfits(value: Any, shape: Shape, path: str = "") -> Iterator[tuple[str, str]]:
    """
    Yield the dotted paths in *value* that do not fit *shape*, each with the reason, which is "" for what is not known.

    >>> list(misfits({"Status": "Enabled", "Mfa": 1, "Tags": "a"}, {"Status": ANY, "Tags": TAGS}, "It"))
    [('It.Mfa', ''), ('It.Tags', 'expected type: JSONArray, found: String')]
    """
    if shape is ANY:
        return
    expected = list if isinstance(shape, list) else dict
    if not isinstance(value, expected):
        yield path, f"expected type: {_FOUND[expected]}, found: {_FOUND.get(type(value), 'Null')}"
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from misfits(one, shape[0], f"{path}.{index}")
    else:
        yield from _of_members(value, shape, path)


def _of_members(value: Mapping[str, Any], shape: Mapping[str, Shape], path: str) -> Iterator[tuple[str, str]]:
    for name, member in value.items():
        where = f"{path}.{name}" if path else str(name)
        if name not in shape:
            yield where, ""
        else:
            yield from misfits(member, shape[name], where)
