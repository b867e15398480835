"""The credentials of an instance's role. They are derived, not kept: the same hour gives the same ones."""

from __future__ import annotations

import binascii
import json
import time

from .tokens import seal

_PERIOD_SECONDS = 3600
"""How often there are new ones."""
_LIFETIME_SECONDS = 6 * 3600 + 1800
"""More than five hours are always left: the SDKs ask again when few minutes are."""

_KEY_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def role_credentials(key: bytes, role: str, now: float) -> str:
    """Return what `iam/security-credentials/ROLE` answers."""
    begin = _begin(now)
    stuff = seal(key, f"{role} {begin}".encode(), 64)
    return render(
        {
            "Code": "Success",
            "LastUpdated": _iso(begin),
            "Type": "AWS-HMAC",
            "AccessKeyId": "ASIA" + "".join(_KEY_LETTERS[byte % 32] for byte in stuff[:16]),
            "SecretAccessKey": _base64(stuff[16:46]),
            "Token": _base64(b"".join(seal(key, b"%d" % part + stuff, 64) for part in range(6))),
            "Expiration": _iso(begin + _LIFETIME_SECONDS),
        }
    )


def profile_info(profile: dict[str, str], now: float) -> str:
    """Return what `iam/info` answers."""
    return render(
        {
            "Code": "Success",
            "LastUpdated": _iso(_begin(now)),
            "InstanceProfileArn": profile["arn"],
            "InstanceProfileId": profile["id"],
        }
    )


def render(document: dict[str, str]) -> str:
    """Return *document* as the JSON text that AWS makes of it."""
    return json.dumps(document, indent=2, separators=(",", " : "))


def _begin(now: float) -> int:
    return int(now) // _PERIOD_SECONDS * _PERIOD_SECONDS


def _iso(moment: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))


def _base64(content: bytes) -> str:
    return binascii.b2a_base64(content, newline=False).decode()
