"""Who may knock: programs of this machine and our own containers, never a web page from elsewhere."""

from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Middleware

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_OWN_NAMES = {"localhost", "127.0.0.1", "::1", "host.docker.internal"}
_READING = {"GET", "HEAD", "OPTIONS"}


def guard(own_addresses: set[str]) -> Middleware:
    """
    Return the middleware that refuses a foreign Host, which is how a web page whose name was made to resolve to this
    machine gives itself away, and cross-origin writes, which any page can send without being asked.
    """
    allowed = _OWN_NAMES | own_addresses

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not _is_own(request.host, allowed):
            raise web.HTTPForbidden(text=f"the Host {request.host!r} is not this machine's\n")
        origin = request.headers.get("Origin")
        foreign = origin is not None and not _is_own(origin.partition("://")[2], allowed)
        if request.method not in _READING and (foreign or request.headers.get("Sec-Fetch-Site") == "cross-site"):
            raise web.HTTPForbidden(text="a web page from elsewhere may not write here\n")
        return await handler(request)

    return check


def _is_own(host: str, allowed: set[str]) -> bool:
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0].lower()
    return name in allowed or name.endswith(".localhost")
