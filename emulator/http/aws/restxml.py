"""The protocol rest-xml: parameters in path, query, headers and an XML body, and answers of the same parts.

A body that is bytes is nobody's business here: an object can be larger than memory, so the operation moves it itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.http.aws.answer_headers import header_writers
from emulator.http.aws.errors import InvalidArgumentError, MissingBodyError
from emulator.http.aws.model import Member, Operation, Shape
from emulator.http.aws.parameters import Customs, Parameters
from emulator.http.aws.request import Request
from emulator.http.aws.xml_reading import Node, node_of, read_document, structure_node
from emulator.http.aws.xml_writing import DECLARATION, Element, encode, escape, structure_element

_XML = "application/xml"


@dataclass(frozen=True)
class Rendered:
    """An answer; the headers of every answer are still to be added."""

    status: int
    headers: dict[str, str]
    body: bytes | None
    """None if the operation sends it by itself."""


@dataclass(frozen=True)
class Dialect:
    """How a service's documents differ from its model."""

    namespace: str = ""
    roots: Mapping[str, str] = field(default_factory=dict)
    """What the root of an answer is called, by its shape."""
    bare: frozenset[str] = frozenset()
    """Operations that answer with their only member as the root."""
    statuses: Mapping[str, int] = field(default_factory=dict)
    """By operation."""
    customs: Customs = field(default_factory=Customs)


class RestXml:
    """Reads requests and writes answers; what it learns of an operation, it learns at the first request for it."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._parsers: dict[Operation, Callable[[Request], dict[str, Any]]] = {}
        self._renderers: dict[Operation, Callable[[Mapping[str, Any]], Rendered]] = {}

    def parse(self, operation: Operation, request: Request) -> dict[str, Any]:
        """
        Return what a caller of boto3 passed, by its names; a body of bytes is left out.

        Raises:
            InvalidArgumentError: A part of the path, query or headers is missing or makes no sense.
            MalformedXMLError: The body makes no sense.
        """
        parser = self._parsers.get(operation)
        if parser is None:
            parser = self._parsers[operation] = _parser(operation, self._dialect)
        return parser(request)

    def render(self, operation: Operation, output: Mapping[str, Any]) -> Rendered:
        """Return the answer that boto3 reads as *output*; None is the same as nothing, an unknown name a KeyError."""
        renderer = self._renderers.get(operation)
        if renderer is None:
            renderer = self._renderers[operation] = _renderer(operation, self._dialect)
        return renderer(output)


def render_error(code: str, message: str, status: int, fields: Mapping[str, str | None] | None = None) -> Rendered:
    """Return S3's document for an error; *fields* are its further elements, in their order."""
    elements = {"Code": code, "Message": message, **(fields or {})}
    inner = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in elements.items() if text is not None)
    return Rendered(status, {"Content-Type": _XML}, encode([DECLARATION, f"<Error>{inner}</Error>"]))


def _parser(operation: Operation, dialect: Dialect) -> Callable[[Request], dict[str, Any]]:
    parameters, shape = Parameters(operation, dialect.customs), operation.input
    if shape is None:
        return parameters.read
    if shape.payload:
        return (
            parameters.read if shape.payload.shape.type == "blob" else _payload_parser(parameters, shape, shape.payload)
        )
    members = list(shape.in_body)
    if not members:
        return parameters.read
    node, root = structure_node(members, shape.required), operation.input_root or shape.name

    def parse(request: Request) -> dict[str, Any]:
        values = parameters.read(request)
        if request.body:
            values |= read_document(request.body, root, node)
            return values
        if node.required:
            raise MissingBodyError
        return values

    return parse


def _payload_parser(parameters: Parameters, shape: Shape, payload: Member) -> Callable[[Request], dict[str, Any]]:
    """Return what reads a body that is one member: a document, or text as it is."""
    is_required = payload.name in shape.required
    read = _read_text if payload.is_raw else _reader(payload.wire_name, node_of(payload))

    def parse(request: Request) -> dict[str, Any]:
        values = parameters.read(request)
        if request.body:
            values[payload.name] = read(request.body)
        elif is_required:
            raise MissingBodyError
        return values

    return parse


def _reader(root: str, node: Node) -> Callable[[bytes], Any]:
    return lambda body: read_document(body, root, node)


def _read_text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise InvalidArgumentError("The request body is not valid UTF-8.", "body") from error


def _renderer(operation: Operation, dialect: Dialect) -> Callable[[Mapping[str, Any]], Rendered]:
    put, shape = header_writers(operation), operation.output
    status = dialect.statuses.get(operation.name, operation.status)
    content_type, body_of = _body_writer(operation, shape, dialect)

    def render(output: Mapping[str, Any]) -> Rendered:
        headers = {"Content-Type": content_type} if content_type else {}
        inner = {}
        for name, value in output.items():
            if value is None:
                continue
            if name in put:
                put[name](value, headers)
            else:
                inner[name] = value
        return Rendered(status, headers, body_of(inner))

    return render


_BodyWriter = Callable[[Mapping[str, Any]], bytes | None]


def _body_writer(operation: Operation, shape: Shape | None, dialect: Dialect) -> tuple[str, _BodyWriter]:
    """Return the type of an operation's answers, "" for none, and what writes them."""
    if shape is None or (shape.payload is None and not list(shape.in_body)):
        return "", _no_body
    if shape.payload is None:
        return _XML, _document_writer(operation, shape, dialect)
    payload = shape.payload
    if payload.shape.type == "string":
        return "application/json", lambda inner: _text(inner, payload.name)
    if payload.is_raw:
        return "", lambda inner: _streamed(inner, payload.name)
    root = payload.traits.get("locationName", payload.name)
    members, declared = payload.shape.members.values(), payload.shape.namespace
    element = structure_element(root, members, declared, dialect.namespace)
    return _XML, lambda inner: _document(element, _only(inner, payload.name, {}))


def _document_writer(operation: Operation, shape: Shape, dialect: Dialect) -> _BodyWriter:
    root = dialect.roots.get(shape.name, shape.name)
    if operation.name in dialect.bare:
        return _bare_writer(next(shape.in_body), dialect.namespace)
    whole = structure_element(root, list(shape.in_body), None, dialect.namespace)
    return lambda inner: _document(whole, inner)


def _bare_writer(member: Member, namespace: str) -> _BodyWriter:
    name = member.wire_name

    def write(inner: Mapping[str, Any]) -> bytes:
        text = escape(str(_only(inner, member.name, "")))
        return encode([DECLARATION, f'<{name} xmlns="{namespace}">{text}</{name}>'])

    return write


def _document(element: Element, value: Any) -> bytes:
    out = [DECLARATION]
    element(value, out)
    return encode(out)


def _only(inner: Mapping[str, Any], name: str, otherwise: Any) -> Any:
    """Return the one value that there may be."""
    if unknown := inner.keys() - {name}:
        raise KeyError(*unknown)
    return inner.get(name, otherwise)


def _no_body(inner: Mapping[str, Any]) -> bytes:
    if inner:
        raise KeyError(*inner)
    return b""


def _text(inner: Mapping[str, Any], name: str) -> bytes:
    return str(_only(inner, name, "")).encode()


def _streamed(inner: Mapping[str, Any], name: str) -> bytes | None:
    body = _only(inner, name, None)
    return body if isinstance(body, bytes) else None
