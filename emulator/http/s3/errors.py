"""Errors as S3 sends them: a status and an XML document with AWS's code."""

from http import HTTPStatus

from aiohttp import web

from emulator.buckets.errors import DeletedObjectError, MarkerNotAllowedError
from emulator.errors import ConflictError, EmulatorError, InvalidRequestError, NotFoundError
from emulator.http.aws.restxml import render_error
from emulator.http.aws.timestamps import write_http_date
from emulator.http.s3.call import common_headers

_BY_CODE = {
    "AccessDenied": HTTPStatus.FORBIDDEN,
    "InvalidRange": HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
    "MethodNotAllowed": HTTPStatus.METHOD_NOT_ALLOWED,
    "MissingContentLength": HTTPStatus.LENGTH_REQUIRED,
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


class InvalidPartNumberError(EmulatorError):
    """The object has fewer parts."""

    code = "InvalidPartNumber"
    status = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE

    def __init__(self, number: int, parts: int) -> None:
        super().__init__("The requested partnumber is not satisfiable")
        self.fields = {"PartNumberRequested": str(number), "ActualPartCount": str(parts)}


class InvalidRangeError(EmulatorError):
    """The object has no byte of the range."""

    code = "InvalidRange"

    def __init__(self, header: str, size_bytes: int) -> None:
        super().__init__("The requested range is not satisfiable")
        self.fields = {"RangeRequested": header, "ActualObjectSize": str(size_bytes)}
        self.headers = {"Content-Range": f"bytes */{size_bytes}"}


def status_of(error: EmulatorError) -> int:
    """Return the HTTP status that *error* is sent with: its own, that of its code, or that of its branch."""
    if (own := getattr(error, "status", None)) is not None:
        return int(own)
    if error.code in _BY_CODE:
        return _BY_CODE[error.code]
    found = (status for branch, status in _BY_BRANCH if isinstance(error, branch))
    return next(found, HTTPStatus.INTERNAL_SERVER_ERROR)


def error_answer(request: web.Request, request_id: str, error: EmulatorError) -> web.Response:
    """Return *error* as S3 words it; to HEAD, the status alone."""
    status = status_of(error)
    headers = common_headers(request_id) | _marker_headers(error) | getattr(error, "headers", {})
    if request.method == "HEAD":
        return web.Response(status=status, headers=headers)
    about = {"Key": getattr(error, "key", None), "BucketName": getattr(error, "bucket", None)}
    fields = {
        **getattr(error, "fields", {}),
        **about,
        "Resource": request.raw_path.partition("?")[0],
        "RequestId": request_id,
        "HostId": headers["x-amz-id-2"],
    }
    rendered = render_error(error.code, error.message, status, fields)
    return web.Response(status=status, headers=headers | rendered.headers, body=rendered.body)


def _marker_headers(error: EmulatorError) -> dict[str, str]:
    """Return what tells a reader that there is a delete marker, so that the object has been there once."""
    if not isinstance(error, DeletedObjectError | MarkerNotAllowedError):
        return {}
    headers = {"x-amz-delete-marker": "true", "x-amz-version-id": error.version_id}
    if isinstance(error, MarkerNotAllowedError):
        headers |= {"Allow": "DELETE", "Last-Modified": write_http_date(error.made_at)}
    return headers
