"""Requests as clients send them: signed by AWS's own SDK, and then seen from the other end of the wire."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

import botocore.credentials
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest

from emulator.signatures import Credentials, Headers, Request
from emulator.signatures.timestamps import from_timestamp

MINE = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
"""The key of AWS's examples."""

TEMPORARY = Credentials("ASIAIOSFODNN7EXAMPLE", "another/secret", "a/token==")
HOST = "localhost:4566"
REGION = "us-east-1"


def lookup(access_key_id: str) -> Credentials | None:
    """Know two keys."""
    return {one.access_key_id: one for one in (MINE, TEMPORARY)}.get(access_key_id)


def for_sdk(credentials: Credentials) -> Any:
    """Return *credentials* as the SDK has them."""
    return botocore.credentials.Credentials(
        credentials.access_key_id, credentials.secret_access_key, credentials.session_token
    )


def encoded_path(key: str) -> str:
    """Return the path of an object, encoded as every SDK does it."""
    return f"/bucket/{quote(key, safe='/~')}"


def encoded_query(parameters: Mapping[str, str]) -> str:
    return "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in parameters.items())


def received(url: str, method: str = "GET", headers: Mapping[str, str] | None = None) -> Request:
    """Return a request for *url* as a server gets it."""
    parts = urlsplit(url)
    return Request(method, parts.path, parts.query, Headers.of([("Host", parts.netloc), *(headers or {}).items()]))


def signed(
    method: str = "PUT",
    path: str = "/bucket/key",
    query: str = "",
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    *,
    service: str = "s3",
    credentials: Credentials = MINE,
) -> Request:
    """Return a request that the SDK has signed just now."""
    request = AWSRequest(method, f"http://{HOST}{path}?{query}", dict(headers or {}), body)
    signer = S3SigV4Auth if service == "s3" else SigV4Auth
    signer(for_sdk(credentials), service, REGION).add_auth(request)
    return received(request.url, method, dict(request.headers.items()))


def sent_at(request: Request) -> datetime:
    """Return when *request* was signed."""
    moment = from_timestamp(request.headers.get("x-amz-date") or "")
    assert moment is not None
    return moment.astimezone(UTC)


def with_header(request: Request, name: str, value: str | None) -> Request:
    """Return *request* with one header changed, added, or left out."""
    pairs = [(other, one) for other in request.headers for one in request.headers.all(other) if other != name.lower()]
    added = [] if value is None else [(name, value)]
    return Request(request.method, request.path, request.query, Headers.of([*pairs, *added]), request.payload_hash)
