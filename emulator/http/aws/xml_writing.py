"""Values as XML elements. The order is that of the value: an operation answers in the order in which it says things."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, TypeAlias

from emulator.http.aws.model import PLAIN_TYPES, Member
from emulator.http.aws.scalars import Writer, writer_of

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'

Element: TypeAlias = Callable[[Any, list[str]], None]
"""Appends the text of a value to what is written so far."""

_SPECIAL = re.compile(r'[&<>"\x00-\x1f\x7f]')
_NAMES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}


class Verbatim(str):
    """Elements that are written already, by whoever must write thousands of them and knows a quicker way."""

    __slots__ = ()


def escape(text: str) -> str:
    """Return *text* as it stands in an element; control characters are numbers, as S3 writes them.

    >>> escape('a & "b"\\r')
    'a &amp; &quot;b&quot;&#13;'
    """
    if text.isprintable():  # nearly all is, and this takes a third of the time of the other way
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return _SPECIAL.sub(lambda found: _NAMES.get(found[0]) or f"&#{ord(found[0])};", text)


def encode(parts: Iterable[str]) -> bytes:
    """Return a document; a file name that is no UTF-8 becomes numbers rather than an error."""
    return "".join(parts).encode("utf-8", "xmlcharrefreplace")


def element_of(name: str, member: Member) -> Element:
    """Return what writes *member* as the element *name*."""
    if member.shape.type == "structure":
        return structure_element(name, member.shape.members.values(), member.shape.namespace)
    if member.shape.type == "list":
        return _list_element(name, member)
    opened, text_of, closed = _scalar(name, member)
    return lambda value, out: out.append(f"{opened}{text_of(value)}{closed}")


def structure_element(
    name: str, members: Collection[Member], declared: tuple[str, str] | None = None, namespace: str = ""
) -> Element:
    """Return what writes an element with *members* in it, of which a value must be made."""
    inside = [member for member in members if not member.is_attribute]
    scalars = {one.name: _scalar(one.wire_name, one) for one in inside if one.shape.type in PLAIN_TYPES}
    others = {one.name: element_of(one.wire_name, one) for one in inside if one.name not in scalars}
    attributes = {one.name: (one.wire_name, _text_of(one)) for one in members if one.is_attribute}
    opening, closing = f"<{name}{_declarations(declared, namespace)}", f"</{name}>"

    def write(value: Mapping[str, Any], out: list[str]) -> None:
        out.append(opening)
        for key, (wire_name, text_of) in attributes.items():
            if value.get(key) is not None:
                out.append(f' {wire_name}="{text_of(value[key])}"')
        out.append(">")
        for key, one in value.items():
            if one is None or key in attributes:
                continue
            if type(one) is Verbatim:
                out.append(one)
                continue
            # Nearly everything in a long answer is one of these; a call for each would double its time.
            if key in scalars:
                opened, text_of, closed = scalars[key]
                out.append(f"{opened}{text_of(one)}{closed}")
            else:
                others[key](one, out)
        out.append(closing)

    return write


def _scalar(name: str, member: Member) -> tuple[str, Writer, str]:
    return f"<{name}>", _text_of(member), f"</{name}>"


def _text_of(member: Member) -> Writer:
    """Return what turns a value into text that can stand in an element."""
    return escape if member.shape.type == "string" else writer_of(member, "iso8601")


def _declarations(declared: tuple[str, str] | None, namespace: str) -> str:
    found = f' xmlns="{namespace}"' if namespace else ""
    return f'{found} xmlns:{declared[0]}="{declared[1]}"' if declared else found


def _list_element(name: str, member: Member) -> Element:
    item = member.shape.item
    if member.is_flattened:
        write_one = element_of(item.traits.get("locationName", name), item)

        def write_flat(value: Iterable[Any], out: list[str]) -> None:
            for one in value:
                write_one(one, out)

        return write_flat
    write_item = element_of(item.traits.get("locationName", "member"), item)

    def write(value: Iterable[Any], out: list[str]) -> None:
        out.append(f"<{name}>")
        for one in value:
            write_item(one, out)
        out.append(f"</{name}>")

    return write
