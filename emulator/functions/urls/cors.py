"""CORS as a function URL is configured: what a browser is told, so that pages from elsewhere may call, or may not."""

from collections.abc import Mapping

from emulator.functions.urls.model import Cors

_PREFIX = "access-control-"


def is_preflight(method: str, headers: Mapping[str, str]) -> bool:
    """Tell whether a browser asks if it may ask."""
    return method == "OPTIONS" and "Origin" in headers and "Access-Control-Request-Method" in headers


def preflight_headers(cors: Cors, origin: str) -> dict[str, str]:
    """Return the headers that answer a preflight; none of them to an origin that is not allowed."""
    headers = response_headers(cors, origin)
    if not headers:
        return {}
    if cors.allow_methods:
        headers[_PREFIX + "allow-methods"] = ",".join(cors.allow_methods)
    if cors.allow_headers:
        headers[_PREFIX + "allow-headers"] = ",".join(cors.allow_headers)
    if cors.max_age_seconds:
        headers[_PREFIX + "max-age"] = str(cors.max_age_seconds)
    return headers


def response_headers(cors: Cors, origin: str) -> dict[str, str]:
    """Return the headers that go with an answer to *origin*, in place of what the handler says of the same."""
    if not ({"*", origin} & set(cors.allow_origins)):
        return {}
    anybody = "*" in cors.allow_origins and not cors.allow_credentials  # browsers take no "*" with credentials
    headers = {_PREFIX + "allow-origin": "*" if anybody else origin}
    if not anybody:
        headers["vary"] = "Origin"
    if cors.allow_credentials:
        headers[_PREFIX + "allow-credentials"] = "true"
    if cors.expose_headers:
        headers[_PREFIX + "expose-headers"] = ",".join(cors.expose_headers)
    return headers
