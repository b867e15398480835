"""What a client of Lambda's API is told when its request is refused: AWS's form, and beside it the hint it has not."""

import functools
import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from aiohttp import web

from emulator.errors import ConflictError, EmulatorError, InvalidRequestError, NotFoundError
from emulator.functions.errors import ThrottledError
from emulator.ids import new_request_id

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_BY_CODE = {
    "InvalidParameterValueException": HTTPStatus.BAD_REQUEST,
    "PreconditionFailedException": HTTPStatus.PRECONDITION_FAILED,
    "RequestEntityTooLargeException": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "RequestTooLargeException": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "ServiceException": HTTPStatus.INTERNAL_SERVER_ERROR,
    "TooManyRequestsException": HTTPStatus.TOO_MANY_REQUESTS,
}
_BY_BRANCH = (
    (InvalidRequestError, HTTPStatus.BAD_REQUEST),
    (NotFoundError, HTTPStatus.NOT_FOUND),
    (ConflictError, HTTPStatus.CONFLICT),
)
_CAPITAL = ("ResourceNotFoundException", "RecursiveInvocationException", "ServiceException")
"""Errors whose text AWS calls `Message`; that of all others is `message`."""

_RETRY_SECONDS = 1


def refusal(error: EmulatorError) -> web.Response:
    """Return the answer that *error* is."""
    branch = next((status for kind, status in _BY_BRANCH if isinstance(error, kind)), HTTPStatus.INTERNAL_SERVER_ERROR)
    status = _BY_CODE.get(error.code, branch)
    document = {"Type": "User" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "Service"}
    document["Message" if error.code in _CAPITAL else "message"] = error.message
    headers = {"x-amzn-ErrorType": error.code, "x-amzn-RequestId": new_request_id()}
    if isinstance(error, ThrottledError):
        document["Reason"] = error.reason
        headers["Retry-After"] = str(_RETRY_SECONDS)
    if error.hint:
        document["Hint"] = error.hint
    return web.json_response(document, status=status, headers=headers)


def refusing(handle: Handler) -> Handler:
    """Return *handle*, with all that it raises as an answer; what nobody foresaw is ours to mend, and logged."""

    @functools.wraps(handle)
    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return await handle(request)
        except EmulatorError as error:
            return refusal(error)
        except (web.HTTPException, ConnectionError):
            raise
        except Exception:  # aiohttp would answer as itself, and SDKs try again what is in Lambda's form
            log.exception("request failed: method=%s path=%r", request.method, request.raw_path)
            return refusal(EmulatorError("An internal error occurred. Please try again.", code="ServiceException"))

    return answer


async def unserved(request: web.Request) -> web.StreamResponse:
    """Answer what AWS has, and we have not: in Lambda's form, or its client would read it as something else."""
    raise NotFoundError(
        f"{request.method} {request.path} is not available here",
        code="UnknownOperationException",
        hint="it has functions, versions, aliases, layers, function URLs, concurrency, tags and what becomes of events",
    )
