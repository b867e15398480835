"""A bucket as a web site: pages for browsers rather than documents for programs.

A site has a host name, `b.s3-website.localhost`; where such names do not resolve, the path `/_cloudlet/website/b/` is
the same site, and every redirect within it keeps to that path. Anybody may read a site, whatever policies say.
"""

import html
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from aiohttp import web

from emulator.buckets.errors import NoSuchKeyError
from emulator.errors import EmulatorError
from emulator.http.aws.errors import MethodNotAllowedError
from emulator.http.aws.request import Request
from emulator.http.aws.s3 import OBJECT, s3
from emulator.http.s3.call import Call, Means, common_headers
from emulator.http.s3.descriptions import facts_of
from emulator.http.s3.errors import status_of
from emulator.http.s3.missing import NoSuchSettingError
from emulator.http.s3.operations.reading import get_object, head_object
from emulator.http.s3.sending import send
from emulator.http.s3.sites import KEPT_IN_PATHS, Site
from emulator.http.s3.website_rules import MISSING, NOUN, Redirect, routed

_HEEDED = ("Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since")
_KEPT_IN_TARGETS = KEPT_IN_PATHS + "#?%[]"


class Websites:
    """Answers browsers."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._buckets = means.buckets

    async def answer(self, request: web.Request, site: Site, request_id: str) -> web.StreamResponse:
        """Answer with an object, a redirect, or a page that says what is wrong."""
        website: Mapping[str, Any] = {}
        try:
            if request.method not in ("GET", "HEAD"):
                raise MethodNotAllowedError(request.method, "OBJECT")
            website = self._website(site.bucket)
            return await self._found(request, site, request_id, website)
        except EmulatorError as error:
            return await self._failed(request, site, request_id, website, error)

    def _website(self, bucket: str) -> Mapping[str, Any]:
        website = self._buckets.bucket_settings.get(bucket, NOUN)
        if website is None:
            raise NoSuchSettingError(*MISSING, bucket)
        return website

    async def _found(
        self, request: web.Request, site: Site, request_id: str, website: Mapping[str, Any]
    ) -> web.StreamResponse:
        if everything := website.get("RedirectAllRequestsTo"):
            elsewhere = Redirect(301, site.key, everything["HostName"], everything.get("Protocol"))
            return _sent(request, site, request_id, elsewhere)
        if not site.key and not request.raw_path.partition("?")[0].endswith("/"):
            return _redirect(request_id, HTTPStatus.FOUND, site.path(""))
        if target := routed(website, site.key):
            return _sent(request, site, request_id, target)
        suffix = website["IndexDocument"]["Suffix"]
        if not site.key or site.key.endswith("/"):
            return await self._object(request, site, f"{site.key}{suffix}", request_id)
        try:
            return await self._object(request, site, site.key, request_id)
        except NoSuchKeyError:
            call = self._call(request, site.bucket, f"{site.key}/{suffix}", request_id)
            if not await call.run(self._is_there, call):
                raise
            return _redirect(request_id, HTTPStatus.FOUND, site.path(f"{site.key}/"))

    async def _object(self, request: web.Request, site: Site, key: str, request_id: str) -> web.StreamResponse:
        call = self._call(request, site.bucket, key, request_id)
        stored = await call.run(self._buckets.objects.head, site.bucket, key)
        if location := stored.description.headers.get("WebsiteRedirectLocation"):
            target = quote(location, safe=_KEPT_IN_TARGETS)
            target = f"{site.root}{target}" if target.startswith("/") else target
            return _redirect(request_id, HTTPStatus.MOVED_PERMANENTLY, target)
        return await (get_object if request.method == "GET" else head_object)(call)

    async def _failed(
        self, request: web.Request, site: Site, request_id: str, website: Mapping[str, Any], error: EmulatorError
    ) -> web.StreamResponse:
        """Answer with where the site's rules send for such an error, else its own page for errors, else ours."""
        status = status_of(error)
        if target := routed(website, site.key, status):
            return _sent(request, site, request_id, target)
        key, second = website.get("ErrorDocument", {}).get("Key"), None
        if key is not None and 400 <= status < 500:
            try:
                return await self._error_document(request, site.bucket, key, request_id, status)
            except EmulatorError as failure:
                second = failure
        page = _page(status, request_id, error, second)
        headers = common_headers(request_id) | {"x-amz-error-code": error.code}
        return web.Response(status=status, headers=headers, text=page, content_type="text/html")

    async def _error_document(
        self, request: web.Request, bucket: str, key: str, request_id: str, status: int
    ) -> web.StreamResponse:
        call = self._call(request, bucket, key, request_id)
        with await call.run(self._buckets.objects.open, bucket, key) as opened:
            rendered = s3().protocol.render(call.operation, facts_of(call, opened.stored))
            headers = common_headers(request_id) | rendered.headers
            if request.method == "HEAD":
                return web.Response(status=status, headers=headers | {"Content-Length": str(opened.stored.size_bytes)})
            return await send(request, opened.file, range(opened.stored.size_bytes), status, headers)

    def _is_there(self, call: Call) -> bool:
        try:
            self._buckets.objects.head(call.bucket, call.key)
        except EmulatorError:
            return False
        return True

    def _call(self, request: web.Request, bucket: str, key: str, request_id: str) -> Call:
        """Return the call that reads *key*; of a visitor's request, only ranges and conditions count."""
        operation = s3().model.operations["GetObject" if request.method == "GET" else "HeadObject"]
        headers = {name.lower(): request.headers[name] for name in _HEEDED if name in request.headers}
        asked = Request(request.method, OBJECT, {"Bucket": bucket, "Key": key}, {}, headers)
        return Call(request, request_id, self._means, operation, s3().protocol.parse(operation, asked), headers)


def _sent(request: web.Request, site: Site, request_id: str, target: Redirect) -> web.Response:
    """Send the visitor where a rule says: to another host, or to another key of the same site."""
    host = target.host or f"{request.host}{site.root}"
    key = quote(target.key, safe=_KEPT_IN_TARGETS)
    return _redirect(request_id, target.status, f"{target.protocol or request.scheme}://{host}/{key}")


def _redirect(request_id: str, status: int, location: str) -> web.Response:
    return web.Response(status=status, headers=common_headers(request_id) | {"Location": location})


def _page(status: int, request_id: str, error: EmulatorError, second: EmulatorError | None) -> str:
    """Return AWS's page; *second* is why the site's own page for errors could not be shown."""
    title = f"{status} {HTTPStatus(status).phrase}"
    ids = {"RequestId": request_id, "HostId": common_headers(request_id)["x-amz-id-2"]}
    parts = [f"<html>\n<head><title>{title}</title></head>\n<body>\n<h1>{title}</h1>\n", _list(_facts(error) | ids)]
    if second is not None:
        parts += ["<h3>An Error Occurred While Attempting to Retrieve a Custom Error Document</h3>\n"]
        parts += [_list(_facts(second))]
    return "".join([*parts, "<hr/>\n</body>\n</html>\n"])


def _facts(error: EmulatorError) -> dict[str, str]:
    about = {"Key": getattr(error, "key", None), "BucketName": getattr(error, "bucket", None)}
    if about["Key"] is not None:
        del about["BucketName"]
    named = {name: str(text) for name, text in about.items() if text is not None}
    return {"Code": error.code, "Message": error.message, **getattr(error, "fields", {}), **named}


def _list(facts: Mapping[str, str]) -> str:
    items = "".join(f"<li>{name}: {html.escape(text)}</li>\n" for name, text in facts.items())
    return f"<ul>\n{items}</ul>\n"
