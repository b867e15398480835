"""An answer as the document that `aws` makes of it, or as the error that it is."""

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import IO, Any
from urllib.parse import unquote

from emulator.errors import EmulatorError, InvalidRequestError, NotFoundError
from emulator.http.aws.model import Member, Operation, Shape
from emulator.http.aws.timestamps import READERS

_KINDS = {HTTPStatus.BAD_REQUEST: InvalidRequestError, HTTPStatus.NOT_FOUND: NotFoundError}
_SPELLED = ("Delimiter", "Marker", "NextMarker", "StartAfter", "KeyMarker", "NextKeyMarker", "Prefix")
_SPELLED_IN = {"Contents": "Key", "Versions": "Key", "DeleteMarkers": "Key", "CommonPrefixes": "Prefix"}
_AS_IT_IS = {"ListObjects": ("Prefix",)}
"""What AWS's SDK does not decode."""


@dataclass(frozen=True)
class Answered:
    """An answer of which the head has come."""

    status: int
    reason: str
    headers: Sequence[tuple[str, str]]
    content: IO[bytes]

    def blocks(self, size: int) -> Iterator[bytes]:
        """Yield the content, piece by piece."""
        while block := self.content.read(size):
            yield block


def document_of(operation: Operation, answer: Answered, *, is_spelled: bool) -> dict[str, Any]:
    """
    Return the members of the operation's output; content that is a file's is left to be read.

    With *is_spelled*, keys were asked for in percent-encoding, and are decoded. Raises an EmulatorError with AWS's code
    if the answer is an error.
    """
    if answer.status >= HTTPStatus.MULTIPLE_CHOICES:
        raise _error(answer)
    if operation.output is None:
        return {}
    document = dict(_of_headers(operation.output, answer.headers))
    payload = operation.output.payload
    if payload is None or payload.shape.type != "blob":
        document |= _of_body(operation, answer.content.read())
    if is_spelled and document.get("EncodingType") == "url":
        _decode(document, _AS_IT_IS.get(operation.name, ()))
    return document


def _error(answer: Answered) -> EmulatorError:
    kind = _KINDS.get(HTTPStatus(answer.status), EmulatorError)
    said = answer.content.read()
    try:
        root = ElementTree.fromstring(said)  # noqa: S314 - our own server's
    except ElementTree.ParseError:  # nothing, or plain text: an endless header, say, reaches no door
        text = said.decode("utf-8", "replace").partition("\n")[0].strip()
        return kind(text or answer.reason, code=str(answer.status))
    return kind(root.findtext("Message", answer.reason), code=root.findtext("Code", str(answer.status)))


def _of_headers(shape: Shape, headers: Sequence[tuple[str, str]]) -> Iterator[tuple[str, Any]]:
    by_name = {name.lower(): text for name, text in headers}
    for member in shape.members.values():
        name = member.wire_name.lower()
        if member.location == "headers":
            yield member.name, {one[len(name) :]: text for one, text in headers if one.lower().startswith(name)}
        elif member.location == "header" and name in by_name:
            yield member.name, _header(member, by_name[name])


def _header(member: Member, text: str) -> Any:
    if member.shape.type == "list":
        return [_scalar(member.shape.item, one.strip(), "rfc822") for one in text.split(",")]
    return _scalar(member, text, "rfc822")


def _of_body(operation: Operation, body: bytes) -> Mapping[str, Any]:
    shape = operation.output
    assert shape is not None  # noqa: S101 - the caller has looked
    payload = shape.payload
    if payload and payload.shape.type == "string":
        return {payload.name: body.decode("utf-8", "surrogateescape")}
    if not body:
        return {}
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 - our own server's
    except ElementTree.ParseError as error:
        raise EmulatorError(
            f"the answer holds characters that XML has not ({error})", hint="ask with --encoding-type url"
        ) from error
    if operation.name == "GetBucketLocation":
        return {"LocationConstraint": root.text}
    if payload:
        return {payload.name: _structure(payload.shape, root)}
    return _structure(shape, root)


def _structure(shape: Shape, node: ElementTree.Element) -> dict[str, Any]:
    found: dict[str, Any] = {}
    below: dict[str, list[ElementTree.Element]] = {}
    for one in node:
        below.setdefault(_local(one.tag), []).append(one)
    attributes = {_local(name): text for name, text in node.attrib.items()}
    for member in shape.members.values():
        if member.location is not None:
            continue
        if member.is_attribute:
            name = member.wire_name.rpartition(":")[2]
            if name in attributes:
                found[member.name] = attributes[name]
            continue
        name = _flat_name(member) if member.shape.type == "list" and member.is_flattened else member.wire_name
        if nodes := below.get(name):
            found[member.name] = _value(member, nodes)
    return found


def _value(member: Member, nodes: list[ElementTree.Element]) -> Any:
    shape = member.shape
    if shape.type == "structure":
        return _structure(shape, nodes[0])
    if shape.type == "list":
        return [_value(shape.item, [one]) for one in (nodes if member.is_flattened else nodes[0])]
    return _scalar(member, nodes[0].text or "", "iso8601")


def _flat_name(member: Member) -> str:
    return str(member.shape.item.traits.get("locationName", member.wire_name))


def _scalar(member: Member, text: str, timestamp_format: str) -> Any:
    if member.shape.type in ("integer", "long"):
        return int(text)
    if member.shape.type == "boolean":
        return text.lower() == "true"
    if member.shape.type == "timestamp":
        return READERS[member.timestamp_format or timestamp_format](text)
    return text


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _decode(document: dict[str, Any], left: Sequence[str]) -> None:
    for name in document.keys() & {*_SPELLED} - {*left}:
        document[name] = unquote(document[name])
    for name, key in _SPELLED_IN.items():
        for one in document.get(name, ()):
            one[key] = unquote(one[key])
