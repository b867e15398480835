"""The door for all of Lambda's API but Invoke: finds the operation, runs it in a thread, answers JSON."""

import asyncio
import json
from datetime import datetime

from aiohttp import web

from emulator.cloud import Cloud
from emulator.functions.code.archive import MAX_UPLOAD_BYTES
from emulator.functions.definition import Function
from emulator.functions.errors import UploadTooLargeError
from emulator.http.lambda_.api_call import ApiCall, Document, read_body
from emulator.http.lambda_.operations import OPERATIONS, Operation
from emulator.http.lambda_.refusal import Handler, refusing, unserved
from emulator.ids import new_request_id
from emulator.pipeline.serving import Pipeline
from emulator.threads import run_alone

_LARGEST_BODY = MAX_UPLOAD_BYTES * 4 // 3 + 1024 * 1024
"""A zip in base64, and what is said about it."""

_ELSEWHERE = (
    r"/{_date:20\d\d-\d\d-\d\d}"
    r"/{_kind:functions|layers|event-source-mappings|code-signing-configs|account-settings|tags"
    r"|capacity-providers|durable-executions}{_rest:(/.*)?}"
)
"""What is Lambda's by its path, and no operation of ours; a bucket that is called by a date has not all keys here."""


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
        router.add_route("*", _ELSEWHERE, refusing(unserved))

    def _handler(self, operation: Operation) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            return _answer(operation.status, await self._run(operation, request))

        return refusing(handle)

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
        if operation.method == "GET":
            return await asyncio.to_thread(operation.run, call)
        return await run_alone(operation.run, call)  # which may wait for as long as another shell changes the function

    async def _ready(self, function: Function) -> int:
        return self._pipeline.ready(function)


def _answer(status: int, document: Document | None) -> web.Response:
    headers = {"x-amzn-RequestId": new_request_id()}
    if document is None:
        return web.Response(status=status, headers=headers)
    return web.json_response(document, status=status, headers=headers, dumps=_json)


def _json(document: object) -> str:
    """Return *document* with its times in seconds since 1970, as AWS's JSON has them."""

    def encode(value: object) -> float:
        if isinstance(value, datetime):
            return value.timestamp()
        raise TypeError(f"{type(value).__name__} in an answer")

    return json.dumps(document, default=encode)
