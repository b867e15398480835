"""The door for all of Lambda's API but Invoke: finds the operation, runs it in a thread, answers JSON."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from http import HTTPStatus

from aiohttp import web

from emulator.cloud import Cloud
from emulator.errors import ConflictError, EmulatorError, InvalidRequestError, NotFoundError
from emulator.functions.code.archive import MAX_UPLOAD_BYTES
from emulator.functions.definition import Function
from emulator.functions.errors import UploadTooLargeError
from emulator.http.lambda_.api_call import ApiCall, Document, read_body
from emulator.http.lambda_.operations import OPERATIONS, Operation
from emulator.ids import new_request_id
from emulator.pipeline.serving import Pipeline

log = logging.getLogger(__name__)

_LARGEST_BODY = MAX_UPLOAD_BYTES * 4 // 3 + 1024 * 1024
"""A zip in base64, and what is said about it."""

_BY_CODE = {
    "InvalidParameterValueException": HTTPStatus.BAD_REQUEST,
    "PreconditionFailedException": HTTPStatus.PRECONDITION_FAILED,
    "RequestEntityTooLargeException": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "TooManyRequestsException": HTTPStatus.TOO_MANY_REQUESTS,
}
_BY_BRANCH = (
    (InvalidRequestError, HTTPStatus.BAD_REQUEST),
    (NotFoundError, HTTPStatus.NOT_FOUND),
    (ConflictError, HTTPStatus.CONFLICT),
)


class ApiDoor:
    """Answers boto3's and awscli's `lambda` client."""

    def __init__(self, cloud: Cloud, pipeline: Pipeline) -> None:
        self._cloud = cloud
        self._pipeline = pipeline

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Have *router* send here what is for here; older clients write a slash behind `functions`."""
        for operation in OPERATIONS:
            router.add_route(operation.method, operation.path, self._handler(operation))
            if operation.path.endswith(("/functions", "/account-settings", "/event-invoke-config/list")):
                router.add_route(operation.method, f"{operation.path}/", self._handler(operation))

    def _handler(self, operation: Operation) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                return _answer(operation.status, await self._run(operation, request))
            except EmulatorError as error:
                return _refusal(error)
            except ConnectionError:
                raise
            except Exception:
                log.exception("request failed: operation=%s path=%s", operation.name, request.raw_path)
                return _refusal(EmulatorError("An internal error occurred. Please try again.", code="ServiceException"))

        return handle

    async def _run(self, operation: Operation, request: web.Request) -> Document | None:
        try:
            body = await request.clone(client_max_size=_LARGEST_BODY).read()
        except web.HTTPRequestEntityTooLarge:
            raise UploadTooLargeError(operation.name, MAX_UPLOAD_BYTES) from None
        loop = asyncio.get_running_loop()

        def ready(function: Function) -> int:
            return asyncio.run_coroutine_threadsafe(self._ready(function), loop).result()

        call = ApiCall(
            cloud=self._cloud,
            operation=operation.name,
            path=request.match_info,
            query=request.query,
            tag_keys=request.query.getall("tagKeys", []),
            given=read_body(body),
            ready=ready,
        )
        return await asyncio.to_thread(operation.run, call)

    async def _ready(self, function: Function) -> int:
        return self._pipeline.ready(function)


def _answer(status: int, document: Document | None) -> web.Response:
    headers = {"x-amzn-RequestId": new_request_id()}
    if document is None:
        return web.Response(status=status, headers=headers)
    return web.json_response(document, status=status, headers=headers, dumps=_json)


def _refusal(error: EmulatorError) -> web.Response:
    branch = next((status for kind, status in _BY_BRANCH if isinstance(error, kind)), HTTPStatus.INTERNAL_SERVER_ERROR)
    status = _BY_CODE.get(error.code, branch)
    answer = _answer(
        status, {"Type": "User" if status < 500 else "Server", "Message": error.message, "Hint": error.hint}
    )
    answer.headers["x-amzn-ErrorType"] = error.code
    return answer


def _json(document: object) -> str:
    """Return *document* with its times in seconds since 1970, as AWS's JSON has them."""

    def encode(value: object) -> float:
        if isinstance(value, datetime):
            return value.timestamp()
        raise TypeError(f"{type(value).__name__} in an answer")

    return json.dumps(document, default=encode)
