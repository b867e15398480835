"""HTTP/1.0 and 1.1 as far as the metadata service needs them: a request out of bytes, a response into bytes."""

from __future__ import annotations

import re
import time

MOST_HEADER_BYTES = 8192
MOST_BODY_BYTES = 65_536

_PHRASES = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Not Allowed",
    503: "Service Unavailable",
}
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_REQUEST_LINE = re.compile(rb"([A-Za-z]+) (/[!-~]*) HTTP/1\.([0-9])")
_HEADER_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*")
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")


class BadRequestError(Exception):
    """What was sent is no request, or too large a one."""


class Request:
    """A request, its body left out: no metadata request means anything by one."""

    def __init__(self, method: str, path: str, headers: dict[str, str], *, keep_alive: bool) -> None:
        self.method = method
        self.path = path
        """Decoded, without the query."""
        self.headers = headers
        """By lower-case name."""
        self.keep_alive = keep_alive


class Response:
    """An answer; *hop_limit* is how many routers it may pass, None for as many as usual."""

    def __init__(
        self,
        status: int,
        body: bytes = b"",
        content_type: str = "text/plain",
        headers: tuple[tuple[str, str], ...] = (),
        hop_limit: int | None = None,
    ) -> None:
        self.status = status
        self.body = body
        self.content_type = content_type
        self.headers = headers
        self.hop_limit = hop_limit

    def render(self, request: Request | None, now: float) -> bytes:
        """Return the bytes that answer *request*, None for one that could not be read."""
        keep_alive = request is not None and request.keep_alive
        lines = [
            f"HTTP/1.1 {self.status} {_PHRASES[self.status]}",
            f"Content-Type: {self.content_type}",
            "Accept-Ranges: none",
            *(f"{name}: {value}" for name, value in self.headers),
            f"Content-Length: {len(self.body)}",
            f"Date: {time.strftime('%a, %d %b %Y %H:%M:%S GMT', time.gmtime(now))}",
            "Server: EC2ws",
            f"Connection: {'keep-alive' if keep_alive else 'close'}",
        ]
        head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
        return head if request is not None and request.method == "HEAD" else head + self.body


def parse(data: bytes | bytearray) -> tuple[Request, int] | None:
    """Return the request that *data* begins with, and its length; None if more has to come."""
    end = _HEADER_END.search(data)
    if (end.start() if end else len(data)) > MOST_HEADER_BYTES:
        raise BadRequestError
    if end is None:
        return None
    first, *rest = bytes(data[: end.start()]).split(b"\n")
    line = _REQUEST_LINE.fullmatch(first.rstrip(b"\r"))
    if line is None:
        raise BadRequestError
    method, target, minor_version = line.groups()
    headers = dict(_header(one.rstrip(b"\r")) for one in rest)
    length = end.end() + _body_length(headers)
    if length > len(data):
        return None
    return Request(method.decode(), _path(target), headers, keep_alive=_keep_alive(minor_version, headers)), length


def _header(line: bytes) -> tuple[str, str]:
    match = _HEADER_LINE.fullmatch(line)
    if match is None:
        raise BadRequestError
    return match[1].decode().lower(), match[2].decode("latin-1")


def _body_length(headers: dict[str, str]) -> int:
    text = headers.get("content-length", "0")
    if not (text.isascii() and text.isdigit() and len(text) < 9 and int(text) <= MOST_BODY_BYTES):
        raise BadRequestError
    return int(text)


def _path(target: bytes) -> str:
    decoded = _PERCENT.sub(lambda match: bytes.fromhex(match[1].decode()), target.partition(b"?")[0])
    return decoded.decode("utf-8", "replace")


def _keep_alive(minor_version: bytes, headers: dict[str, str]) -> bool:
    if "transfer-encoding" in headers:
        return False  # where such a body ends is not looked for
    wish = headers.get("connection", "").lower()
    return "close" not in wish if minor_version != b"0" else "keep-alive" in wish
