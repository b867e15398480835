"""Values that are one piece of text in a header, a query or an element. A reader raises ValueError, and why."""

import base64
import re
from collections.abc import Callable
from typing import Any, TypeAlias

from emulator.http.aws.model import Member, Shape
from emulator.http.aws.timestamps import READERS, WRITERS

Reader: TypeAlias = Callable[[str], Any]
Writer: TypeAlias = Callable[[Any], str]

_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
_BITS = {"integer": 32, "long": 64}
_BOOLEANS = {"true": True, "false": False}


def reader_of(member: Member, timestamp_format: str) -> Reader:
    """Return what turns text into a value of *member*, a timestamp in *timestamp_format* unless the model says."""
    shape = member.shape
    if shape.type == "timestamp":
        return READERS[member.timestamp_format or timestamp_format]
    if shape.type in _BITS:
        return _integer_reader(shape)
    if shape.type == "string":
        return _enum_reader(shape) if shape.enum else str
    return _READERS[shape.type]


def writer_of(member: Member, timestamp_format: str) -> Writer:
    """Return what turns a value of *member* into text."""
    shape = member.shape
    if shape.type == "timestamp":
        return WRITERS[member.timestamp_format or timestamp_format]
    return _WRITERS[shape.type]


def _integer_reader(shape: Shape) -> Reader:
    limit = 1 << (_BITS[shape.type] - 1)
    lowest = -limit if shape.minimum is None else shape.minimum
    highest = limit - 1 if shape.maximum is None else shape.maximum

    def read(text: str) -> int:
        if not _INTEGER.fullmatch(text) or not lowest <= (number := int(text)) <= highest:
            raise ValueError(f"{text!r} is no integer between {lowest} and {highest}")
        return number

    return read


def _enum_reader(shape: Shape) -> Reader:
    allowed = {value: value for value in shape.enum}

    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"{text!r} is not one of {', '.join(allowed)}")
        return allowed[text]

    return read


def _read_boolean(text: str) -> bool:
    if text.lower() not in _BOOLEANS:
        raise ValueError(f"{text!r} is neither true nor false")
    return _BOOLEANS[text.lower()]


def _write_boolean(value: Any) -> str:
    return "true" if value else "false"


def _read_blob(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _write_blob(value: bytes) -> str:
    return base64.b64encode(value).decode()


_READERS: dict[str, Reader] = {"boolean": _read_boolean, "blob": _read_blob, "float": float, "double": float}
_WRITERS: dict[str, Writer] = dict.fromkeys(("string", "integer", "long", "float", "double"), str) | {
    "boolean": _write_boolean,
    "blob": _write_blob,
}
