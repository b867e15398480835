"""
The one spelling of a request that both sides sign.

S3 differs from every other service: its path is encoded once and kept as it is, since `a//b` and `a/../b` are keys.
"""

import re
from collections.abc import Iterable
from urllib.parse import quote, unquote_to_bytes

from emulator.signatures.keys import encoded
from emulator.signatures.records import Headers, Request

EMPTY_HASH = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
"""SHA-256 of no bytes."""

SIGNATURE = "X-Amz-Signature"

_SPACES = re.compile(r"[ \t\r\n\f\v]+")


def canonical_request(request: Request, signed_headers: Iterable[str], payload_hash: str, service: str) -> str:
    """Return the canonical request, in which only *signed_headers* count."""
    names = sorted({name.lower() for name in signed_headers})
    return "\n".join(
        (
            request.method.upper(),
            canonical_path(request.path, service),
            canonical_query(request.query),
            *(f"{name}:{_header(request.headers, name)}" for name in names),
            "",
            ";".join(names),
            payload_hash,
        )
    )


def canonical_path(path: str, service: str) -> str:
    """
    Return *path*, which is as it was sent.

    For S3, each segment is decoded and encoded again: some clients sign `%28` and send `(`. A `%2F` stays one.
    Others sign the path that was sent as if it were not yet encoded, without empty and dot segments.

    >>> canonical_path("/b/a//(1)/../%7E", "s3"), canonical_path("/b/a//%28/../c", "lambda")
    ('/b/a//%281%29/../~', '/b/a/c')
    >>> canonical_path("/2015-03-31/functions/a%3Ab", "lambda")
    '/2015-03-31/functions/a%253Ab'
    """
    if service == "s3":
        return "/".join(_encode(unquote_to_bytes(encoded(part))) for part in path.split("/")) or "/"
    return quote(encoded(_without_dots(path)), safe="/~")


def canonical_query(query: str) -> str:
    """
    Return *query* encoded anew and sorted, without the signature that a presigned URL ends with.

    >>> canonical_query("prefix=a/b+c&acl&X-Amz-Signature=0a")
    'acl=&prefix=a%2Fb%20c'
    """
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    canonical = sorted((_encode(decode(name)), _encode(decode(value))) for name, _, value in pairs)
    return "&".join(f"{name}={value}" for name, value in canonical if name != SIGNATURE)


def decode(text: str) -> bytes:
    """Return the bytes of a name or value of a query."""
    return unquote_to_bytes(encoded(text.replace("+", " ")))


def _encode(part: bytes) -> str:
    return quote(part, safe="~")


def _header(headers: Headers, name: str) -> str:
    return ",".join(_SPACES.sub(" ", value).strip(" ") for value in headers.all(name))


def _without_dots(path: str) -> str:
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment not in ("", "."):
            kept.append(segment)
    return "/" + "/".join(kept) + ("/" if kept and path.endswith("/") else "")
