"""Which members a property may have: a tree that is held against what a template says, before anything is made.

ANY takes all; a mapping takes its members, and no others; a list of one takes a list of that.
"""

from collections.abc import Iterator, Mapping
from typing import Any

ANY = None
Shape = Any


def unknown_members(value: Any, shape: Shape, path: str = "") -> Iterator[str]:
    """
    Yield the dotted paths in *value* that *shape* has not.

    >>> list(unknown_members({"Status": "Enabled", "Mfa": 1}, {"Status": ANY}, "Versioning"))
    ['Versioning.Mfa']
    """
    if shape is ANY:
        return
    if isinstance(shape, list):
        for one in value if isinstance(value, list) else [value]:
            yield from unknown_members(one, shape[0], path)
        return
    if not isinstance(value, Mapping):
        return
    for name, member in value.items():
        where = f"{path}.{name}" if path else str(name)
        if name not in shape:
            yield where
        else:
            yield from unknown_members(member, shape[name], where)
