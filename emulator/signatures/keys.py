"""From a secret to a signature. A signing key is good for one day, one region and one service: its scope."""

import hashlib
import hmac
from dataclasses import dataclass
from functools import lru_cache

ALGORITHM = "AWS4-HMAC-SHA256"
TERMINATOR = "aws4_request"


@dataclass(frozen=True)
class Scope:
    """Where a signature counts; `date` is `YYYYMMDD`."""

    date: str
    region: str
    service: str

    def __str__(self) -> str:
        return f"{self.date}/{self.region}/{self.service}/{TERMINATOR}"


@lru_cache(maxsize=128)
def signing_key(secret_access_key: str, scope: Scope) -> bytes:
    """Return the key that signs in *scope*: four HMACs, remembered since each of a day's requests needs them."""
    key = f"AWS4{secret_access_key}".encode()
    for part in (scope.date, scope.region, scope.service, TERMINATOR):
        key = hmac.digest(key, encoded(part), hashlib.sha256)
    return key


def sign(key: bytes, text: str) -> str:
    """Return the signature of *text* in hex."""
    return hmac.digest(key, encoded(text), hashlib.sha256).hex()


def string_to_sign(timestamp: str, scope: Scope, canonical_request: str) -> str:
    """Return what is signed of a whole request."""
    return "\n".join((ALGORITHM, timestamp, str(scope), sha256(canonical_request)))


def same(first: str, second: str) -> bool:
    """Compare two signatures in a time that tells nothing of where they differ."""
    return hmac.compare_digest(encoded(first), encoded(second))


def sha256(text: str) -> str:
    """Return the SHA-256 of *text* in hex."""
    return hashlib.sha256(encoded(text)).hexdigest()


def encoded(text: str) -> bytes:
    """Return the bytes that were sent for *text*: what is no UTF-8 was read as lone surrogates."""
    return text.encode("utf-8", "surrogateescape")
