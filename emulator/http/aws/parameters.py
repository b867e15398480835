"""What of an operation's parameters is in the path, the query and the headers; the same for all REST protocols."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from emulator.http.aws.errors import InvalidArgumentError
from emulator.http.aws.model import Member, Operation
from emulator.http.aws.request import Request
from emulator.http.aws.scalars import Reader, reader_of
from emulator.http.aws.text import header_text, metadata_text

_LIST_ITEM = re.compile(r'"((?:[^"\\]|\\.)*)"|[^,"]+')
_ESCAPE = re.compile(r"\\(.)")


@dataclass(frozen=True)
class Refusal:
    """How a service words that a value is wrong."""

    message: str
    code: str | None = None


@dataclass(frozen=True)
class Customs:
    """What a service does with parameters that its model does not say."""

    refusals: Mapping[str, Refusal] = field(default_factory=dict)
    """By the name of a header or parameter, in lower case."""
    overlooked: frozenset[str] = frozenset()
    """Headers, in lower case, that count as absent if they make no sense."""


@dataclass(frozen=True)
class _Parameter:
    name: str
    wire_name: str
    read: Reader
    is_list: bool
    is_text: bool
    """Whether any text is a value, "" too."""


class Parameters:
    """Reads the parameters of one operation."""

    def __init__(self, operation: Operation, customs: Customs) -> None:
        members = list(operation.input.members.values()) if operation.input else []
        required = operation.input.required if operation.input else ()
        self._customs = customs
        self._labels = [(one.name, one.wire_name) for one in members if one.location == "uri"]
        self._prefixes = [(one.name, one.wire_name.lower()) for one in members if one.location == "headers"]
        self._query: dict[str, _Parameter] = {}
        self._headers: dict[str, _Parameter] = {}
        for member in members:
            if member.location == "querystring":
                self._query[member.wire_name] = _parameter(member, "iso8601")
            elif member.location == "header":
                self._headers[member.wire_name.lower()] = _parameter(member, "rfc822")
        self._required = [
            (one.name, one.wire_name) for one in members if one.location is not None and one.name in required
        ]

    def read(self, request: Request) -> dict[str, Any]:
        """Return the values by the names that callers of boto3 use; InvalidArgumentError for one that is wrong."""
        values: dict[str, Any] = {
            name: request.labels[label] for name, label in self._labels if label in request.labels
        }
        self._take_query(request.query, values)
        known = self._headers.get
        for header, text in request.headers.items():
            parameter = known(header.lower())
            if parameter is not None:
                self._take(parameter, text, values)
            elif self._prefixes:
                self._take_prefixed(header.lower(), text, values)
        for name, wire_name in self._required:
            if name not in values:
                raise self._refusal(wire_name, None, f"Your request is missing the required parameter {wire_name}.")
        return values

    def _take_query(self, query: Mapping[str, Sequence[str]], values: dict[str, Any]) -> None:
        for wire_name, texts in query.items():
            parameter = self._query.get(wire_name)
            if parameter is None:
                continue
            if parameter.is_text:
                values[parameter.name] = texts[0]
            elif parameter.is_list:
                values[parameter.name] = [self._value(parameter, text) for text in texts]
            elif texts[0]:
                values[parameter.name] = self._value(parameter, texts[0])

    def _take(self, parameter: _Parameter, text: str, values: dict[str, Any]) -> None:
        name = parameter.name
        if not text.isascii():
            text = header_text(text)
        if parameter.is_text:
            values.setdefault(name, text)
        elif parameter.is_list:
            values.setdefault(name, []).extend(self._value(parameter, item) for item in split_list(text))
        elif text and name not in values:
            try:
                values[name] = self._value(parameter, text)
            except InvalidArgumentError:
                if parameter.wire_name.lower() not in self._customs.overlooked:
                    raise

    def _take_prefixed(self, header: str, text: str, values: dict[str, Any]) -> None:
        for name, prefix in self._prefixes:
            if header.startswith(prefix):
                found, key = values.setdefault(name, {}), header[len(prefix) :]
                text = metadata_text(text)
                found[key] = f"{found[key]},{text}" if key in found else text

    def _value(self, parameter: _Parameter, text: str) -> Any:
        try:
            return parameter.read(text)
        except ValueError as error:
            wire_name = parameter.wire_name
            raise self._refusal(wire_name, text, f"The value of {wire_name} is not valid.") from error

    def _refusal(self, wire_name: str, value: str | None, otherwise: str) -> InvalidArgumentError:
        known = self._customs.refusals.get(wire_name.lower()) or Refusal(otherwise)
        return InvalidArgumentError(known.message, wire_name, value, code=known.code)


def _parameter(member: Member, timestamp_format: str) -> _Parameter:
    item = member.shape.item if member.shape.type == "list" else member
    is_text = item is member and item.shape.type == "string" and not item.shape.enum
    return _Parameter(member.name, member.wire_name, reader_of(item, timestamp_format), item is not member, is_text)


def split_list(text: str) -> list[str]:
    """
    Return the items of a header that is a list.

    >>> split_list('ETag, "a,b"')
    ['ETag', 'a,b']
    """
    if '"' not in text:
        return [item for part in text.split(",") if (item := part.strip())]
    found = ((match[1], match[0].strip()) for match in _LIST_ITEM.finditer(text))
    return [plain if quoted is None else _ESCAPE.sub(r"\1", quoted) for quoted, plain in found if quoted or plain]
