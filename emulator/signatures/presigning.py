"""Makes presigned URLs, the same as AWS's own SDK makes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import SplitResult, parse_qsl, quote, urlsplit

from emulator.signatures.canonical import EMPTY_HASH, SIGNATURE, canonical_request
from emulator.signatures.keys import ALGORITHM, Scope, sign, signing_key, string_to_sign
from emulator.signatures.payload import UNSIGNED
from emulator.signatures.presigned import checked_expires
from emulator.signatures.records import Credentials, Headers, Request
from emulator.signatures.timestamps import to_timestamp

_DEFAULT_PORTS = {"http": 80, "https": 443}

# fmt: off
_CHANGED_ON_THE_WAY = {
    "baggage", "connection", "expect", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "traceparent",
    "tracestate", "trailer", "transfer-encoding", "upgrade", "user-agent", "x-amzn-trace-id",
}
# fmt: on
"""Headers that are not signed, since proxies write them."""


@dataclass(frozen=True)
class Signer:
    """Who signs, and for which service of which region."""

    credentials: Credentials
    region: str
    service: str = "s3"


def presign(
    signer: Signer,
    method: str,
    url: str,
    *,
    expires_seconds: int,
    now: datetime,
    headers: Mapping[str, str] | None = None,
) -> str:
    """
    Return *url* with a signature that lets anybody send *method* to it from *now* on.

    Args:
        signer: In whose name.
        url: Absolute, its path percent-encoded.
        headers: Those that must be sent along, with these values.

    Raises:
        AuthorizationQueryParametersError: The time is negative, or longer than a week.
    """
    parts, credentials, service = urlsplit(url), signer.credentials, signer.service
    timestamp = to_timestamp(now)
    scope = Scope(timestamp[:8], signer.region, service)
    sent = {"host": _host(parts)} | {name.lower(): value for name, value in (headers or {}).items()}
    signed_headers = sorted(set(sent) - _CHANGED_ON_THE_WAY)
    authorization = {
        "X-Amz-Algorithm": ALGORITHM,
        "X-Amz-Credential": f"{credentials.access_key_id}/{scope}",
        "X-Amz-Date": timestamp,
        "X-Amz-Expires": str(checked_expires(str(expires_seconds))),
        "X-Amz-SignedHeaders": ";".join(signed_headers),
    }
    if credentials.session_token is not None:
        authorization["X-Amz-Security-Token"] = credentials.session_token
    full_query = _encoded(_given(parts.query) | authorization)
    request = Request(method, parts.path, full_query, Headers.of(sent.items()))
    payload_hash = UNSIGNED if service == "s3" else EMPTY_HASH
    canonical = canonical_request(request, signed_headers, payload_hash, service)
    signature = sign(signing_key(credentials.secret_access_key, scope), string_to_sign(timestamp, scope, canonical))
    return f"{parts.scheme}://{parts.netloc}{parts.path or '/'}?{full_query}&{SIGNATURE}={signature}"


def _given(query: str) -> dict[str, str]:
    given: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        given.setdefault(name, value)
    return given


def _encoded(parameters: Mapping[str, str]) -> str:
    return "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in parameters.items())


def _host(parts: SplitResult) -> str:
    """Return what a client will send as Host: it leaves out the scheme's own port."""
    name = parts.hostname or ""
    host = f"[{name}]" if ":" in name else name
    return host if parts.port in (None, _DEFAULT_PORTS.get(parts.scheme)) else f"{host}:{parts.port}"
