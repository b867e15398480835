"""A request as the protocols see it: taken from the wire, not yet understood."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs

from emulator.http.aws.errors import InvalidArgumentError


@dataclass(frozen=True)
class Request:
    """
    Everything that a request's meaning depends on.

    Header names are in lower case, or *headers* compares them without case, as aiohttp's does.
    """

    method: str
    path: str
    """As an operation's path in the model: `/{Bucket}/{Key+}`."""
    labels: Mapping[str, str]
    """What stood in the braces, decoded."""
    query: Mapping[str, Sequence[str]]
    headers: Mapping[str, str]
    body: bytes | None = None
    """None if the operation reads it by itself, as objects are."""


def read_query(text: str) -> Mapping[str, Sequence[str]]:
    """
    Return the parameters in *text*, the part of a target after `?`; each has at least one value.

    >>> read_query("prefix=a%2Fb+c&uploads")
    {'prefix': ['a/b c'], 'uploads': ['']}
    """
    if not text:
        return {}
    try:
        return parse_qs(text, keep_blank_values=True, errors="strict", max_num_fields=1000)
    except ValueError as error:
        raise InvalidArgumentError("The query string is not valid.", "query") from error
