"""What options say, as values of the model's types: shorthand, JSON and files, as AWS's command reads them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from cli.commands.s3api.naming import option_name, parameter_name
from cli.options import read_bytes_argument
from cli.shorthand import structures
from emulator.errors import InvalidRequestError
from emulator.http.aws.model import Member, Operation, Shape

_STDIN = "-"
_NUMBERS = ("integer", "long")
_BOOLEANS = {"true": True, "false": False}


def values_of(operation: Operation, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return the values of the operation's members that *arguments* give, by the names that callers of boto3 use.

    Raises:
        InvalidRequestError: One cannot be read, or is not of the member's type; every such problem is in the message.
    """
    members = operation.input.members.values() if operation.input else ()
    payload = operation.input.payload if operation.input else None
    values: dict[str, Any] = {}
    problems: list[str] = []
    for member in members:
        given = arguments.get(parameter_name(member.name))
        if given is None:
            continue
        value = _read(member, given, is_document=member is payload)
        values[member.name] = _fitted(value, member.shape, member.name, problems)
        if member.location == "uri" and not given:
            problems.append(f"Invalid length for parameter {member.name}, value: 0, valid min length: 1")
    if problems:
        raise InvalidRequestError("\n".join(f"Parameter validation failed: {one}" for one in problems))
    return values


def _read(member: Member, given: Any, *, is_document: bool) -> Any:
    option, kind = option_name(member.name), member.shape.type
    if kind in ("structure", "map"):
        (found,) = _structures([given], option, member.shape, exactly_one=True)
        return found
    if kind == "list":
        return _list(given, option, member.shape)
    if kind == "string":
        return _text(given, option, reads_stdin=is_document)
    return given


def _text(given: str, option: str, *, reads_stdin: bool) -> str:
    if given.startswith(("file://", "fileb://")) or (given == _STDIN and reads_stdin):
        return read_bytes_argument(given, option).decode("utf-8", "surrogateescape")
    return given


def _list(words: Sequence[str], option: str, shape: Shape) -> list[Any]:
    if shape.item.shape.type == "structure":
        return _structures(words, option, shape.item.shape)
    if len(words) == 1:
        text = _text(words[0], option, reads_stdin=True).strip()
        if text.startswith("["):
            return list(_json(text, option))
    return list(words)


def _structures(words: Sequence[str], option: str, shape: Shape, *, exactly_one: bool = False) -> list[dict[str, Any]]:
    model = model_of(shape)
    found = [one for word in words for one in structures(_text(word, option, reads_stdin=True), option, model)]
    if exactly_one and len(found) != 1:
        raise InvalidRequestError(f"{option} takes one structure", hint=f"write {model}, or JSON")
    return found


def _json(text: str, option: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise InvalidRequestError(
            f"Error parsing parameter '{option}': Invalid JSON: {error}", hint="or write the values one by one"
        ) from error


def model_of(shape: Shape, depth: int = 2) -> str:
    """Return a structure in shorthand, to be filled in; what lies too deep is dots."""
    if shape.type == "map":
        return "KEY=VALUE,..."
    return ",".join(f"{name}={_example(member.shape, depth)}" for name, member in [*shape.members.items()][:3])


def _example(shape: Shape, depth: int) -> str:
    if shape.type == "structure":
        return "{" + (model_of(shape, depth - 1) if depth else "...") + "}"
    if shape.type == "list":
        return f"[{_example(shape.item.shape, depth)}]"
    return shape.enum[0] if shape.enum else shape.type.upper()


def _fitted(value: Any, shape: Shape, path: str, problems: list[str]) -> Any:
    """Return *value* as one of *shape*; what it cannot be is put among *problems*, in AWS's words."""
    try:
        if shape.type == "structure":
            return _structure(value, shape, path, problems)
        if shape.type == "list":
            items = value if isinstance(value, list) else [value]  # shorthand: Values=a
            return [_fitted(one, shape.item.shape, f"{path}[{at}]", problems) for at, one in enumerate(items)]
        if shape.type == "map":
            return {str(key): _scalar(one, "string") for key, one in value.items()}
        return _scalar(value, shape.type)
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
        problems.append(f"Invalid type for parameter {path}, value: {value}, type: {type(value)}")
        return None


def _structure(value: Any, shape: Shape, path: str, problems: list[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(value)
    problems += _names_that_do_not_fit(value, shape, path)
    return {
        name: _fitted(one, shape.members[name].shape, f"{path}.{name}", problems)
        for name, one in value.items()
        if name in shape.members
    }


def _names_that_do_not_fit(value: Mapping[str, Any], shape: Shape, path: str) -> Iterator[str]:
    for name in shape.required:
        if name not in value:
            yield f'Missing required parameter in {path}: "{name}"'
    for name in value:
        if name not in shape.members:
            yield f'Unknown parameter in {path}: "{name}", must be one of: {", ".join(shape.members)}'


def _scalar(value: Any, kind: str) -> Any:
    if isinstance(value, list | dict):
        raise TypeError(value)
    if kind in _NUMBERS:
        return int(value)
    if kind == "boolean":
        return _BOOLEANS[str(value).lower()]
    if kind == "timestamp":
        return _moment(str(value))
    return value


def _moment(text: str) -> datetime:
    """Return a time in ISO 8601, in a header's form, or in seconds since 1970, as AWS's command takes them."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        number = text.replace(".", "", 1)
        moment = datetime.fromtimestamp(float(text), UTC) if number.isdigit() else parsedate_to_datetime(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
