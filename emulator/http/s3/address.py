"""Which bucket and which key a request means. The only place that reads them from a request."""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from aiohttp import web

from emulator.errors import InvalidRequestError


@dataclass(frozen=True)
class Address:
    """Both are empty where the request names none."""

    bucket: str
    key: str

    @property
    def scope(self) -> str:
        """Return `service`, `bucket` or `object`."""
        return "object" if self.key else "bucket" if self.bucket else "service"


def address_of(request: web.Request) -> Address:
    """Read a path-style address from the path as it was sent: a decoded one has lost the difference of / and %2F."""
    path = request.raw_path.partition("?")[0]
    if "://" in path:
        path = urlsplit(path).path
    bucket, _, key = path.removeprefix("/").partition("/")
    return Address(decode(bucket), decode(key))


def decode(text: str) -> str:
    """Undo percent-encoding; a plus is a plus. What is no UTF-8 cannot be a key."""
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError as error:
        raise InvalidRequestError("Couldn't parse the specified URI.", code="InvalidURI") from error
