"""Function URLs, by host name or by a path: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html."""

import dataclasses
import logging
import re
import secrets
import time
from collections.abc import Awaitable, Callable

from aiohttp import hdrs, web
from aiohttp.typedefs import Middleware

from emulator import own_paths
from emulator.errors import EmulatorError, InvalidRequestError, NotFoundError
from emulator.functions.errors import ThrottledError
from emulator.functions.records import MAX_SYNC_PAYLOAD_BYTES, Invocation
from emulator.functions.references import LATEST
from emulator.functions.service import Functions
from emulator.functions.urls import FunctionUrl, FunctionUrls
from emulator.functions.urls.cors import is_preflight, preflight_headers, response_headers
from emulator.functions.urls.event import Caller, HttpRequest, event, payload
from emulator.functions.urls.model import ID_PATTERN
from emulator.functions.urls.response import HttpAnswer, answer, message
from emulator.http.headers import header_text, trace_header
from emulator.http.urls import url_id_of
from emulator.pipeline.serving import Pipeline
from emulator.units import utc_now

log = logging.getLogger(__name__)

_SIGNED = re.compile(r"AWS4-(?:HMAC-SHA256|ECDSA-P256-SHA256) Credential=([^/,\s]+)/")
_FORBIDDEN = message(403, "Forbidden", "AccessDeniedException")
_NOBODYS = message(403, None, "AccessDeniedException")
_BROKEN = message(500, "Internal Server Error", "ServiceException")
_TOO_LARGE = message(413, "Request Entity Too Large")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class UrlDoor:
    """Calls the function whose URL a request is for, and answers what it returned."""

    def __init__(self, urls: FunctionUrls, functions: Functions, pipeline: Pipeline) -> None:
        self._urls = urls
        self._functions = functions
        self._pipeline = pipeline

    @property
    def middleware(self) -> Middleware:
        """Takes what is for a function URL before any other door sees it: all its paths are the function's."""

        @web.middleware
        async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
            url_id = url_id_of(request)
            if url_id is None:
                return await handler(request)
            try:
                return await self._handle(request, url_id)
            except (web.HTTPException, ConnectionError):
                raise
            except Exception:  # aiohttp would answer as itself, where whoever calls expects the function
                log.exception("request of a function URL failed: path=%r", request.raw_path)
                return _rendered(_BROKEN)

        return check

    async def _handle(self, request: web.Request, url_id: str) -> web.StreamResponse:
        url = self._urls.by_id(url_id)
        if url is None:
            return _rendered(_NOBODYS)
        origin = request.headers.get("Origin")
        if url.cors is not None and origin is not None and is_preflight(request.method, request.headers):
            return web.Response(headers=preflight_headers(url.cors, origin))
        given = await self._answer(request, url)
        return _rendered(given, response_headers(url.cors, origin) if url.cors and origin is not None else {})

    async def _answer(self, request: web.Request, url: FunctionUrl) -> HttpAnswer:
        caller = _caller(request)
        if url.auth_type == "AWS_IAM" and caller is None:
            return _FORBIDDEN
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return _TOO_LARGE
        if len(body) > MAX_SYNC_PAYLOAD_BYTES:
            return _TOO_LARGE
        qualifier = None if url.qualifier == LATEST else url.qualifier
        invocation = Invocation(b"", qualifier=qualifier, trace=_trace(request))
        asked = _request(request, body, invocation.trace)
        seen = event(url, asked, invocation.request_id, utc_now(), caller if url.auth_type == "AWS_IAM" else None)
        try:
            function = self._functions.find(url.function, qualifier)
            result = await self._pipeline.invoke(function, dataclasses.replace(invocation, payload=payload(seen)))
        except ThrottledError as error:
            return message(429, error.message, error.code)
        except NotFoundError:
            return _NOBODYS
        except InvalidRequestError as error:  # a loop of functions, for one
            return message(400, error.message, error.code)
        except EmulatorError as error:
            return message(502, error.message, error.code)
        return answer(result)


def _caller(request: web.Request) -> Caller | None:
    """Return who signed the request: no key is a secret here, so any signature will do. None if nobody did."""
    if found := _SIGNED.match(request.headers.get(hdrs.AUTHORIZATION, "")):
        return Caller(found[1])
    if "X-Amz-Signature" in request.query and (credential := request.query.get("X-Amz-Credential")):
        return Caller(credential.partition("/")[0])
    return None


def _trace(request: web.Request) -> str:
    """Return the trace header that the request came with, or that of a new trace."""
    given = trace_header(request.headers.get("X-Amzn-Trace-Id"))
    return given or f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)}"


def _request(request: web.Request, body: bytes, trace: str) -> HttpRequest:
    path, _, query = header_text(request.raw_path).partition("?")
    if (found := re.match(rf"{re.escape(own_paths.FUNCTION_URL)}{ID_PATTERN}", path)) is not None:
        path = path[found.end() :]
    source_ip = request.remote or "127.0.0.1"
    port = request.url.port or 80
    added = {
        "x-amzn-trace-id": trace,
        "x-forwarded-for": source_ip,
        "x-forwarded-port": str(port),
        "x-forwarded-proto": "http",
    }
    given = ((header_text(name), header_text(value)) for name, value in request.headers.items())
    headers = [(name, value) for name, value in given if name.lower() not in added]
    version = f"HTTP/{request.version.major}.{request.version.minor}"
    return HttpRequest(request.method, path or "/", query, [*headers, *added.items()], body, source_ip, version)


def _rendered(given: HttpAnswer, own_headers: dict[str, str] | None = None) -> web.Response:
    own = own_headers or {}
    response = web.Response(status=given.status, body=given.body)
    for name, value in given.headers:
        if name not in own and name not in ("content-length", "connection", "transfer-encoding"):
            response.headers.add(name, value)
    response.headers.update(own)
    return response
