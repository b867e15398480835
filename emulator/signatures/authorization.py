"""A signature as it comes with a request in the Authorization header."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from emulator.signatures.credential import date_mismatch, read_credential
from emulator.signatures.errors import (
    MAX_SKEW_SECONDS,
    AccessDeniedError,
    AuthorizationHeaderMalformedError,
    RequestTimeTooSkewedError,
)
from emulator.signatures.keys import ALGORITHM, Scope
from emulator.signatures.payload import declared_payload
from emulator.signatures.records import Request
from emulator.signatures.timestamps import from_date_header, from_timestamp, to_timestamp

_COMPONENTS = ("Credential", "SignedHeaders", "Signature")


@dataclass(frozen=True)
class Authorization:
    """What a request says of its own signature; nothing in here is proven yet."""

    access_key_id: str
    scope: Scope
    timestamp: str
    signed_headers: tuple[str, ...]
    signature: str
    payload_hash: str
    session_token: str | None
    presigned: bool


def read_header(request: Request, now: datetime, service: str, region: str | None) -> Authorization:
    """Return what the Authorization header says; raise AWS's error if it is malformed, for elsewhere, or too old."""
    components = _components(request.headers.get("authorization") or "")
    access_key_id, scope = read_credential(components["Credential"], service, region, AuthorizationHeaderMalformedError)
    signed_at = _signed_at(request, now)
    timestamp = to_timestamp(signed_at)
    if reason := date_mismatch(scope, timestamp):
        raise AuthorizationHeaderMalformedError(reason)
    return Authorization(
        access_key_id=access_key_id,
        scope=scope,
        timestamp=timestamp,
        signed_headers=tuple(components["SignedHeaders"].lower().split(";")),
        signature=components["Signature"],
        payload_hash=declared_payload(request, service),
        session_token=request.headers.get("x-amz-security-token"),
        presigned=False,
    )


def _components(header: str) -> dict[str, str]:
    pairs = (part.strip().partition("=") for part in header.removeprefix(ALGORITHM).split(","))
    components = {name: value for name, _, value in pairs}
    if not all(components.get(name) for name in _COMPONENTS):
        raise AuthorizationHeaderMalformedError(
            "the authorization header requires three components: Credential, SignedHeaders, and Signature."
        )
    return components


def _signed_at(request: Request, now: datetime) -> datetime:
    amz_date, date = request.headers.get("x-amz-date"), request.headers.get("date")
    signed_at = from_date_header(date or "") if amz_date is None else from_timestamp(amz_date)
    if signed_at is None:
        raise AccessDeniedError("AWS authentication requires a valid Date or x-amz-date header")
    if abs(now - signed_at) > timedelta(seconds=MAX_SKEW_SECONDS):
        raise RequestTimeTooSkewedError(amz_date or date or "", now)
    return signed_at
