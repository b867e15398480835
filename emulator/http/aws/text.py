"""Text in headers, which are bytes: what servers hand us, and what user metadata holds beyond ASCII."""

import base64
import re
from email.errors import HeaderParseError
from email.header import decode_header, make_header

from emulator.http.aws.errors import InvalidArgumentError

_UNSENDABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def header_text(text: str) -> str:
    """Return a header's value as UTF-8 if it is that, else as Latin-1; *text* is what aiohttp makes of its bytes."""
    raw = text.encode("utf-8", "surrogateescape")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def metadata_text(text: str) -> str:
    """
    Return what the value of a metadata header says: beyond ASCII it may be in the words of RFC 2047.

    >>> metadata_text("=?UTF-8?B?w6Q=?=")
    'ä'
    """
    if not text.isascii():
        return header_text(text)
    if "=?" not in text:
        return text
    try:
        return str(make_header(decode_header(text)))
    except (HeaderParseError, LookupError, ValueError):
        return text


def metadata_header(text: str) -> str:
    """
    Return the header that stands for *text*.

    >>> metadata_header("ä")
    '=?UTF-8?B?w6Q=?='
    """
    if text.isascii() and text.isprintable():
        return text
    return f"=?UTF-8?B?{base64.b64encode(text.encode('utf-8', 'surrogateescape')).decode()}?="


def sendable(name: str, text: str) -> str:
    """Return *text*; InvalidArgumentError if it would end the header *name*, and begin another."""
    if not text.isprintable() and _UNSENDABLE.search(text):
        raise InvalidArgumentError("Header value cannot be represented using ISO-8859-1.", name, text)
    return text
