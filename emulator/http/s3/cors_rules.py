"""CORS rules: what AWS refuses of them, which one lets a page do something, and what its browser is told then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emulator.errors import InvalidRequestError
from emulator.http.aws.errors import MalformedXMLError

METHODS = ("GET", "PUT", "HEAD", "POST", "DELETE")
ALLOW = "Access-Control-Allow-"

_MAX_RULES = 100
_MAX_ID_LENGTH = 255
_VARY = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"


@dataclass(frozen=True)
class Question:
    """What a page wants to do; headers in lower case."""

    origin: str
    method: str
    headers: tuple[str, ...] = ()


def find_rule(rules: Sequence[Mapping[str, Any]], question: Question) -> Mapping[str, Any] | None:
    """Return the first rule that allows all of it."""
    return next((rule for rule in rules if _allows(rule, question)), None)


def headers_of(rule: Mapping[str, Any], question: Question) -> dict[str, str]:
    """Return what a browser is told that may go on."""
    is_anybody = "*" in rule["AllowedOrigins"]
    headers = {
        f"{ALLOW}Origin": "*" if is_anybody else question.origin,
        f"{ALLOW}Methods": ", ".join(rule["AllowedMethods"]),
        "Vary": _VARY,
    }
    if not is_anybody:
        headers[f"{ALLOW}Credentials"] = "true"
    if rule.get("ExposeHeaders"):
        headers["Access-Control-Expose-Headers"] = ", ".join(rule["ExposeHeaders"])
    if "MaxAgeSeconds" in rule:
        headers["Access-Control-Max-Age"] = str(rule["MaxAgeSeconds"])
    return headers


def checked_cors(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return *document*; raises what AWS says of the first thing that is wrong."""
    rules = document["CORSRules"]
    if not rules:
        raise MalformedXMLError("there is no rule")
    if len(rules) > _MAX_RULES:
        raise _refusal(f"The number of CORS rules should not exceed allowed limit of {_MAX_RULES} rules.")
    for rule in rules:
        _check_rule(rule)
    return document


def _check_rule(rule: Mapping[str, Any]) -> None:
    for method in rule["AllowedMethods"]:
        if method not in METHODS:
            raise _refusal(f"Found unsupported HTTP method in CORS config. Unsupported method is {method}")
    for name, texts in (("AllowedOrigin", rule["AllowedOrigins"]), ("AllowedHeader", rule.get("AllowedHeaders", ()))):
        for text in texts:
            if text.count("*") > 1:
                raise _refusal(f'{name} "{text}" can not have more than one wildcard.')
    for text in rule.get("ExposeHeaders", ()):
        if "*" in text:
            raise _refusal(
                f'ExposeHeader "{text}" contains wildcard. We currently do not support wildcard for ExposeHeader.'
            )
    if not all(_is_sendable(text) for text in rule.get("ExposeHeaders", ())):
        raise _refusal("An ExposeHeader is not the name of a header.")
    if len(rule.get("ID", "")) > _MAX_ID_LENGTH:
        raise _refusal(f"The length of the ID should not exceed allowed limit of {_MAX_ID_LENGTH}.")


def _is_sendable(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _allows(rule: Mapping[str, Any], question: Question) -> bool:
    return (
        question.method in rule["AllowedMethods"]
        and any(_matches(pattern, question.origin) for pattern in rule["AllowedOrigins"])
        and all(
            any(_matches(pattern.lower(), header) for pattern in rule.get("AllowedHeaders", ()))
            for header in question.headers
        )
    )


def _matches(pattern: str, text: str) -> bool:
    """
    Tell whether *text* is as *pattern* says, whose one asterisk stands for anything.

    What is not ASCII fits nothing: no browser sends it, and it could not be sent back.

    >>> _matches("http://*.example.com", "http://a.example.com"), _matches("http://*", "https://a")
    (True, False)
    """
    start, asterisk, end = pattern.partition("*")
    if not asterisk or not text.isascii():
        return pattern == text and text.isascii()
    return len(text) >= len(start) + len(end) and text.startswith(start) and text.endswith(end)


def _refusal(message: str) -> InvalidRequestError:
    return InvalidRequestError(message, code="InvalidRequest")
