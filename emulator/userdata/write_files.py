"""The files of a cloud-config, decoded on this side: what is broken is refused before anything is launched."""

import base64
import binascii
from collections.abc import Set

from emulator.checks import owner, shown
from emulator.errors import Problem
from emulator.userdata import checks
from emulator.userdata.errors import UserDataError
from emulator.userdata.fields import Fields
from emulator.userdata.model import FileToWrite
from emulator.userdata.parts import EXPANDED_BYTES, decompressed

_BASE64 = ("b64", "base64")
_GZIP = ("gz", "gzip")
_BOTH = ("gz+b64", "gz+base64", "gzip+b64", "gzip+base64")
_PLAIN = "text/plain"


def read_write_files(fields: Fields, made: Set[str]) -> tuple[FileToWrite, ...]:
    """Return the files to write, with a warning for each that belongs to one of the users who are *made* after it."""
    found: list[FileToWrite] = []
    for entry in fields.mappings("write_files"):
        path = entry.text("path", checks.absolute)
        if entry.value("path") is None:
            entry.refuse("path", "is missing")
        file = FileToWrite(
            path=path or "",
            content=_content(entry, EXPANDED_BYTES - sum(len(file.content) for file in found)),
            owner=entry.text("owner", owner) or FileToWrite.owner,
            mode=_mode(entry),
            append=entry.flag("append"),
            deferred=entry.flag("defer"),
        )
        if file.owner.partition(":")[0] in made and not file.deferred:
            entry.warn("owner", "is made after the file, as on EC2, so that it stays root's; `defer: true` waits")
        found.append(file)
        entry.done()
    return tuple(found)


def _mode(entry: Fields) -> int:
    value = entry.value("permissions")
    if value is None:
        return FileToWrite.mode
    try:
        number = checks.mode(value)
    except ValueError as error:
        entry.refuse("permissions", str(error))
        return FileToWrite.mode
    if checks.is_likely_decimal(value):
        entry.warn("permissions", f"is {number:#o}, since {value} stands without quotes and 0")
    return number


def _content(entry: Fields, left_bytes: int) -> bytes:
    """Return the bytes to write, of which there may be *left_bytes*."""
    value = entry.value("content")
    encoding = entry.text("encoding", str.lower) or _PLAIN
    if isinstance(value, bytes):  # YAML's own !!binary
        content = value
    elif isinstance(value, str) or value is None:
        content = (value or "").encode(errors="replace")
    else:
        entry.refuse("content", f"{shown(value)} is not text; put it in quotes")
        return b""
    if encoding not in (*_BASE64, *_GZIP, *_BOTH, _PLAIN):
        entry.refuse("encoding", f"{shown(encoding)} is not one of b64, gzip, gz+b64 and text/plain")
        return b""
    try:
        if encoding in (*_BASE64, *_BOTH):
            content = base64.b64decode(b"".join(content.split()), validate=True)
    except binascii.Error as error:
        entry.refuse("content", f"is not base64: {error}")
        return b""
    if encoding in (*_GZIP, *_BOTH):
        try:
            content = decompressed(content, "user data", left_bytes)
        except UserDataError as error:
            entry.findings.problems += [Problem(p.file, entry.at("content"), p.message) for p in error.problems]
            return b""
    return content
