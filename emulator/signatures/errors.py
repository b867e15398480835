"""
What AWS says to whom it does not let in, in its own codes and words.

SignatureError
├── AccessDeniedError                  HTTP 403: not signed at all, no longer or not yet good, headers left out
├── …                                  HTTP 403: one leaf for each code
└── MalformedSignatureError            HTTP 400: it could never be right; also an InvalidRequestError
    └── …

S3 puts more into the document than a message: that is `fields`, in S3's order.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from http import HTTPStatus

from emulator.errors import EmulatorError, InvalidRequestError
from emulator.signatures.keys import encoded
from emulator.signatures.timestamps import iso_seconds, to_timestamp

MAX_SKEW_SECONDS = 15 * 60


class SignatureError(EmulatorError):
    """A request is refused for how it is signed; `fields` are further elements of the error document."""

    status = HTTPStatus.FORBIDDEN

    def __init__(
        self, message: str, fields: Mapping[str, str] | None = None, *, hint: str | None = None, code: str | None = None
    ) -> None:
        super().__init__(message, hint=hint, code=code)
        self.fields = {name: _printable(value) for name, value in (fields or {}).items()}


class AccessDeniedError(SignatureError):
    """Nobody signed, or the signature does not count (any more)."""

    code = "AccessDenied"

    def __init__(self, message: str = "Access Denied", fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message, fields)


class RequestExpiredError(AccessDeniedError):
    """A presigned URL was used too late."""

    def __init__(self, expires_seconds: int | None, expired_at: datetime, now: datetime) -> None:
        fields = {"Expires": iso_seconds(expired_at), "ServerTime": iso_seconds(now)}
        given = {} if expires_seconds is None else {"X-Amz-Expires": str(expires_seconds)}
        super().__init__("Request has expired", given | fields)


class RequestNotYetValidError(AccessDeniedError):
    """A presigned URL is dated in the future."""

    def __init__(self, signed_at: datetime, now: datetime) -> None:
        fields = {"X-Amz-Date": to_timestamp(signed_at), "ServerTime": iso_seconds(now)}
        super().__init__("Request is not valid yet", fields)


class UnsignedHeadersError(AccessDeniedError):
    """Whoever relays a request could have added these."""

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__(
            "There were headers present in the request which were not signed", {"HeadersNotSigned": ", ".join(names)}
        )


class InvalidAccessKeyIdError(SignatureError):
    """No credentials have this ID."""

    code = "InvalidAccessKeyId"

    def __init__(self, access_key_id: str) -> None:
        super().__init__(
            "The AWS Access Key Id you provided does not exist in our records.", {"AWSAccessKeyId": access_key_id}
        )


class RequestTimeTooSkewedError(SignatureError):
    """The two clocks differ by more than a quarter of an hour."""

    code = "RequestTimeTooSkewed"

    def __init__(self, request_time: str, now: datetime) -> None:
        super().__init__(
            "The difference between the request time and the current time is too large.",
            {
                "RequestTime": request_time,
                "ServerTime": iso_seconds(now),
                "MaxAllowedSkewMilliseconds": str(MAX_SKEW_SECONDS * 1000),
            },
            hint="set the clock of the machine that sent this",
        )


class SignatureDoesNotMatchError(SignatureError):
    """Something was changed on the way, or the secret is another one: what we signed is shown, to be compared."""

    code = "SignatureDoesNotMatch"

    def __init__(self, access_key_id: str, provided: str, signed: str, canonical_request: str | None = None) -> None:
        fields = {
            "AWSAccessKeyId": access_key_id,
            "StringToSign": signed,
            "SignatureProvided": provided,
            "StringToSignBytes": encoded(signed).hex(" "),
        }
        if canonical_request is not None:
            fields |= {
                "CanonicalRequest": canonical_request,
                "CanonicalRequestBytes": encoded(canonical_request).hex(" "),
            }
        super().__init__(
            "The request signature we calculated does not match the signature you provided."
            " Check your key and signing method.",
            fields,
        )


class MalformedSignatureError(SignatureError, InvalidRequestError):
    """The request is signed in a way that no server could accept."""

    status = HTTPStatus.BAD_REQUEST
    code = "InvalidRequest"


class AuthorizationHeaderMalformedError(MalformedSignatureError):
    """The Authorization header lacks something, or is for elsewhere."""

    code = "AuthorizationHeaderMalformed"

    def __init__(self, reason: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(f"The authorization header is malformed; {reason}", fields)


class AuthorizationQueryParametersError(MalformedSignatureError):
    """A presigned URL lacks something, or is for elsewhere."""

    code = "AuthorizationQueryParametersError"


class UnsupportedSignatureError(MalformedSignatureError):
    """Signature version 2 where it is not taken: AWS refuses it in every region since 2014, but for S3's URLs."""

    def __init__(self) -> None:
        super().__init__(
            "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
            hint="set the client to signature version 4, which boto3 calls `s3v4`",
        )


class MissingContentHashError(MalformedSignatureError):
    """S3 wants to be told what the body is before it comes."""

    def __init__(self) -> None:
        super().__init__("Missing required header for this request: x-amz-content-sha256")


class InvalidArgumentError(MalformedSignatureError):
    """One header or field of a form makes no sense."""

    code = "InvalidArgument"

    def __init__(self, message: str, name: str, value: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message, {"ArgumentName": name, "ArgumentValue": value} | dict(fields or {}))


class InvalidTokenError(MalformedSignatureError):
    """The session token is not the one that came with the access key."""

    code = "InvalidToken"

    def __init__(self, token: str) -> None:
        super().__init__("The provided token is malformed or otherwise invalid.", {"Token-0": token})


class ContentHashMismatchError(MalformedSignatureError):
    """The body is not the one that was signed."""

    code = "XAmzContentSHA256Mismatch"

    def __init__(self, declared: str, computed: str) -> None:
        super().__init__(
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
            {"ClientComputedContentSHA256": declared, "S3ComputedContentSHA256": computed},
        )


class IncompleteBodyError(MalformedSignatureError):
    """The last chunk, which is one of no bytes, did not come."""

    code = "IncompleteBody"

    def __init__(self) -> None:
        super().__init__("The request body terminated unexpectedly")


class MalformedTrailerError(MalformedSignatureError):
    """What followed the body is not what was announced."""

    code = "MalformedTrailerError"

    def __init__(self) -> None:
        super().__init__(
            "The request contained trailing data that was not well-formed or did not conform to our published schema."
        )


def _printable(value: str) -> str:
    """An answer is UTF-8, whatever came in a header."""
    return encoded(value).decode("utf-8", "replace")
