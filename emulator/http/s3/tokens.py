"""Where a listing goes on, in a form that nobody is tempted to make up."""

import base64
import binascii

from emulator.buckets.errors import InvalidArgumentError


def token_of(start: str) -> str:
    """Return the continuation token of a listing that goes on behind *start*."""
    return base64.urlsafe_b64encode(start.encode()).decode()


def start_of(token: str) -> str:
    """Return what `token_of` was given; InvalidArgumentError if *token* is not of its making."""
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise InvalidArgumentError("The continuation token provided is incorrect") from error
