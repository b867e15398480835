"""Why a try failed, as text that can be kept: what a handler says of itself may be anything, of any length."""

import json

from emulator.functions.records import InvocationResult

LONGEST_REASON = 1024
"""In characters, as Lambda cuts the message of a dead letter."""


def reason(result: InvocationResult) -> str:
    """Return the handler's error in one line, type first."""
    try:
        body = json.loads(result.payload)
        return storable(f"{body.get('errorType', result.error_type)}: {body.get('errorMessage', '')}")
    except (ValueError, AttributeError, RecursionError):
        return storable(str(result.error_type))


def storable(text: str) -> str:
    r"""
    Return *text* as UTF-8 can hold it, and no longer than a reason may be.

    JavaScript cuts an emoji in two, Python reads a file's name that is no UTF-8: half a character stands for itself.

    >>> storable("cut in two: \ud83d")
    'cut in two: \\ud83d'
    """
    if len(text) > LONGEST_REASON:
        text = f"{text[: LONGEST_REASON - 1]}…"
    return text.encode("utf-8", "backslashreplace").decode()[:LONGEST_REASON]
