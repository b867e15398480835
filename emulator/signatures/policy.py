"""
The policy of a browser's form: until when, and with which fields and sizes, its author lets anybody upload.

Names of fields have no case, values do.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn

from emulator.signatures.policy_errors import (
    ConditionFailedError,
    EntityTooLargeError,
    EntityTooSmallError,
    InvalidPolicyDocumentError,
)

_EXPIRATION = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z")
_SIZE = re.compile(r"[0-9]{1,18}")
_MEMBERS = ("expiration", "conditions")
_SIZE_RANGE = "content-length-range"


@dataclass(frozen=True)
class Condition:
    """One field must be, or start with, a value; `field` is as it was written, with its dollar."""

    operation: str
    field: str
    value: str

    @property
    def name(self) -> str:
        """Return the field in lower case, empty if it is none: without a dollar it never holds."""
        return self.field[1:].lower() if self.field.startswith("$") else ""

    def check(self, fields: Mapping[str, str]) -> None:
        """Raise ConditionFailedError unless it holds for *fields*, which are by lower-case name."""
        value = fields.get(self.name)
        if value is None or not self._holds(value):
            raise ConditionFailedError(self.operation, self.field, self.value)

    def _holds(self, value: str) -> bool:
        if self.operation == "eq":
            return value == self.value
        if self.name == "content-type":  # the only field that may be a list
            return all(part.strip().startswith(self.value) for part in value.split(","))
        return value.startswith(self.value)


@dataclass(frozen=True)
class SizeRange:
    """How long the file may be, both ends included."""

    least_bytes: int
    most_bytes: int

    def check(self, size_bytes: int) -> None:
        """Raise EntityTooLargeError or EntityTooSmallError."""
        if size_bytes > self.most_bytes:
            raise EntityTooLargeError(size_bytes, self.most_bytes)
        if size_bytes < self.least_bytes:
            raise EntityTooSmallError(size_bytes, self.least_bytes)


@dataclass(frozen=True)
class Policy:
    """What was signed. Several conditions may be about one field; all must hold."""

    expires_at: datetime
    conditions: tuple[Condition, ...]
    sizes: tuple[SizeRange, ...]


def read_policy(encoded: str) -> Policy:
    """Return the policy that a form carries in base64; InvalidPolicyDocumentError if it is none."""
    document = _document(encoded)
    for member in document:
        if member not in _MEMBERS:
            raise InvalidPolicyDocumentError(f"Unexpected: '{member.lower()}'")
    for member in _MEMBERS:
        if member not in document:
            raise InvalidPolicyDocumentError(f"Policy missing {member}.")
    listed = document["conditions"]
    if not isinstance(listed, list):
        raise InvalidPolicyDocumentError("Invalid 'conditions' value: must be a List.")
    read = [_condition(item) for item in listed]
    return Policy(
        _expiration(document["expiration"]),
        tuple(one for one in read if isinstance(one, Condition)),
        tuple(one for one in read if isinstance(one, SizeRange)),
    )


def _document(encoded: str) -> dict[str, Any]:
    try:
        text = base64.b64decode("".join(encoded.split()), validate=True).decode()
        document = json.loads(text, parse_float=_refuse, parse_constant=_refuse)
    except (binascii.Error, ValueError, RecursionError) as error:
        raise InvalidPolicyDocumentError("Invalid JSON.") from error
    if not isinstance(document, dict):
        raise InvalidPolicyDocumentError("Invalid JSON.")
    return document


def _refuse(number: str) -> NoReturn:
    raise ValueError(number)


def _expiration(value: object) -> datetime:
    if isinstance(value, str) and _EXPIRATION.fullmatch(value):
        try:
            return datetime.fromisoformat(value).astimezone(UTC)
        except ValueError:
            pass
    raise InvalidPolicyDocumentError(f"Invalid 'expiration' value: '{value}'")


def _condition(item: object) -> Condition | SizeRange:
    if isinstance(item, dict):
        return _simple(item)
    if not isinstance(item, list):
        raise InvalidPolicyDocumentError("Invalid condition: must be a List or Object.")
    if not item or not isinstance(item[0], str):
        raise InvalidPolicyDocumentError("Invalid Condition: missing operation identifier.")
    operation = item[0].lower()
    if operation not in ("eq", "starts-with", _SIZE_RANGE):
        raise InvalidPolicyDocumentError(f"Invalid Condition: unknown operation '{item[0]}'.")
    if len(item) != 3:
        raise InvalidPolicyDocumentError(f"Invalid {operation}: wrong number of arguments.")
    if operation == _SIZE_RANGE:
        return _sizes(item[1], item[2])
    if not all(isinstance(part, str) for part in item):
        raise InvalidPolicyDocumentError("Invalid JSON.")
    return Condition(operation, item[1], item[2])


def _simple(item: dict[str, object]) -> Condition:
    if len(item) != 1:
        raise InvalidPolicyDocumentError(
            "Invalid Simple-Condition: Simple-Conditions must have exactly one property specified."
        )
    ((name, value),) = item.items()
    if not isinstance(value, str):
        raise InvalidPolicyDocumentError("Invalid Simple-Condition: value must be a string.")
    return Condition("eq", f"${name}", value)


def _sizes(least: object, most: object) -> SizeRange:
    sizes = [_size(bound) for bound in (least, most)]
    if any(size is None for size in sizes):
        raise ConditionFailedError(_SIZE_RANGE, str(least), str(most))
    return SizeRange(*(size for size in sizes if size is not None))


def _size(bound: object) -> int | None:
    """Return a size that may be written as text; None for text that is no number."""
    if isinstance(bound, str):
        return int(bound) if _SIZE.fullmatch(bound) else None
    if isinstance(bound, int) and not isinstance(bound, bool) and bound >= 0:
        return bound
    raise InvalidPolicyDocumentError(f"Invalid {_SIZE_RANGE}: a size must be a number of bytes.")
