"""User data taken apart: gzip is undone, MIME parts are separated, and each is named by what it begins with.

What begins with nothing known is a warning, not an error: EC2 launches the instance and does nothing with it.
"""

import base64
import binascii
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emulator.checks import shown
from emulator.errors import Problem
from emulator.units import MIB
from emulator.userdata.errors import UserDataError

if TYPE_CHECKING:
    from email.message import Message

SCRIPT = "text/x-shellscript"
CLOUD_CONFIG = "text/cloud-config"

EXPANDED_BYTES = MIB
"""What compressed user data may come to; EC2 knows no limit."""

_BEGINNINGS = {
    b"#!": SCRIPT,
    b"#cloud-config-archive": "text/cloud-config-archive",
    b"#cloud-config": CLOUD_CONFIG,
    b"#cloud-boothook": "text/cloud-boothook",
    b"#include": "text/x-include-url",
    b"#part-handler": "text/part-handler",
    b"## template: jinja": "text/jinja2",
}
_UNDECLARED = ("text/plain", "application/octet-stream", "text/x-not-multipart")
_COMPRESSED = ("application/gzip", "application/x-gzip", "application/gunzip", "application/x-gunzip")
_GZIP = b"\x1f\x8b"
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True)
class Part:
    """One document of user data: a script, a cloud-config, or what is ignored."""

    name: str
    """A file name."""
    label: str
    """What messages call it."""
    kind: str
    """The MIME type that cloud-init has for it; empty if it is not known."""
    content: bytes


def split(raw: bytes) -> list[Part]:
    """Return the documents in *raw*, those that are ignored too; UserDataError if it cannot be taken apart."""
    content = decompressed(raw, "user data") if raw.startswith(_GZIP) else raw
    if not content.strip():
        return []
    if b"mime-version:" not in content[:4096].lower():
        return [Part("part-001", "user data", _sniffed(content), content)]
    parts: list[Part] = []
    for number, message in enumerate(_messages(content), 1):
        left = EXPANDED_BYTES - sum(len(part.content) for part in parts)
        parts.append(_part(message, number, left))
    return [part for part in parts if part.content.strip()]


def decompressed(content: bytes, label: str, most: int = EXPANDED_BYTES) -> bytes:
    """Undo gzip; UserDataError if *content* is damaged or comes to more than *most* bytes."""
    stream = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        expanded = stream.decompress(content, most + 1)
    except zlib.error as error:
        raise UserDataError([Problem(label, "", f"cannot be decompressed: {error}")]) from error
    if len(expanded) > most:
        raise UserDataError([Problem(label, "", f"comes to more than {EXPANDED_BYTES} bytes when decompressed")])
    if not stream.eof:
        raise UserDataError([Problem(label, "", "cannot be decompressed: its end is missing")])
    return expanded


def advice(part: Part) -> str:
    """Return the sentence for a part that nothing is done with."""
    if part.kind:
        kind = part.kind if part.kind.isprintable() else shown(part.kind)
        return f"{part.label}: {kind} is ignored; cloudlet takes #! scripts and #cloud-config"
    first = part.content.lstrip().partition(b"\n")[0].decode(errors="replace")
    return (
        f"{part.label} begins with {shown(first)}, neither with #! nor with #cloud-config: "
        f"as on EC2, it is ignored{_meant(part.content)}"
    )


def _meant(content: bytes) -> str:
    if re.match(rb"\s*#+\s*cloud[-_ ]?config", content, re.IGNORECASE):
        return "; write the first line as #cloud-config, without spaces"
    try:
        if base64.b64decode(content, validate=False).lstrip().startswith((b"#", _GZIP)):
            return "; it looks encoded: pass it as it is, base64 is not needed here"
    except binascii.Error:
        pass
    return ""


def _messages(content: bytes) -> "Iterator[Message]":
    import email

    message = email.message_from_bytes(content)
    for part in message.walk():
        if not part.is_multipart():
            yield part


def _part(message: "Message", number: int, left_bytes: int) -> Part:
    label = f"user data, part {number}"
    payload = message.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    kind = message.get_content_type()
    if kind in _COMPRESSED or content.startswith(_GZIP):
        content, kind = decompressed(content, label, left_bytes), _UNDECLARED[0]
    if kind in _UNDECLARED:
        kind = _sniffed(content)
    given = message.get_filename() or ""
    return Part(given if _FILE_NAME.fullmatch(given) else f"part-{number:03}", label, kind, content)


def _sniffed(content: bytes) -> str:
    beginning = content[:100].lstrip().lower()
    return next((kind for start, kind in _BEGINNINGS.items() if beginning.startswith(start)), "")
