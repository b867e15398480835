"""Client tokens, of whatever they are for: the same request made twice, by a script that is run again, is made once."""

import hashlib

from emulator.errors import ConflictError
from emulator.resources.invalid import InvalidParameterValueError

_LONGEST = 64


class IdempotentParameterMismatchError(ConflictError):
    """The token was used for another request."""

    code = "IdempotentParameterMismatch"

    def __init__(self, token: str) -> None:
        super().__init__(
            "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).",
            hint=f"use another client token than {token!r} for another request",
        )


def check_token(token: str | None) -> None:
    """Refuse what AWS takes for no token."""
    if token is not None and not 1 <= len(token) <= _LONGEST:
        raise InvalidParameterValueError(f"a client token has 1 to {_LONGEST} characters")


def digest(request: object) -> str:
    """Return what two requests, dataclasses of one kind, must have in common to share a token."""
    return hashlib.sha256(repr(request).encode()).hexdigest()
