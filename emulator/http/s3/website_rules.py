"""How a bucket is set up as a web site: what AWS refuses of it, and where its rules send a visitor."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emulator.errors import InvalidRequestError
from emulator.http.aws.errors import InvalidArgumentError

NOUN = "BucketWebsite"
MISSING = ("NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration")

_MAX_RULES = 50
_REDIRECT = "HttpRedirectCode"
_ERROR = "HttpErrorCodeReturnedEquals"
_PREFIX = "KeyPrefixEquals"


@dataclass(frozen=True)
class Redirect:
    """Where a visitor is sent: to the same host, or by the same protocol, if nothing is said."""

    status: int
    key: str
    host: str | None = None
    protocol: str | None = None


def routed(website: Mapping[str, Any], key: str, error_status: int | None = None) -> Redirect | None:
    """
    Return where the first rule that fits sends who asks for *key*, None if he is not sent.

    Before a look at the object only rules without an error's status count; after an error, only those with it.
    """
    for rule in website.get("RoutingRules", ()):
        condition, redirect = rule.get("Condition", {}), rule["Redirect"]
        prefix, wanted = condition.get(_PREFIX, ""), condition.get(_ERROR)
        if key.startswith(prefix) and wanted == (None if error_status is None else str(error_status)):
            return Redirect(
                int(redirect.get(_REDIRECT, 301)),
                _replaced(redirect, prefix, key),
                redirect.get("HostName"),
                redirect.get("Protocol"),
            )
    return None


def checked_website(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return *document*; raises what AWS says of the first thing that is wrong."""
    if "RedirectAllRequestsTo" in document:
        if len(document) > 1:
            raise InvalidArgumentError(
                "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.",
                "RedirectAllRequestsTo",
                "not null",
            )
        _check_host(document["RedirectAllRequestsTo"])
        return document
    if "IndexDocument" not in document:
        raise InvalidArgumentError(
            "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty",
            "IndexDocument",
            "null",
        )
    suffix = document["IndexDocument"]["Suffix"]
    if not suffix or "/" in suffix:
        raise InvalidArgumentError("The IndexDocument Suffix is not well formed", "IndexDocument", suffix)
    if "ErrorDocument" in document and not document["ErrorDocument"]["Key"]:
        raise InvalidArgumentError("The ErrorDocument Key is not well formed", "ErrorDocument", "")
    rules = document.get("RoutingRules", ())
    if len(rules) > _MAX_RULES:
        raise _refusal(
            f"{len(rules)} routing rules provided, the number of routing rules in a website configuration is limited to"
            f" {_MAX_RULES}."
        )
    for rule in rules:
        _check_rule(rule)
    return document


def _check_rule(rule: Mapping[str, Any]) -> None:
    redirect = rule["Redirect"]
    if "Condition" in rule and not rule["Condition"]:
        raise _refusal(
            "Condition cannot be empty. To redirect all requests without a condition, the condition element shouldn't"
            " be present."
        )
    if not redirect:
        raise _refusal("Redirect cannot be empty.")
    status, error = redirect.get(_REDIRECT), rule.get("Condition", {}).get(_ERROR)
    if status is not None and (not _is_status(status, "3") or status == "300"):
        raise _refusal(f"The provided HTTP redirect code ({status}) is not valid. Valid codes are 3XX except 300.")
    if error is not None and not _is_status(error, "45"):
        raise _refusal(f"The provided HTTP error code ({error}) is not valid. Valid codes are 4XX or 5XX.")
    if "ReplaceKeyWith" in redirect and "ReplaceKeyPrefixWith" in redirect:
        raise _refusal("You can only define ReplaceKeyPrefix or ReplaceKey but not both.")
    _check_host(redirect)


def _check_host(redirect: Mapping[str, Any]) -> None:
    """A host name becomes part of a header."""
    host = redirect.get("HostName", "")
    if not (host.isascii() and host.isprintable()) or " " in host:
        raise InvalidArgumentError("The HostName is not well formed", "HostName", host)


def _is_status(text: str, kinds: str) -> bool:
    return len(text) == 3 and text.isascii() and text.isdigit() and text[0] in kinds


def _replaced(redirect: Mapping[str, Any], prefix: str, key: str) -> str:
    if "ReplaceKeyWith" in redirect:
        return str(redirect["ReplaceKeyWith"])
    if "ReplaceKeyPrefixWith" in redirect:
        return str(redirect["ReplaceKeyPrefixWith"]) + key.removeprefix(prefix)
    return key


def _refusal(message: str) -> InvalidRequestError:
    return InvalidRequestError(message, code="InvalidRequest")
