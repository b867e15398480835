"""What of an operation's answer is in headers; the same for all REST protocols."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from emulator.http.aws.model import Operation
from emulator.http.aws.scalars import Writer, writer_of
from emulator.http.aws.text import metadata_header, sendable

_Put: TypeAlias = Callable[[Any, dict[str, str]], None]


def header_writers(operation: Operation) -> dict[str, _Put]:
    """Return, by the name of each member that is no part of the body, what puts its value among headers."""
    members = operation.output.members.values() if operation.output else ()
    writers: dict[str, _Put] = {}
    for member in members:
        if member.location == "headers":
            writers[member.name] = _prefixed(member.wire_name)
        elif member.location == "header" and member.shape.type == "list":
            writers[member.name] = _listed(member.wire_name, writer_of(member.shape.item, "rfc822"))
        elif member.location == "header":
            text_of = writer_of(member, "rfc822")
            writers[member.name] = (_text if text_of is str else _single)(member.wire_name, text_of)
    return writers


def _single(name: str, text_of: Writer) -> _Put:
    def put(value: Any, headers: dict[str, str]) -> None:
        headers[name] = text_of(value)

    return put


def _text(name: str, text_of: Writer) -> _Put:
    def put(value: Any, headers: dict[str, str]) -> None:
        headers[name] = sendable(name, text_of(value))

    return put


def _listed(name: str, text_of: Writer) -> _Put:
    def put(value: Any, headers: dict[str, str]) -> None:
        if value:
            headers[name] = sendable(name, ",".join(text_of(item) for item in value))

    return put


def _prefixed(prefix: str) -> _Put:
    def put(value: Mapping[str, str], headers: dict[str, str]) -> None:
        for key, text in value.items():
            headers[sendable(prefix, f"{prefix}{key}")] = metadata_header(text)

    return put
