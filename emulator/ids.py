"""Identifiers in AWS's form: a prefix, a dash and 17 hexadecimal digits."""

import hashlib
import re
import secrets
import time
import uuid

_DIGITS = 17


def new_id(prefix: str) -> str:
    """Return a fresh random id such as `i-0f3a…`; *prefix* is AWS's, without the dash."""
    return f"{prefix}-{secrets.token_hex(_DIGITS)[:_DIGITS]}"


def content_id(prefix: str, content: bytes) -> str:
    """Return the id that *content* always gets, on any machine."""
    return f"{prefix}-{hashlib.sha256(content).hexdigest()[:_DIGITS]}"


def is_id(text: str, prefix: str) -> bool:
    """Tell whether *text* has the form of an id; AWS's old eight-digit ones count too.

    >>> is_id("i-0123456789abcdef0", "i"), is_id("i-1234abcd", "i"), is_id("i-web", "i")
    (True, True, False)
    """
    return re.fullmatch(rf"{prefix}-([0-9a-f]{{8}}|[0-9a-f]{{17}})", text) is not None


def new_request_id() -> str:
    """Return a fresh request id: a random UUID, as Lambda's are."""
    return str(uuid.uuid4())


def new_version_id() -> str:
    """Return a fresh version id of an object: opaque, 32 characters, as S3's are."""
    return secrets.token_hex(16)


def new_upload_id() -> str:
    """Return a fresh id of a multipart upload; later ones sort after earlier ones."""
    return f"{time.time_ns():016x}{secrets.token_hex(24)}"
