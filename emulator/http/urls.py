"""Which requests are for a function URL: those to its host name, and those under our own path for them."""

import re

from aiohttp import web

from emulator.functions.urls.model import ID_PATTERN

PATH_PREFIX = "/_cloudlet/url/"

_HOST = re.compile(rf"({ID_PATTERN})\.lambda-url\.(?:[a-z0-9-]+\.)?localhost(?::\d+)?", re.IGNORECASE)
_PATH = re.compile(rf"{re.escape(PATH_PREFIX)}({ID_PATTERN})(?:[/?].*)?")


def url_id_of(request: web.Request) -> str | None:
    """Return the id of the function URL that *request* is for, or None if it is for another door."""
    found = _HOST.fullmatch(request.host) or _PATH.fullmatch(request.raw_path)
    return found[1].lower() if found else None


def is_of_url(host: str) -> bool:
    """Tell whether *host* is the name of a function URL."""
    return _HOST.fullmatch(host) is not None
