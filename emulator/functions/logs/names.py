"""Log groups as folders: `/aws/lambda/resize` is `<logs>/aws/lambda/resize`. Pure, and a way back from each folder.

A group's name comes from users. Whatever it is, its path stays below the folder of all logs: what is no ordinary part
of a path is spelled with percent signs, which no name of AWS's has.
"""

from collections.abc import Sequence
from urllib.parse import quote, unquote

from emulator.functions.logs.errors import InvalidLogParameterError
from emulator.violations import longer, refuse, unlike

_LONGEST_NAME = 512
_LONGEST_PART = 200  # file systems take 255 bytes; an escaped part is a little longer
_UNUSUAL = "+"
_EMPTY = "%"


def check_group_name(name: str) -> str:
    """Return *name* if AWS takes it for a log group, and a file system, too; InvalidParameterException otherwise."""
    refuse(
        [*unlike(name, "logGroupName", r"[\.\-_/#A-Za-z0-9]+"), *longer(name, "logGroupName", _LONGEST_NAME)],
        code=InvalidLogParameterError.code,
    )
    if name.startswith("aws/"):
        raise InvalidLogParameterError("Log group names can't start with the string aws/", hint=f"write /{name}")
    if long := next((part for part in name.split("/") if len(part) > _LONGEST_PART), None):
        raise InvalidLogParameterError(
            f"the part {long[:20]}... of the log group's name is longer than the {_LONGEST_PART} characters of a folder"
        )
    return name


def group_parts(name: str) -> tuple[str, ...]:
    """
    Return the folders, from that of all logs on, that the group *name* lies in.

    `/shop/prod` and `shop` are the usual forms. `shop/prod` and `/shop` are other groups: a `+` tells them apart.

    >>> group_parts("/aws/lambda/resize"), group_parts("shop"), group_parts("/shop")
    (('aws', 'lambda', 'resize'), ('shop',), ('shop+',))
    >>> group_parts("/../../etc")
    ('%2E.', '%2E.', 'etc')
    """
    rooted = name.startswith("/")
    first, *rest = (_escaped(part) for part in name.removeprefix("/").split("/"))
    return (first if rooted == bool(rest) else first + _UNUSUAL, *rest)


def group_name(parts: Sequence[str]) -> str:
    """Return the name of the group that lies in *parts*.

    >>> [group_name(group_parts(name)) for name in ("/a/b", "a/b", "/a", "a", "//", "/a/.b/")]
    ['/a/b', 'a/b', '/a', 'a', '//', '/a/.b/']
    """
    first, *rest = parts
    rooted = bool(rest) != first.endswith(_UNUSUAL)
    names = (_unescaped(part) for part in (first.removesuffix(_UNUSUAL), *rest))
    return ("/" if rooted else "") + "/".join(names)


def _escaped(part: str) -> str:
    if not part:
        return _EMPTY
    escaped = quote(part, safe="#")
    if escaped.startswith("."):
        escaped = "%2E" + escaped[1:]
    return escaped.removesuffix(".log") + "%2Elog" if escaped.endswith(".log") else escaped  # no file of ours


def _unescaped(part: str) -> str:
    return "" if part == _EMPTY else unquote(part)
