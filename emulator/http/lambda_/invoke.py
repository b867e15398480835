"""Invoke: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html."""

import base64
import json

from aiohttp import web

from emulator.functions.errors import InvalidFunctionError, InvalidPayloadError, PayloadTooLargeError
from emulator.functions.events.event import Arrival
from emulator.functions.records import MAX_ASYNC_PAYLOAD_BYTES, MAX_SYNC_PAYLOAD_BYTES, Invocation
from emulator.functions.references import parse_reference
from emulator.functions.service import Functions
from emulator.http.headers import header_text, trace_header
from emulator.http.lambda_.refusal import refusing
from emulator.ids import new_request_id
from emulator.pipeline.serving import Pipeline
from emulator.violations import not_one_of

PATH = "/2015-03-31/functions/{name}/invocations"

_KINDS = ("Event", "RequestResponse", "DryRun")
_LOG_TYPES = ("None", "Tail")


class InvokeDoor:
    """Answers synchronous, asynchronous and dry-run invocations."""

    def __init__(self, functions: Functions, pipeline: Pipeline) -> None:
        self._functions = functions
        self._pipeline = pipeline

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Return AWS's answer; a handler that failed is a 200 with a header."""
        return await refusing(self._invoke)(request)

    async def _invoke(self, request: web.Request) -> web.StreamResponse:
        asked = parse_reference(request.match_info["name"], request.query.get("Qualifier"))
        kind = _chosen(request, "X-Amz-Invocation-Type", "invocationType", _KINDS, "RequestResponse")
        log_type = _chosen(request, "X-Amz-Log-Type", "logType", _LOG_TYPES, "None")
        most = MAX_ASYNC_PAYLOAD_BYTES if kind == "Event" else MAX_SYNC_PAYLOAD_BYTES
        try:
            payload = _checked(await request.read() or b"{}", most)
        except web.HTTPRequestEntityTooLarge:
            raise _too_large(most) from None
        trace = trace_header(request.headers.get("X-Amzn-Trace-Id"))  # by which a loop of functions shows
        context = _client_context(request)
        function = self._functions.find(asked.name, asked.qualifier)  # not before the body: it may take its time
        if kind == "DryRun":
            return web.Response(status=204, headers={"x-amzn-RequestId": new_request_id()})
        if kind == "Event":
            arrival = Arrival(function.name, payload, "invoke", asked.qualifier, trace, context)
            request_id = await self._pipeline.enqueue(arrival)
            return web.Response(status=202, headers={"x-amzn-RequestId": request_id})
        invocation = Invocation(payload, client_context=context, qualifier=asked.qualifier, trace=trace)
        result = await self._pipeline.invoke(function, invocation)
        headers = {"X-Amz-Executed-Version": function.version, "x-amzn-RequestId": result.request_id}
        if result.function_error:
            headers["X-Amz-Function-Error"] = result.function_error
        if log_type == "Tail":
            headers["X-Amz-Log-Result"] = base64.b64encode(result.log_tail).decode()
        return web.Response(body=result.payload, headers=headers, content_type="application/json")


def _chosen(request: web.Request, header: str, name: str, known: tuple[str, ...], default: str) -> str:
    chosen = header_text(request.headers.get(header, default))
    for wrong in not_one_of(chosen, name, known):
        raise InvalidFunctionError(str(wrong))
    return chosen


def _client_context(request: web.Request) -> str | None:
    """Return the context in one line of ASCII, since it goes on as a header."""
    encoded = request.headers.get("X-Amz-Client-Context")
    if not encoded:
        return None
    try:
        return json.dumps(json.loads(base64.b64decode(encoded, validate=True)))
    except (ValueError, RecursionError):
        raise InvalidPayloadError("Client context must be a valid Base64-encoded JSON object.") from None


def _too_large(most: int) -> PayloadTooLargeError:
    return PayloadTooLargeError(f"Request must be smaller than {most} bytes for the InvokeFunction operation")


def _checked(payload: bytes, most: int) -> bytes:
    if len(payload) > most:
        raise _too_large(most)
    try:
        json.loads(payload, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidPayloadError(f"Could not parse request body into json: {error}") from error
    return payload


def _no_constant(name: str) -> None:
    """Refuse NaN and Infinity, which Python reads though they are no JSON."""
    raise ValueError(f"Unrecognized token '{name}'")
