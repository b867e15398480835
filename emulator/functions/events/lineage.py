"""
How often an event has passed through a function, told by the trace header that travels with all that comes of it.

Each invocation is handed a header with its own pass counted in `Lineage`. AWS's SDKs send that header with every
request of a handler, and whoever makes an event of such a request keeps it. So a loop shows, through however many
buckets and functions it leads: https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
"""

import hashlib
import secrets
from urllib.parse import unquote

MOST_PASSES = 16
"""The invocation after this many in one chain is refused."""

_MOST_FUNCTIONS = 32  # a header has an end: of a longer chain the functions that came first are forgotten
_LONGEST_HEADER = 4096


def passes(trace: str, function: str) -> int:
    """Return how many invocations of *function*, an ARN without a qualifier, led to what carries *trace*."""
    return dict(_lineage(_fields(trace))).get(_mark(function), 0)


def traced(trace: str, function: str, request_id: str) -> str:
    """
    Return the header that an invocation of *function* is given: the one it came with, and this pass.

    >>> header = traced("Root=1-5e-0f;Sampled=1;Lineage=1:00000000:3", "arn:f", "4f1d0a52-0000-4000-8000-000000000000")
    >>> header.partition(";Sampled")[2]
    '=1;Lineage=1:00000000:3|1:203da914:1'
    """
    fields = _fields(trace)
    lineage = dict(_lineage(fields))
    count = lineage.pop(_mark(function), 0) + 1
    kept = [*list(lineage.items())[1 - _MOST_FUNCTIONS :], (_mark(function), count)]
    said = "|".join(f"1:{mark}:{count}" for mark, count in kept)
    root = fields.get("Root") or _root(request_id)
    return f"Root={root};Parent={secrets.token_hex(8)};Sampled={fields.get('Sampled') or '0'};Lineage={said}"


def _fields(trace: str) -> dict[str, str]:
    if len(trace) > _LONGEST_HEADER:
        return {}
    parts = (part.strip().partition("=") for part in unquote(trace).split(";"))  # SDKs quote the bars
    return {name: value for name, _, value in parts if value.isascii() and value.isprintable()}


def _lineage(fields: dict[str, str]) -> list[tuple[str, int]]:
    """Return (mark of a function, how often it was passed), oldest first; what cannot be read counts nothing."""
    found = []
    for entry in fields.get("Lineage", "").split("|"):
        mark, _, count = entry.rpartition(":")
        if count.isdecimal() and len(count) < 6:
            found.append((mark.rpartition(":")[2], int(count)))
    return found


def _mark(function: str) -> str:
    return hashlib.sha256(function.encode()).hexdigest()[:8]


def _root(request_id: str) -> str:
    digits = request_id.replace("-", "").ljust(32, "0")
    return f"1-{digits[:8]}-{digits[8:32]}"
