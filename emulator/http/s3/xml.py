"""S3's XML, both ways. A document is a name and its content: text, or pairs of the same kind."""

import re
from collections.abc import Iterable, Mapping
from typing import TypeAlias
from xml.etree import ElementTree

from emulator.errors import InvalidRequestError

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"

Content: TypeAlias = "str | Iterable[tuple[str, Content]]"

_SPECIAL = re.compile(r'[&<>"\x00-\x1f\x7f]')
_NAMES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}


def render(name: str, content: Content, namespace: str | None = NAMESPACE) -> str:
    """Return the document *name* with its declaration."""
    attribute = f' xmlns="{namespace}"' if namespace else ""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{name}{attribute}>{_inner(content)}</{name}>'


def parse(body: bytes) -> ElementTree.Element:
    """Return the root of *body*, its names without a namespace; MalformedXML for what is no plain document."""
    if b"<!" in body:  # entities can blow a small document up to gigabytes; S3's have none
        raise malformed()
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 - no declarations are left in it
    except ElementTree.ParseError as error:
        raise malformed() from error
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def malformed() -> InvalidRequestError:
    return InvalidRequestError(
        "The XML you provided was not well-formed or did not validate against our published schema",
        code="MalformedXML",
    )


def fields(values: Mapping[str, str | None]) -> list[tuple[str, str]]:
    """Return those of *values* that there are."""
    return [(name, value) for name, value in values.items() if value is not None]


def _inner(content: Content) -> str:
    if isinstance(content, str):
        return _SPECIAL.sub(lambda found: _NAMES.get(found[0]) or f"&#{ord(found[0])};", content)
    return "".join(f"<{name}>{_inner(inner)}</{name}>" for name, inner in content)
