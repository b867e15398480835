"""The Lambda Runtime API: what a worker's runtime client talks to. One listening port a worker says who is calling.

Every route is on this page. https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import asyncio
from dataclasses import dataclass, field

from aiohttp import web

from emulator.functions.errors import WorkerStartError
from emulator.functions.records import MAX_RESPONSE_BYTES, Failure, Invocation, raised, response_too_large
from emulator.functions.workers.transport.listening import Listening

_VERSION = "/2018-06-01/runtime"
_ERROR_TYPE = "Lambda-Runtime-Function-Error-Type"


@dataclass
class Assignment:
    """An invocation that a worker was given, and the place where its end is awaited."""

    invocation: Invocation
    deadline_ms: int
    function_arn: str
    outcome: asyncio.Future[bytes | Failure] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def settle(self, outcome: bytes | Failure) -> None:
        """Note how it ended; only the first end counts."""
        if not self.outcome.done():
            self.outcome.set_result(outcome)


class Session:
    """One worker's side of the conversation."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.ready: asyncio.Future[Failure | None] = loop.create_future()
        """Done with None when the runtime first asks for work, with a Failure when it could not load the handler."""
        self.current: Assignment | None = None
        self._waiting: asyncio.Queue[Assignment] = asyncio.Queue()

    @property
    def is_loaded(self) -> bool:
        """Tell whether the runtime has loaded the handler and asked for work."""
        return self.ready.done() and self.ready.result() is None

    def assign(self, assignment: Assignment) -> None:
        """Give the worker its next invocation."""
        self._waiting.put_nowait(assignment)

    async def next(self) -> Assignment:
        """Wait for work, as long as it takes."""
        if not self.ready.done():
            self.ready.set_result(None)
        self.current = await self._waiting.get()
        return self.current

    def init_failed(self, failure: Failure) -> None:
        """Note that the handler could not be loaded."""
        if not self.ready.done():
            self.ready.set_result(failure)


Place = tuple[str, int]
"""An address and a port of it."""


@dataclass(frozen=True)
class Contact:
    """What a worker is told of the server."""

    runtime_api: str
    """As AWS_LAMBDA_RUNTIME_API wants it."""
    endpoint: str
    """As AWS_ENDPOINT_URL wants it."""
    place: Place
    """To be closed later."""


class RuntimeApi:
    """Serves any number of workers from one application, each at a place of its own."""

    def __init__(self) -> None:
        self._listening: Listening | None = None
        self._sessions: dict[Place, Session] = {}
        self._sites: dict[Place, web.SockSite] = {}
        app = web.Application(client_max_size=MAX_RESPONSE_BYTES)
        app.router.add_get(f"{_VERSION}/invocation/next", self._next)
        app.router.add_post(f"{_VERSION}/invocation/{{request_id}}/response", self._response)
        app.router.add_post(f"{_VERSION}/invocation/{{request_id}}/error", self._error)
        app.router.add_post(f"{_VERSION}/init/error", self._init_error)
        # Cancelled with its connection: a worker that is gone waits in `next` for ever.
        self._runner = web.AppRunner(
            app, access_log=None, handle_signals=False, handler_cancellation=True, shutdown_timeout=0.1
        )

    async def start(self) -> None:
        await self._runner.setup()

    def listen_by(self, listening: Listening) -> None:
        """Let workers call where *listening* says."""
        self._listening = listening

    async def open(self, session: Session, holder_id: str) -> Contact:
        """Listen for one worker that joins the network of *holder_id*, and return what it is to be told."""
        if self._listening is None:
            raise WorkerStartError("the server is still starting", hint="try again in a moment")
        listening = await self._listening.listen(holder_id)
        while (place := listening.getsockname()) in self._sessions:  # the same in the network of another holder
            listening.close()
            listening = await self._listening.listen(holder_id)
        site = web.SockSite(self._runner, listening)
        self._sessions[place], self._sites[place] = session, site
        try:
            await site.start()
        except BaseException:
            await self.close(place)
            listening.close()
            raise
        return Contact(f"{place[0]}:{place[1]}", self._listening.endpoint, place)

    async def close(self, place: Place) -> None:
        """Stop listening for one worker."""
        self._sessions.pop(place, None)
        if site := self._sites.pop(place, None):
            await site.stop()

    async def stop(self) -> None:
        """Stop listening for all of them."""
        await self._runner.cleanup()

    def _session(self, request: web.Request) -> Session:
        transport = request.transport
        place: Place = transport.get_extra_info("sockname") if transport else ("", 0)
        try:
            return self._sessions[place]
        except KeyError:
            raise web.HTTPForbidden(text="this worker has been retired") from None

    async def _next(self, request: web.Request) -> web.Response:
        assignment = await self._session(request).next()
        invocation = assignment.invocation
        headers = {
            "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
            "Lambda-Runtime-Deadline-Ms": str(assignment.deadline_ms),
            "Lambda-Runtime-Invoked-Function-Arn": assignment.function_arn,
            "Lambda-Runtime-Trace-Id": invocation.trace or _trace_id(invocation.request_id),
        }
        if invocation.client_context:
            headers["Lambda-Runtime-Client-Context"] = invocation.client_context
        return web.Response(body=invocation.payload, headers=headers, content_type="application/json")

    async def _response(self, request: web.Request) -> web.Response:
        assignment = self._assignment(request)
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            assignment.settle(response_too_large())
            return _refused(413, "RequestEntityTooLarge", "the response is too large")
        assignment.settle(body)
        return web.json_response({"status": "OK"}, status=202)

    async def _error(self, request: web.Request) -> web.Response:
        assignment = self._assignment(request)
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            assignment.settle(response_too_large())
            return _refused(413, "RequestEntityTooLarge", "the error is too large")
        assignment.settle(raised(body, request.headers.get(_ERROR_TYPE)))
        return web.json_response({"status": "OK"}, status=202)

    async def _init_error(self, request: web.Request) -> web.Response:
        failure = raised(await request.read(), request.headers.get(_ERROR_TYPE))
        self._session(request).init_failed(failure)
        return web.json_response({"status": "OK"}, status=202)

    def _assignment(self, request: web.Request) -> Assignment:
        current = self._session(request).current
        if current is None or current.invocation.request_id != request.match_info["request_id"]:
            raise web.HTTPForbidden(text='{"errorType":"InvalidRequestID","errorMessage":"Invalid request ID"}')
        return current


def _trace_id(request_id: str) -> str:
    digits = request_id.replace("-", "")
    return f"Root=1-{digits[:8]}-{digits[8:32]};Parent={digits[:16]};Sampled=0"


def _refused(status: int, error_type: str, message: str) -> web.Response:
    return web.json_response({"errorType": error_type, "errorMessage": message}, status=status)
