"""CORS: what a bucket lets web pages of other origins do, and what their browsers are told.

A preflight is answered before anything is known of the object, and needs no signature. An answer to the request itself
has the headers whatever else it says: without them the page could not even read the error.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from aiohttp import web

from emulator.buckets.settings import BucketSettings
from emulator.errors import EmulatorError, InvalidRequestError, NotFoundError
from emulator.http.aws.request import read_query
from emulator.http.s3 import ROUTE
from emulator.http.s3.address import Address, address_of, decode
from emulator.http.s3.cors_rules import ALLOW, METHODS, Question, find_rule, headers_of
from emulator.http.s3.sites import site_of

_NOUN = "BucketCors"
_COPY_SOURCE = "x-amz-copy-source"


class NotAllowedError(EmulatorError):
    """The answer to a preflight: the page may not."""

    code = "AccessForbidden"
    status = HTTPStatus.FORBIDDEN

    def __init__(self, reason: str, method: str, resource: str) -> None:
        super().__init__(f"CORSResponse: {reason}")
        self.fields = {"Method": method, "ResourceType": resource}


class Cors:
    """The CORS rules of one home's buckets."""

    def __init__(self, settings: BucketSettings) -> None:
        self._settings = settings

    def add_to(
        self,
        app: web.Application,
        path: str,
        handler: Callable[[web.Request], Any],
        expect_handler: Callable[[web.Request], Awaitable[web.StreamResponse | None]],
    ) -> None:
        """Have *handler* answer all of *path*, preflights too, and its answers say what a page may read."""
        app.router.add_route("*", path, handler, name=ROUTE, expect_handler=expect_handler)
        app.on_response_prepare.append(self.tell)

    async def tell(self, request: web.Request, response: web.StreamResponse) -> None:
        """Add to *response* what a page of another origin may read of it."""
        # Just before an answer begins: a large object is on its way long before its handler returns.
        origin = request.headers.get("Origin")
        if origin is not None and request.match_info.route.name == ROUTE and request.method != "OPTIONS":
            with suppress(EmulatorError):  # what nobody understands is in no bucket
                response.headers.update(self.headers(_address(request).bucket, origin, request.method))

    def preflight(self, request: web.Request) -> dict[str, str]:
        """Return the headers that tell a browser, which asks if it may ask, that it may; NotAllowedError if not."""
        address = _address(request)
        question = _question(request)
        rules = self._rules(address, question.method)
        rule = find_rule(rules, question)
        if question.method not in METHODS:
            raise InvalidRequestError(
                f"Invalid Access-Control-Request-Method: {_requested(request) or 'null'}", code="BadRequest"
            )
        if rule is None:
            reason = (
                "This CORS request is not allowed. This is usually because the evalution of Origin, request method /"
                " Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the"
                " resource's CORS spec."
            )
            raise NotAllowedError(reason, question.method, "OBJECT" if address.key else "BUCKET")
        headers = headers_of(rule, question)
        if question.headers:
            headers[f"{ALLOW}Headers"] = ", ".join(question.headers)
        return headers

    def headers(self, bucket: str, origin: str, method: str) -> dict[str, str]:
        """Return the headers of an answer to a page of *origin*: none if no rule lets it read that."""
        question = Question(origin, method)
        rule = find_rule((self._settings.find(bucket, _NOUN) or {}).get("CORSRules", ()), question)
        return headers_of(rule, question) if rule is not None else {}

    def lets_write(self, request: web.Request) -> bool:
        """
        Tell whether a page of another origin may make *request*, which would change something.

        Only objects: nobody here asks for signatures, so a page must not get at a bucket's settings, nor, by a copy,
        at a bucket whose rules do not let it read.
        """
        origin = request.headers.get("Origin")
        if origin is None or request.match_info.route.name != ROUTE:
            return False
        try:
            address, sources = _address(request), _copy_sources(request)
        except EmulatorError:
            return False
        if address.is_website or not (address.key or request.method == "POST"):
            return False
        return bool(self.headers(address.bucket, origin, request.method)) and all(
            self.headers(source, origin, "GET") for source in sources
        )

    def _rules(self, address: Address, method: str) -> Sequence[Mapping[str, Any]]:
        try:
            document = self._settings.get(address.bucket, _NOUN)
        except NotFoundError as error:
            raise NotAllowedError("Bucket not found", method, "BUCKET") from error
        if document is None:
            raise NotAllowedError("CORS is not enabled for this bucket.", method, "BUCKET")
        rules: Sequence[Mapping[str, Any]] = document["CORSRules"]
        return rules


def _address(request: web.Request) -> Address:
    address = address_of(request)
    site = site_of(request, address)
    return address if site is None else Address(site.bucket, site.key, is_website=True)


def _copy_sources(request: web.Request) -> list[str]:
    """Return the buckets that a request would copy from, wherever in it they are named."""
    query = read_query(request.raw_path.partition("?")[2])
    in_query = (text for name, texts in query.items() if name.lower() == _COPY_SOURCE for text in texts)
    texts = [*request.headers.getall(_COPY_SOURCE, ()), *in_query]
    return [decode(text).removeprefix("/").partition("/")[0] for text in texts]


def _question(request: web.Request) -> Question:
    origin = request.headers.get("Origin")
    if origin is None:
        raise InvalidRequestError("Insufficient information. Origin request header needed.", code="BadRequest")
    headers = request.headers.get("Access-Control-Request-Headers", "").split(",")
    names = tuple(name for name in (header.strip().lower() for header in headers) if name)
    return Question(origin, _requested(request) or "OPTIONS", names)


def _requested(request: web.Request) -> str | None:
    return request.headers.get("Access-Control-Request-Method")
