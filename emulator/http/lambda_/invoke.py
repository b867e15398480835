"""Invoke: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html."""

import base64
import json

from aiohttp import web

from emulator.errors import EmulatorError, InvalidRequestError, NotFoundError
from emulator.functions.errors import InvalidFunctionError, InvalidPayloadError, PayloadTooLargeError
from emulator.functions.records import MAX_ASYNC_PAYLOAD_BYTES, MAX_SYNC_PAYLOAD_BYTES, Invocation
from emulator.functions.references import parse_reference
from emulator.functions.service import Functions
from emulator.pipeline.serving import Pipeline

PATH = "/2015-03-31/functions/{name}/invocations"

_KINDS = ("Event", "RequestResponse", "DryRun")
_STATUS = ((PayloadTooLargeError, 413), (InvalidRequestError, 400), (NotFoundError, 404))


class InvokeDoor:
    """Answers synchronous, asynchronous and dry-run invocations."""

    def __init__(self, functions: Functions, pipeline: Pipeline) -> None:
        self._functions = functions
        self._pipeline = pipeline

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Return AWS's answer; a handler that failed is a 200 with a header."""
        try:
            return await self._invoke(request)
        except EmulatorError as error:
            return _refusal(error)

    async def _invoke(self, request: web.Request) -> web.StreamResponse:
        asked = parse_reference(request.match_info["name"], request.query.get("Qualifier"))
        function = self._functions.find(asked.name, asked.qualifier)
        kind = _invocation_type(request)
        most = MAX_ASYNC_PAYLOAD_BYTES if kind == "Event" else MAX_SYNC_PAYLOAD_BYTES
        try:
            payload = _checked(await request.read() or b"{}", most)
        except web.HTTPRequestEntityTooLarge:
            raise _too_large(most) from None
        if kind == "DryRun":
            return web.Response(status=204)
        if kind == "Event":
            request_id = self._pipeline.enqueue(function, payload, asked.qualifier)
            return web.Response(status=202, headers={"x-amzn-RequestId": request_id})
        invocation = Invocation(payload, client_context=_client_context(request), qualifier=asked.qualifier)
        result = await self._pipeline.invoke(function, invocation)
        headers = {"X-Amz-Executed-Version": function.version, "x-amzn-RequestId": result.request_id}
        if result.function_error:
            headers["X-Amz-Function-Error"] = result.function_error
        if request.headers.get("X-Amz-Log-Type") == "Tail":
            headers["X-Amz-Log-Result"] = base64.b64encode(result.log_tail).decode()
        return web.Response(body=result.payload, headers=headers, content_type="application/json")


def _invocation_type(request: web.Request) -> str:
    kind = request.headers.get("X-Amz-Invocation-Type", "RequestResponse")
    if kind not in _KINDS:
        raise InvalidFunctionError(
            f"Value '{kind}' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: "
            f"[{', '.join(_KINDS)}]"
        )
    return kind


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
        json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise InvalidPayloadError(f"Could not parse request body into json: {error}") from error
    return payload


def _refusal(error: EmulatorError) -> web.Response:
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
    return web.json_response(
        {"Type": "User" if status < 500 else "Server", "Message": error.message, "Hint": error.hint},
        status=status,
        headers={"x-amzn-ErrorType": error.code},
    )
