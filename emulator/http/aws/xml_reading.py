"""XML from strangers, read straight into values: no tree is made, and what a shape does not know ends the reading.

So a document is never deeper than the shape it is read by. Declarations are refused as such: entities can blow a small
document up to gigabytes, and AWS's have none. The parser finds them, in any encoding: a search of the bytes would not.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from emulator.http.aws.errors import BodyTooLargeError, MalformedXMLError
from emulator.http.aws.model import Member, Shape
from emulator.http.aws.scalars import Reader, reader_of

MAX_BYTES = 8 * 1024 * 1024
"""More than any request needs: ten thousand parts with a checksum each are about three."""

_SEPARATOR = " "
"""Between an address and a name: neither holds one."""


@dataclass
class _Field:
    """What an element or attribute of a structure, or an item of a list, becomes."""

    name: str
    node: "Node"
    many: bool = False
    """Whether it is one of the items of a list that has no element of its own."""


@dataclass
class Node:
    """How to read one element."""

    new: Callable[[], Any] | None = None
    """Makes the empty value of a structure or list; None for a piece of text."""
    read: Reader = str
    fields: dict[str, _Field] = field(default_factory=dict)
    attributes: dict[str, tuple[str, Reader]] = field(default_factory=dict)
    required: frozenset[str] = frozenset()


def structure_node(members: list[Member], required: tuple[str, ...]) -> Node:
    """Return how to read an element that holds *members*."""
    node = Node(new=dict, required=frozenset(required).intersection(member.name for member in members))
    for member in members:
        if member.is_attribute:
            node.attributes[member.wire_name.rpartition(":")[2]] = (member.name, reader_of(member, "iso8601"))
        elif member.shape.type == "list" and member.is_flattened:
            node.fields[member.wire_name] = _Field(member.name, node_of(member.shape.item), many=True)
        else:
            node.fields[member.wire_name] = _Field(member.name, node_of(member))
    return node


def node_of(member: Member) -> Node:
    """Return how to read the element of *member*."""
    shape: Shape = member.shape
    if shape.type == "structure":
        return structure_node(list(shape.members.values()), shape.required)
    if shape.type == "list":
        item = shape.item
        return Node(new=list, fields={item.traits.get("locationName", "member"): _Field("", node_of(item))})
    return Node(read=reader_of(member, "iso8601"))


def read_document(body: bytes, root: str, node: Node) -> Any:
    """Return the value of the document *body*, whose root must be *root*; namespaces do not matter."""
    if len(body) > MAX_BYTES:
        raise BodyTooLargeError
    parser = expat.ParserCreate("utf-8", _SEPARATOR)
    reading = _Reading(_Field("", node), root)
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reading.declaration
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.text.append
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise MalformedXMLError(str(error)) from error
    return reading.value


class _Reading:
    """A document, read up to some point."""

    def __init__(self, root: _Field, name: str) -> None:
        self._above: list[tuple[_Field, Any]] = []
        """The elements that are open, and their values so far."""
        self._fields = {name: root}
        self.text: list[str] = []
        """What was read since an element began or ended."""
        self.value: Any = None

    def declaration(self, *_: object) -> None:
        raise MalformedXMLError("a document type is declared")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(_SEPARATOR)[2]
        found = self._fields.get(name)
        if found is None:
            raise MalformedXMLError(f"{name} is not expected there")
        self._refuse_text(name)
        node = found.node
        value: Any = node.new() if node.new else None
        for attribute, text in attributes.items() if node.attributes else ():
            known = node.attributes.get(attribute.rpartition(_SEPARATOR)[2])
            if known:
                value[known[0]] = _read(known[1], text, attribute)
        self._above.append((found, value))
        self._fields = node.fields

    def end(self, tag: str) -> None:
        ended, value = self._above.pop()
        node = ended.node
        if node.new is None:
            value = _read(node.read, "".join(self.text), tag)
            self.text.clear()
        else:
            self._refuse_text(tag)
            if node.required and not node.required <= value.keys():
                raise MalformedXMLError(f"{tag} lacks {', '.join(sorted(node.required - value.keys()))}")
        if not self._above:
            self.value = value
            return
        above, container = self._above[-1]
        self._fields = above.node.fields
        if ended.many:
            container.setdefault(ended.name, []).append(value)
        elif above.node.new is list:
            container.append(value)
        elif ended.name in container:
            raise MalformedXMLError(f"{tag} is there twice")
        else:
            container[ended.name] = value

    def _refuse_text(self, name: str) -> None:
        """Text between elements may only be white space."""
        if self.text:
            if not "".join(self.text).isspace():
                raise MalformedXMLError(f"text beside {name}")
            self.text.clear()


def _read(reader: Reader, text: str, name: str) -> Any:
    try:
        return reader(text)
    except ValueError as error:
        raise MalformedXMLError(f"{name.rpartition(_SEPARATOR)[2]}: {error}") from error
