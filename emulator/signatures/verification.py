"""Who signed a request. A body is not looked at: the answer says what is to be checked while it is read."""

from dataclasses import dataclass
from datetime import datetime

from emulator.signatures.authorization import Authorization, read_header
from emulator.signatures.canonical import SIGNATURE, canonical_request
from emulator.signatures.errors import (
    AccessDeniedError,
    ContentHashMismatchError,
    InvalidAccessKeyIdError,
    InvalidArgumentError,
    InvalidTokenError,
    SignatureDoesNotMatchError,
    UnsignedHeadersError,
    UnsupportedSignatureError,
)
from emulator.signatures.keys import ALGORITHM, Scope, same, sign, signing_key, string_to_sign
from emulator.signatures.payload import HEADER, is_hash
from emulator.signatures.presigned import parameters_of, read_query
from emulator.signatures.records import Credentials, Lookup, Request

_PRESIGNED = ("X-Amz-Algorithm", "X-Amz-Credential", SIGNATURE)
_VERSION_2 = ("AWSAccessKeyId", "Signature")


@dataclass(frozen=True)
class Verified:
    """A request whose signature is right; the chunks of its body are signed from `signature` on."""

    credentials: Credentials
    scope: Scope
    timestamp: str
    signature: str
    payload_hash: str
    """What was declared of the body: its SHA-256 in hex, or one of the modes of `emulator.signatures.payload`."""
    presigned: bool


def verify(request: Request, lookup: Lookup, now: datetime, *, service: str, region: str | None = None) -> Verified:
    """
    Return who signed *request*, in the header or in the URL.

    Args:
        region: The only region that is served; None takes a signature for any.

    Raises:
        SignatureError: AWS's code and words for what is wrong, AccessDenied if nobody signed.
    """
    authorization = _read(request, now, service, region)
    credentials = find_credentials(lookup, authorization.access_key_id, authorization.session_token)
    _refuse_unsigned_headers(request, authorization)
    canonical = canonical_request(request, authorization.signed_headers, authorization.payload_hash, service)
    to_sign = string_to_sign(authorization.timestamp, authorization.scope, canonical)
    expected = sign(signing_key(credentials.secret_access_key, authorization.scope), to_sign)
    if not same(expected, authorization.signature):
        raise SignatureDoesNotMatchError(credentials.access_key_id, authorization.signature, to_sign, canonical)
    declared, computed = authorization.payload_hash, request.payload_hash
    if computed is not None and is_hash(declared) and declared.lower() != computed:
        raise ContentHashMismatchError(declared, computed)
    return Verified(
        credentials,
        authorization.scope,
        authorization.timestamp,
        authorization.signature,
        declared,
        authorization.presigned,
    )


def find_credentials(lookup: Lookup, access_key_id: str, session_token: str | None) -> Credentials:
    """Return the credentials with this ID, which must have come with their token, if they have one."""
    credentials = lookup(access_key_id)
    if credentials is None or (session_token is None and credentials.session_token is not None):
        raise InvalidAccessKeyIdError(access_key_id)
    if session_token is not None and not same(session_token, credentials.session_token or ""):
        raise InvalidTokenError(session_token)
    return credentials


def _read(request: Request, now: datetime, service: str, region: str | None) -> Authorization:
    header = request.headers.get("authorization")
    parameters = parameters_of(request.query)
    presigned = any(name in parameters for name in _PRESIGNED)
    version_2 = all(name in parameters for name in _VERSION_2)
    if header and (presigned or version_2):
        raise InvalidArgumentError(
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string"
            " parameter or the Authorization header should be specified",
            "Authorization",
            header,
        )
    if presigned:
        return read_query(request, parameters, now, service, region)
    if version_2:
        raise UnsupportedSignatureError
    if not header:
        raise AccessDeniedError
    scheme = header.partition(" ")[0]
    if scheme == ALGORITHM:
        return read_header(request, now, service, region)
    if scheme.startswith("AWS"):
        raise UnsupportedSignatureError
    raise InvalidArgumentError("Unsupported Authorization Type", "Authorization", header)


def _refuse_unsigned_headers(request: Request, authorization: Authorization) -> None:
    # The hash of the body is signed even where its header is not: it is the last line of the canonical request.
    must_be_signed = {"host"} | {name for name in request.headers if name.startswith("x-amz-") or name == "content-md5"}
    unsigned = must_be_signed - {HEADER} - set(authorization.signed_headers)
    if unsigned:
        raise UnsignedHeadersError(sorted(unsigned))
