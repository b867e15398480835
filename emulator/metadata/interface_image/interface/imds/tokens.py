"""Session tokens of IMDSv2. A token holds its own end and a seal, so that none need be remembered."""

from __future__ import annotations

import binascii
import contextlib
import os

# hashlib would load OpenSSL, which is larger than this whole program.
from _blake2 import blake2b

KEY_BYTES = 32
_NONCE_BYTES = 12
_SEAL_BYTES = 20
_TOKEN_BYTES = 8 + _NONCE_BYTES + _SEAL_BYTES


def seal(key: bytes, text: bytes, size: int) -> bytes:
    """Return *size* bytes that only who has the *key* can derive from *text*."""
    return bytes(blake2b(text, key=key, digest_size=size).digest())


def load_key(path: str) -> bytes:
    """
    Return the key kept in the file *path*, a fresh one if there is none.

    It outlives the program, as tokens on AWS outlive whatever answers there. One that cannot be written is used for
    as long as this program runs.
    """
    with contextlib.suppress(OSError), open(path, "rb") as file:
        key = file.read()
        if len(key) == KEY_BYTES:
            return key
    key = os.urandom(KEY_BYTES)
    with contextlib.suppress(OSError):
        with open(os.open(f"{path}.new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(key)
        os.replace(f"{path}.new", path)
    return key


_TO_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_FROM_URL_SAFE = bytes.maketrans(b"-_", b"+/")


class Tokens:
    """The tokens of one instance."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def issue(self, instance_id: str, ttl_seconds: int, now: float) -> str:
        """Return a token that *instance_id* may use for *ttl_seconds*."""
        end_ms = int((now + ttl_seconds) * 1000)
        content = end_ms.to_bytes(8, "big") + os.urandom(_NONCE_BYTES)
        return _encoded(content + self._seal(content, instance_id))

    def seconds_left(self, token: str, instance_id: str, now: float) -> int | None:
        """Return how long *token* will do; None if it does not, or never did for this instance."""
        try:
            raw = binascii.a2b_base64(token.encode("ascii").translate(_FROM_URL_SAFE))
        except ValueError:
            return None
        content = raw[:-_SEAL_BYTES]
        # Encoded again, because the decoder overlooks what is no letter of its alphabet.
        if len(raw) != _TOKEN_BYTES or _encoded(content + self._seal(content, instance_id)) != token:
            return None
        left_ms = int.from_bytes(content[:8], "big") - now * 1000
        return -(-int(left_ms) // 1000) if left_ms > 0 else None

    def _seal(self, content: bytes, instance_id: str) -> bytes:
        return seal(self._key, content + instance_id.encode(), _SEAL_BYTES)


def _encoded(raw: bytes) -> str:
    return binascii.b2a_base64(raw, newline=False).translate(_TO_URL_SAFE).decode()
