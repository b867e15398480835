"""What AWS refuses of a lifecycle configuration. A rule without an id gets one; nothing else is changed."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from emulator.buckets.errors import InvalidArgumentError
from emulator.errors import InvalidRequestError

_MAX_RULES = 1000
_MAX_ID_LENGTH = 255
_MAX_OBJECT_BYTES = 1_099_511_627_776_000
_INFREQUENT = ("STANDARD_IA", "ONEZONE_IA")
_INFREQUENT_DAYS = 30
_ACTIONS = (
    "Expiration",
    "Transitions",
    "NoncurrentVersionExpiration",
    "NoncurrentVersionTransitions",
    "AbortIncompleteMultipartUpload",
)


def checked_lifecycle(rules: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return *rules*, each with an id; InvalidRequestError or InvalidArgumentError for the first that is wrong."""
    if not rules:
        raise _refusal("At least one lifecycle rule must be specified.")
    if len(rules) > _MAX_RULES:
        raise _refusal(f"The number of lifecycle rules must not exceed the allowed limit of {_MAX_RULES} rules.")
    ids = [rule["ID"] for rule in rules if rule.get("ID")]
    if any(len(rule_id) > _MAX_ID_LENGTH for rule_id in ids):
        raise InvalidArgumentError(f"ID length should not exceed allowed limit of {_MAX_ID_LENGTH}")
    if len(ids) != len(set(ids)):
        raise InvalidArgumentError("Rule ID must be unique. Found same ID for more than one rule")
    has_filters = "Filter" in rules[0]
    for rule in rules:
        _check_scope(rule, has_filters=has_filters)
        _check_actions(rule)
    return [{"ID": secrets.token_urlsafe(36), **_without_empty_id(rule)} for rule in rules]


def _check_scope(rule: Mapping[str, Any], *, has_filters: bool) -> None:
    """A configuration is of the older form, with prefixes, or of the newer one, with filters."""
    if has_filters and "Prefix" in rule:
        raise _refusal("Base level prefix cannot be used in Lifecycle V2, prefixes are only supported in the Filter.")
    if not has_filters and "Filter" in rule:
        raise _refusal("Filter element can only be used in Lifecycle V2.")
    if "Filter" not in rule and "Prefix" not in rule:
        raise _malformed("a rule has a Filter")
    _check_filter(rule.get("Filter", {}))


def _check_filter(given: Mapping[str, Any]) -> None:
    if len(given) > 1:
        raise _malformed("more than one predicate is written in And")
    inner = given.get("And", given)
    tags = inner.get("Tags", [])
    if "And" in given and len(inner) - ("Tags" in inner) + len(tags) < 2:
        raise _malformed("And has two predicates or more")
    keys = [tag["Key"] for tag in tags]
    if len(keys) != len(set(keys)):
        raise _refusal("Duplicate Tag Keys are not allowed.")
    larger, smaller = inner.get("ObjectSizeGreaterThan"), inner.get("ObjectSizeLessThan")
    if larger is not None and not 0 <= larger <= _MAX_OBJECT_BYTES:
        raise _refusal(f"'ObjectSizeGreaterThan' should be between 0 and {_MAX_OBJECT_BYTES}.")
    if smaller is not None and not 1 <= smaller <= _MAX_OBJECT_BYTES:
        raise _refusal(f"'ObjectSizeLessThan' should be between 1 and {_MAX_OBJECT_BYTES}.")
    if larger is not None and smaller is not None and smaller <= larger:
        raise _refusal("'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'.")


def _check_actions(rule: Mapping[str, Any]) -> None:
    if not any(rule.get(action) is not None for action in _ACTIONS):
        raise _refusal("At least one action needs to be specified in a rule")
    if "Expiration" in rule:
        _check_expiration(rule["Expiration"])
    if "NoncurrentVersionExpiration" in rule:
        _check_noncurrent(rule["NoncurrentVersionExpiration"])
    if "AbortIncompleteMultipartUpload" in rule:
        days = rule["AbortIncompleteMultipartUpload"].get("DaysAfterInitiation")
        _check_positive(days, "'DaysAfterInitiation' for AbortIncompleteMultipartUpload action")
    _check_companions(rule)
    _check_transitions(rule)


def _check_expiration(expiration: Mapping[str, Any]) -> None:
    if len(expiration) != 1:
        raise _malformed("an Expiration has Days, Date or ExpiredObjectDeleteMarker")
    if "Days" in expiration:
        _check_positive(expiration["Days"], "'Days' for Expiration action")
    _check_date(expiration)


