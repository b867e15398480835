"""Who may knock: programs of this machine and our own containers, never a web page from elsewhere.

Function URLs are the exception that they are on AWS: what a page may do there, the URL's own settings say. So are
buckets: their CORS rules may let pages of other origins write objects.
"""

import secrets
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Middleware

from emulator.errors import EmulatorError
from emulator.http.s3 import ROUTE
from emulator.http.s3.address import bucket_of_host
from emulator.http.urls import is_of_url, url_id_of

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_OWN_NAMES = {"localhost", "127.0.0.1", "::1", "host.docker.internal"}
_MOST_TOLD = 253
"""Characters of a host's name, of which no true one has more."""
_READING = {"GET", "HEAD", "OPTIONS"}


def guard(own_addresses: set[str], lets_write: Callable[[web.Request], bool] = lambda _: False) -> Middleware:
    """
    Return the middleware that refuses a foreign Host, which is how a web page whose name was made to resolve to this
    machine gives itself away, and cross-origin writes, which any page can send without being asked. *lets_write* tells
    of such a write whether its bucket allows it.

    A page that a function URL or a bucket's web site serves is from elsewhere, too: it may show what strangers sent.
    """
    allowed = _OWN_NAMES | own_addresses

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not _is_own(request.host, allowed):
            host = request.host[:_MOST_TOLD]
            return _refusal(request, f"the Host {host!r} is not this machine's; name it in CLOUDLET_ALLOWED_HOSTS")
        if _is_foreign_write(request, allowed) and not lets_write(request):
            return _refusal(request, "a web page from elsewhere may not write here")
        return await handler(request)

    return check


def _refusal(request: web.Request, reason: str) -> web.Response:
    """Return a 403, to those who ask S3 in S3's form: their clients read no other."""
    if request.match_info.route.name == ROUTE:
        from emulator.http.s3.errors import error_answer  # not before it is needed: it brings all of S3's model

        refusal = EmulatorError(f"Access Denied: {reason}", code="AccessDenied")
        return error_answer(request, secrets.token_hex(8).upper(), refusal)
    return web.Response(status=403, text=f"{reason}\n")


def _is_foreign_write(request: web.Request, allowed: set[str]) -> bool:
    return request.method not in _READING and url_id_of(request) is None and _is_from_elsewhere(request, allowed)


def _is_from_elsewhere(request: web.Request, allowed: set[str]) -> bool:
    origin = request.headers.get("Origin")
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return True
    if origin is None:
        return False
    host = origin.partition("://")[2]
    return is_of_url(host) or bucket_of_host(host)[1] or not _is_own(host, allowed)


def _is_own(host: str, allowed: set[str]) -> bool:
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0].lower()
    return name in allowed or name.endswith(".localhost")
