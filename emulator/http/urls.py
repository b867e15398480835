"""Which requests are for a function URL: those to its host name, and those under our own path for them."""

import re

from aiohttp import web

from emulator import own_paths

_HOST = re.compile(r"([^.:]+)\.lambda-url\.(?:[a-z0-9-]+\.)?localhost(?::\d+)?", re.IGNORECASE)
_PATH = re.compile(rf"{re.escape(own_paths.FUNCTION_URL)}([^/?]*)(?:[/?].*)?")


def url_id_of(request: web.Request) -> str | None:
    """Return the id of the function URL that *request* is for, or None if it is for another door."""
    found = _HOST.fullmatch(request.host) or _PATH.fullmatch(request.raw_path)
    return found[1].lower() if found else None


def is_of_url(host: str) -> bool:
    """Tell whether *host* is the name of a function URL."""
    return _HOST.fullmatch(host) is not None
