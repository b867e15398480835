"""Which bucket and which key a request means: path style, virtual-host style, and a web site's own host name."""

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from aiohttp import web

from emulator.errors import InvalidRequestError

_HOST = re.compile(
    r"(?:(?P<bucket>[a-z0-9.-]+?)\.)??(?P<service>s3(?:-website)?(?:[.-][a-z]{2,4}(?:-[a-z]+)+-\d)?\.)?localhost(?::\d+)?",
    re.IGNORECASE,
)
_STRAY = re.compile("%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True)
class Address:
    """Bucket and key are empty where the request names none."""

    bucket: str
    key: str
    is_website: bool = False
    """Whether a browser is to see the bucket as a web site, rather than a program as a bucket."""


def address_of(request: web.Request) -> Address:
    """
    Read what a request is addressed to, from the path as it was sent: a decoded one has lost what tells / from %2F.

    `Host: b.s3.localhost`, `b.s3.eu-west-1.localhost` and `b.localhost` name the bucket b; so does a site's
    `b.s3-website.localhost`.
    """
    path = request.raw_path.partition("?")[0]
    if "://" in path:
        path = urlsplit(path).path
    path = path.removeprefix("/")
    bucket, is_website = bucket_of_host(request.host)
    if bucket:
        return Address(bucket, decode(path), is_website)
    bucket, _, key = path.partition("/")
    return Address(decode(bucket), decode(key))


def bucket_of_host(host: str) -> tuple[str, bool]:
    """
    Return the bucket that a host name means, "" for none, and whether it is that of a web site.

    >>> bucket_of_host("raw.s3.localhost:4566"), bucket_of_host("s3.localhost"), bucket_of_host("127.0.0.1:4566")
    (('raw', False), ('', False), ('', False))
    """
    if "localhost" not in host:
        return "", False
    found = _HOST.fullmatch(host)
    if found is None or not found["bucket"]:
        return "", False
    return found["bucket"].lower(), "website" in (found["service"] or "").lower()


def location_of(request: web.Request, bucket: str, key: str) -> str:
    """Return the URL of an object at the host that *request* was sent to; its slashes are encoded, as S3 has it."""
    path = quote(key, safe="")
    if not bucket_of_host(request.host)[0]:
        path = f"{bucket}/{path}"
    return f"{request.scheme}://{request.host}/{path}"


def decode(text: str) -> str:
    """Undo percent-encoding; a plus is a plus. What is no UTF-8 cannot be a key, nor can a % that encodes nothing."""
    if "%" not in text:
        return text
    if _STRAY.search(text):
        raise _unreadable()
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError as error:
        raise _unreadable() from error


def _unreadable() -> InvalidRequestError:
    return InvalidRequestError("Couldn't parse the specified URI.", code="InvalidURI")