def _check_noncurrent(expiration: Mapping[str, Any]) -> None:
    _check_positive(expiration.get("NoncurrentDays"), "'NoncurrentDays' for NoncurrentVersionExpiration action")
    if "NewerNoncurrentVersions" in expiration:
        _check_positive(expiration["NewerNoncurrentVersions"], "'NewerNoncurrentVersions'")


def _check_companions(rule: Mapping[str, Any]) -> None:
    """Neither a delete marker nor an upload has tags or a size."""
    given = rule.get("Filter", {})
    inner = given.get("And", given)
    for action, is_there in (
        ("ExpiredObjectDeleteMarker", "ExpiredObjectDeleteMarker" in rule.get("Expiration", {})),
        ("AbortIncompleteMultipartUpload", "AbortIncompleteMultipartUpload" in rule),
    ):
        if is_there and ("Tag" in given or inner.get("Tags")):
            raise _refusal(f"{action} cannot be specified with Tags.")
        if is_there and ("ObjectSizeGreaterThan" in inner or "ObjectSizeLessThan" in inner):
            raise _refusal(f"{action} cannot be specified with Object Size.")


def _check_transitions(rule: Mapping[str, Any]) -> None:
    expiration, transitions = rule.get("Expiration", {}), rule.get("Transitions", [])
    for transition in transitions:
        if ("Days" in transition) == ("Date" in transition) or "StorageClass" not in transition:
            raise _malformed("a Transition has Days or Date, and a StorageClass")
        _check_date(transition)
        _check_wait(transition, "Days", "Transition")
    for transition in rule.get("NoncurrentVersionTransitions", []):
        if "NoncurrentDays" not in transition or "StorageClass" not in transition:
            raise _malformed("a NoncurrentVersionTransition has NoncurrentDays and a StorageClass")
        _check_wait(transition, "NoncurrentDays", "NoncurrentVersionTransition")
    _check_classes(transitions, "Transition")
    _check_classes(rule.get("NoncurrentVersionTransitions", []), "NoncurrentVersionTransition")
    if len({name for action in (expiration, *transitions) for name in ("Days", "Date") if name in action}) > 1:
        raise _refusal("Found mixed 'Date' and 'Days' based Expiration and Transition actions in lifecycle rule")
    if "Days" in expiration and any(transition["Days"] >= expiration["Days"] for transition in transitions):
        raise InvalidArgumentError(
            f"'Days' in the Expiration action for filter '(prefix={_prefix(rule)})' must be greater than 'Days' in the"
            " Transition action"
        )


def _check_wait(transition: Mapping[str, Any], name: str, action: str) -> None:
    days, storage_class = transition.get(name), transition["StorageClass"]
    if days is None:
        return
    if days < 0:
        raise InvalidArgumentError(f"'{name}' in {action} action must be nonnegative")
    if storage_class in _INFREQUENT and days < _INFREQUENT_DAYS:
        raise InvalidArgumentError(
            f"'{name}' in {action} action must be greater than or equal to {_INFREQUENT_DAYS} for storageClass"
            f" '{storage_class}'"
        )


def _check_classes(transitions: Iterable[Mapping[str, Any]], action: str) -> None:
    classes = [transition["StorageClass"] for transition in transitions]
    if len(classes) != len(set(classes)):
        raise _refusal(f"'StorageClass' must be different for '{action}' actions in same 'Rule'")


def _check_date(action: Mapping[str, Any]) -> None:
    date: datetime | None = action.get("Date")
    if date is not None and date.astimezone(UTC).timetz() != datetime.min.replace(tzinfo=UTC).timetz():
        raise InvalidArgumentError("'Date' must be at midnight GMT")


def _check_positive(count: int | None, what: str) -> None:
    if count is None:
        raise _malformed(f"{what} is missing")
    if count <= 0:
        raise InvalidArgumentError(f"{what} must be a positive integer")


def _prefix(rule: Mapping[str, Any]) -> str:
    given = rule.get("Filter", {})
    return str(rule.get("Prefix", given.get("And", given).get("Prefix", "")))


def _without_empty_id(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in rule.items() if name != "ID" or value}


def _refusal(message: str) -> InvalidRequestError:
    return InvalidRequestError(message, code="InvalidRequest")


def _malformed(reason: str) -> InvalidRequestError:
    return InvalidRequestError(
        "The XML you provided was not well-formed or did not validate against our published schema",
        hint=reason,
        code="MalformedXML",
    )
