"""A signature as it comes in a URL: whoever has the URL has the right, until it expires."""

import re
from datetime import datetime, timedelta

from emulator.signatures.authorization import Authorization
from emulator.signatures.canonical import EMPTY_HASH, SIGNATURE, decode
from emulator.signatures.credential import date_mismatch, read_credential
from emulator.signatures.errors import (
    MAX_SKEW_SECONDS,
    AuthorizationQueryParametersError,
    RequestExpiredError,
    RequestNotYetValidError,
)
from emulator.signatures.keys import ALGORITHM
from emulator.signatures.payload import HEADER, UNSIGNED, checked_payload
from emulator.signatures.records import Request
from emulator.signatures.timestamps import from_timestamp

MAX_EXPIRES_SECONDS = 7 * 24 * 60 * 60

_REQUIRED = ("X-Amz-Algorithm", "X-Amz-Credential", SIGNATURE, "X-Amz-Date", "X-Amz-SignedHeaders", "X-Amz-Expires")
_NUMBER = re.compile(r"-?[0-9]{1,18}")


def parameters_of(query: str) -> dict[str, str]:
    """Return the parameters of a raw query by name; of several with one name, the first."""
    found: dict[str, str] = {}
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        found.setdefault(_text(name), _text(value))
    return found


def read_query(
    request: Request, parameters: dict[str, str], now: datetime, service: str, region: str | None
) -> Authorization:
    """Return what the *parameters* of a URL say; raise AWS's error if they are malformed, for elsewhere, or expired."""
    if any(name not in parameters for name in _REQUIRED):
        raise AuthorizationQueryParametersError(
            "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature,"
            " X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters."
        )
    if parameters["X-Amz-Algorithm"] != ALGORITHM:
        raise AuthorizationQueryParametersError(f'X-Amz-Algorithm only supports "{ALGORITHM}"')
    access_key_id, scope = read_credential(
        parameters["X-Amz-Credential"],
        service,
        region,
        lambda reason, fields: AuthorizationQueryParametersError(
            f"Error parsing the X-Amz-Credential parameter; {reason}", fields
        ),
    )
    timestamp = parameters["X-Amz-Date"]
    signed_at = from_timestamp(timestamp)
    if signed_at is None:
        raise AuthorizationQueryParametersError(
            "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\""
        )
    if reason := date_mismatch(scope, timestamp):
        raise AuthorizationQueryParametersError(reason)
    _check_time(signed_at, checked_expires(parameters["X-Amz-Expires"]), now)
    return Authorization(
        access_key_id=access_key_id,
        scope=scope,
        timestamp=timestamp,
        signed_headers=tuple(parameters["X-Amz-SignedHeaders"].lower().split(";")),
        signature=parameters[SIGNATURE],
        payload_hash=_payload(request, parameters, service),
        session_token=parameters.get("X-Amz-Security-Token"),
        presigned=True,
    )


def checked_expires(text: str) -> int:
    """Return for how many seconds a URL is to be good, at most a week."""
    if not _NUMBER.fullmatch(text):
        raise AuthorizationQueryParametersError("X-Amz-Expires should be a number")
    seconds = int(text)
    if seconds < 0:
        raise AuthorizationQueryParametersError("X-Amz-Expires must be non-negative")
    if seconds > MAX_EXPIRES_SECONDS:
        raise AuthorizationQueryParametersError(
            "X-Amz-Expires must be less than a week (in seconds);"
            f" that is, the given X-Amz-Expires must be less than {MAX_EXPIRES_SECONDS} seconds"
        )
    return seconds


def check_expiry(query: str, now: datetime) -> None:
    """Raise RequestExpiredError, or another of AWS's errors, unless a URL with the raw *query* is still good."""
    parameters = parameters_of(query)
    signed_at = from_timestamp(parameters.get("X-Amz-Date", ""))
    if signed_at is not None:
        _check_time(signed_at, checked_expires(parameters.get("X-Amz-Expires", "0")), now)


def _check_time(signed_at: datetime, expires_seconds: int, now: datetime) -> None:
    if signed_at - now > timedelta(seconds=MAX_SKEW_SECONDS):
        raise RequestNotYetValidError(signed_at, now)
    # Not a sum: a date near the end of the calendar has no week after it.
    if now - signed_at > timedelta(seconds=expires_seconds):
        raise RequestExpiredError(expires_seconds, signed_at + timedelta(seconds=expires_seconds), now)


def _payload(request: Request, parameters: dict[str, str], service: str) -> str:
    """Nobody knows a body when a URL is signed for S3. Some SDKs say so in the query, and a header may say more."""
    declared = request.headers.get(HEADER) or parameters.get("X-Amz-Content-Sha256")
    if declared is not None:
        return checked_payload(declared)
    return UNSIGNED if service == "s3" else request.payload_hash or EMPTY_HASH


def _text(raw: str) -> str:
    return decode(raw).decode("utf-8", "surrogateescape")
