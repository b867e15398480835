"""
Signature version 2, as it comes in a URL: boto3 and the AWS CLI still presign so in us-east-1 unless they are told.

Only URLs: a request whose header is signed so is refused. Neither the body nor most of the query is signed.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from emulator.signatures.canonical import decode
from emulator.signatures.errors import AccessDeniedError, RequestExpiredError, SignatureDoesNotMatchError
from emulator.signatures.keys import encoded, same
from emulator.signatures.presigned import parameters_of
from emulator.signatures.records import Credentials, Lookup, Request
from emulator.signatures.verification import find_credentials

KEY_ID, SIGNATURE, EXPIRES = "AWSAccessKeyId", "Signature", "Expires"

POSITIONAL = ("content-md5", "content-type")
"""Headers that are signed, like all that begin with x-amz-, and that may be in the query instead."""

_SECONDS = re.compile(r"[0-9]{1,11}")
# fmt: off
_SIGNED_PARAMETERS = {
    "accelerate", "acl", "analytics", "cors", "defaultObjectAcl", "delete", "inventory", "lifecycle", "location",
    "logging", "metrics", "notification", "object-lock", "partNumber", "policy", "replication", "requestPayment",
    "response-cache-control", "response-content-disposition", "response-content-encoding",
    "response-content-language", "response-content-type", "response-expires", "restore", "select", "select-type",
    "storageClass", "tagging", "torrent", "uploadId", "uploads", "versionId", "versioning", "versions", "website",
}
# fmt: on
"""What of a query is part of the resource, as botocore has it."""


def is_presigned(parameters: Mapping[str, str]) -> bool:
    """Tell whether *parameters* are those of a URL that is signed so."""
    return KEY_ID in parameters and SIGNATURE in parameters


def check_expires(parameters: Mapping[str, str], now: datetime) -> None:
    """Raise RequestExpiredError, or AccessDeniedError if `Expires`, in seconds since 1970, is none or malformed."""
    text = parameters.get(EXPIRES)
    if text is None:
        raise AccessDeniedError(
            "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters"
        )
    if not _SECONDS.fullmatch(text):
        raise AccessDeniedError(f"Invalid date (should be seconds since epoch): {text}")
    expires_at = datetime.fromtimestamp(0, UTC) + timedelta(seconds=int(text))
    if now > expires_at:
        raise RequestExpiredError(None, expires_at, now)


def verify_presigned(request: Request, bucket_of_host: str, lookup: Lookup, now: datetime) -> Credentials:
    """
    Return who signed the URL of *request*.

    Args:
        bucket_of_host: The bucket that the host's name means, which is signed as if it were in the path; "" for none.

    Raises:
        SignatureError: AWS's code and words for what is wrong.
    """
    parameters = parameters_of(request.query)
    check_expires(parameters, now)
    headers = _signed_headers(request, parameters)
    credentials = find_credentials(lookup, parameters[KEY_ID], headers.get("x-amz-security-token"))
    to_sign = "\n".join(
        (
            request.method.upper(),
            *(headers.get(name, "") for name in POSITIONAL),
            parameters[EXPIRES],
            *(f"{name}:{value}" for name, value in sorted(headers.items()) if name not in POSITIONAL),
            _resource(request, bucket_of_host),
        )
    )
    digest = hmac.digest(encoded(credentials.secret_access_key), encoded(to_sign), hashlib.sha1)
    if not same(base64.b64encode(digest).decode(), parameters[SIGNATURE]):
        raise SignatureDoesNotMatchError(credentials.access_key_id, parameters[SIGNATURE], to_sign)
    return credentials


def _signed_headers(request: Request, parameters: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that count, by lower-case name; those that a URL brings along are headers, too."""
    brought = {name.lower(): value.strip() for name, value in parameters.items()}
    sent = {name: ",".join(value.strip() for value in request.headers.all(name)) for name in request.headers}
    return {name: value for name, value in (brought | sent).items() if name.startswith("x-amz-") or name in POSITIONAL}


def _resource(request: Request, bucket_of_host: str) -> str:
    pairs = (pair.partition("=") for pair in request.query.split("&"))
    signed = sorted((name, mark, value) for name, mark, value in pairs if name in _SIGNED_PARAMETERS)
    query = "&".join(f"{name}{mark}{decode(value).decode('utf-8', 'surrogateescape')}" for name, mark, value in signed)
    path = f"/{bucket_of_host}{request.path}" if bucket_of_host else request.path
    return f"{path}?{query}" if query else path
