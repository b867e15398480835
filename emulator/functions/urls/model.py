"""A function URL as it is configured, and the rules its values follow."""

import dataclasses
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emulator.functions.errors import InvalidFunctionError
from emulator.violations import InvalidValueError, Violation, longer, not_one_of, refuse, unlike

AUTH_TYPES = ("NONE", "AWS_IAM")
INVOKE_MODES = ("BUFFERED", "RESPONSE_STREAM")
ID_PATTERN = r"[a-z0-9]{32}"

_LISTS = ("AllowHeaders", "AllowMethods", "AllowOrigins", "ExposeHeaders")
CORS_MEMBERS = (*_LISTS, "AllowCredentials", "MaxAge")
_METHODS = ("GET", "PUT", "HEAD", "POST", "PATCH", "DELETE", "*")
_LONGEST_AGE_SECONDS = 86_400
_QUALIFIER = r"(^\$LATEST$)|((?!^[0-9]+$)([a-zA-Z0-9-_]+))"
_LONGEST_QUALIFIER = 128


@dataclass(frozen=True)
class Cors:
    """Which web pages from elsewhere may call, how, and what they see of the answer."""

    allow_credentials: bool = False
    allow_headers: tuple[str, ...] = ()
    allow_methods: tuple[str, ...] = ()
    allow_origins: tuple[str, ...] = ()
    expose_headers: tuple[str, ...] = ()
    max_age_seconds: int = 0


@dataclass(frozen=True)
class FunctionUrl:
    """The address of one function and qualifier. Times are as AWS writes them here."""

    id: str
    function: str
    qualifier: str
    auth_type: str
    created: str
    last_modified: str
    cors: Cors | None = None
    invoke_mode: str = "BUFFERED"

    def address(self, port: int) -> str:
        return f"http://{self.id}.lambda-url.localhost:{port}/"

    def to_json(self) -> str:
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "FunctionUrl":
        values = json.loads(text)
        if cors := values.get("cors"):
            parts: dict[str, Any] = {key: tuple(one) if isinstance(one, list) else one for key, one in cors.items()}
            values["cors"] = Cors(**parts)
        return cls(**values)


def check_url(url: FunctionUrl) -> None:
    """Refuse, with InvalidValueError, what Lambda refuses."""
    refuse(
        [
            *not_one_of(url.auth_type, "authType", AUTH_TYPES),
            *not_one_of(url.invoke_mode, "invokeMode", INVOKE_MODES),
        ]
    )


def check_qualifier(qualifier: str) -> None:
    """Refuse a version: a URL belongs to $LATEST or to an alias."""
    refuse([*unlike(qualifier, "qualifier", _QUALIFIER), *longer(qualifier, "qualifier", _LONGEST_QUALIFIER)])


def parse_cors(given: Mapping[str, Any]) -> Cors | None:
    """Return what a structure in AWS's words says, None if it says nothing: that is how CORS is taken away."""
    unknown = sorted(set(given) - set(CORS_MEMBERS))
    if unknown:
        raise InvalidFunctionError(
            f"{', '.join(unknown)}: not in Cors", hint=f"Cors has AllowCredentials, {', '.join(_LISTS)} and MaxAge"
        )
    if not given:
        return None
    lists = {name: _texts(given.get(name, []), name) for name in _LISTS}
    refuse(wrong for method in lists["AllowMethods"] for wrong in not_one_of(method, "cors.allowMethods", _METHODS))
    return Cors(
        allow_credentials=str(given.get("AllowCredentials", False)).lower() == "true",
        allow_headers=lists["AllowHeaders"],
        allow_methods=lists["AllowMethods"],
        allow_origins=lists["AllowOrigins"],
        expose_headers=lists["ExposeHeaders"],
        max_age_seconds=_age(given.get("MaxAge", 0)),
    )


def _texts(given: Any, name: str) -> tuple[str, ...]:
    texts = given if isinstance(given, list) else [given]
    if not all(isinstance(text, str) and "\n" not in text and "\r" not in text for text in texts):
        raise InvalidFunctionError(f"{name} is no list of texts")
    return tuple(texts)


def _age(given: Any) -> int:
    text = str(given)
    age = int(text) if re.fullmatch(r"[0-9]{1,5}", text, re.ASCII) else _LONGEST_AGE_SECONDS + 1
    if age > _LONGEST_AGE_SECONDS:
        constraint = f"Member must have value less than or equal to {_LONGEST_AGE_SECONDS}"
        raise InvalidValueError(Violation(given, "cors.maxAge", constraint))
    return age
