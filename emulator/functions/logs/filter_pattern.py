"""Filter patterns of CloudWatch Logs: which events to show. Terms here, `{ … }` for JSON in `json_pattern`.

Of AWS's language, regular expressions (`%…%`) and patterns for columns (`[a, b]`) are refused rather than misread.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from emulator.functions.logs.errors import InvalidLogParameterError
from emulator.functions.logs.json_pattern import json_pattern

Matches = Callable[[str], bool]
"""Tells whether a message is one of those that were asked for."""

_TERM = re.compile(r"""\s*(?P<sign>[?-]?)(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<word>[^\s"]+))(?=\s|$)""")


@dataclass(frozen=True)
class _Terms:
    """Every one of `all`, none of `none`, and one of `any` at least, if there are some."""

    all: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    none: tuple[str, ...] = ()

    def __call__(self, message: str) -> bool:
        return (
            all(term in message for term in self.all)
            and not any(term in message for term in self.none)
            and (not self.any or any(term in message for term in self.any))
        )


def filter_pattern(text: str) -> Matches:
    """
    Return what tells whether a message matches the pattern *text*; InvalidParameterException if it is none.

    Terms are case-sensitive parts of the message: all must be there, `-term` must not, of `?term ?term` one must.
    As on AWS, what is no letter, digit or `_` stands in quotes.

    >>> matches = filter_pattern('ERROR -"code 404"')
    >>> matches("ERROR code 500"), matches("ERROR code 404"), matches("error")
    (True, False, False)
    """
    pattern = text.strip()
    if pattern.startswith("{"):
        return json_pattern(pattern)
    if pattern.startswith(("[", "%")):
        kind = "a regular expression" if pattern.startswith("%") else "a pattern for columns"
        raise InvalidLogParameterError(
            f"Invalid filter pattern: {pattern} is {kind}, which is not supported here",
            hint='use terms (ERROR -"code 404"), or { $.level = "ERROR" } for JSON',
        )
    found: dict[str, list[str]] = {"": [], "?": [], "-": []}
    at = 0
    while at < len(pattern):
        match = _TERM.match(pattern, at)
        if match is None:
            raise InvalidLogParameterError(
                f"Invalid filter pattern: {pattern}", hint="a quote ends with a quote, and a space follows it"
            )
        found[match["sign"]].append(_term(match))
        at = match.end()
    return _Terms(tuple(found[""]), tuple(found["?"]), tuple(found["-"]))


def _term(match: re.Match[str]) -> str:
    if match["quoted"] is not None:
        return re.sub(r"\\(.)", r"\1", match["quoted"])
    word = match["word"]
    if not all(character.isalnum() or character == "_" for character in word):
        raise InvalidLogParameterError(
            f"Invalid character(s) in term '{word}'", hint=f"put it in double quotes: '\"{word}\"'"
        )
    return str(word)
