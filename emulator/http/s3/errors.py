"""Errors as S3 sends them: a status and an XML document with AWS's code."""

from http import HTTPStatus

from aiohttp import web

from emulator.errors import ConflictError, EmulatorError, InvalidRequestError, NotFoundError
from emulator.http.s3.call import Call
from emulator.http.s3.xml import fields, render

_BY_CODE = {
    "AccessDenied": HTTPStatus.FORBIDDEN,
    "InvalidRange": HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
    "MethodNotAllowed": HTTPStatus.METHOD_NOT_ALLOWED,
    "NotImplemented": HTTPStatus.NOT_IMPLEMENTED,
    "PreconditionFailed": HTTPStatus.PRECONDITION_FAILED,
    "SlowDown": HTTPStatus.SERVICE_UNAVAILABLE,
}
_BY_BRANCH = (
    (InvalidRequestError, HTTPStatus.BAD_REQUEST),
    (NotFoundError, HTTPStatus.NOT_FOUND),
    (ConflictError, HTTPStatus.CONFLICT),
)


class NotImplementedByS3Error(EmulatorError):
    """AWS has this, we do not."""

    code = "NotImplemented"

    def __init__(self, what: str) -> None:
        super().__init__(f"A header or parameter you provided implies functionality that is not implemented: {what}")


class MethodNotAllowedError(EmulatorError):
    """Nothing is done to such a resource by such a method."""

    code = "MethodNotAllowed"

    def __init__(self) -> None:
        super().__init__("The specified method is not allowed against this resource.")


class InvalidRangeError(EmulatorError):
    """The object has no byte of the range."""

    code = "InvalidRange"

    def __init__(self, size_bytes: int) -> None:
        super().__init__("The requested range is not satisfiable")
        self.size_bytes = size_bytes


def status_of(error: EmulatorError) -> int:
    """Return the HTTP status that *error* is sent with."""
    if error.code in _BY_CODE:
        return _BY_CODE[error.code]
    found = (status for branch, status in _BY_BRANCH if isinstance(error, branch))
    return next(found, HTTPStatus.INTERNAL_SERVER_ERROR)


def error_answer(call: Call, error: EmulatorError) -> web.Response:
    """Return *error* as S3 words it; to HEAD, the status alone."""
    status = status_of(error)
    headers = {"Content-Range": f"bytes */{error.size_bytes}"} if isinstance(error, InvalidRangeError) else {}
    if call.request.method == "HEAD":
        return call.answer(status, headers)
    about = fields({"Key": getattr(error, "key", None), "BucketName": getattr(error, "bucket", None)})
    document = [
        ("Code", error.code),
        ("Message", error.message),
        *about,
        ("Resource", call.request.raw_path.partition("?")[0]),
        ("RequestId", call.request_id),
        ("HostId", call.headers()["x-amz-id-2"]),
    ]
    return call.answer(status, headers, xml=render("Error", document, namespace=None))
