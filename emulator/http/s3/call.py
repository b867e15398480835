"""One request on its way through an operation, and the form of every answer."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from emulator.buckets import Buckets, Origin
from emulator.buckets.events import host_id
from emulator.http.s3.address import Address
from emulator.settings import Settings


@dataclass(frozen=True)
class Call:
    """A request, what it is addressed to, and what answers it."""

    request: web.Request
    address: Address
    request_id: str
    buckets: Buckets
    settings: Settings

    @property
    def bucket(self) -> str:
        return self.address.bucket

    @property
    def key(self) -> str:
        return self.address.key

    def query(self, name: str, default: str = "") -> str:
        """Return a query parameter."""
        return self.request.rel_url.query.get(name, default)

    def header(self, name: str) -> str | None:
        """Return a header; names are compared without case."""
        return self.request.headers.get(name)

    @property
    def origin(self) -> Origin:
        """Return who makes a change: what comes of the request carries its trace header on."""
        return Origin(self.request_id, self.header("X-Amzn-Trace-Id") or "")

    def headers(self) -> dict[str, str]:
        """Return the headers of every answer."""
        return {"Server": "AmazonS3", "x-amz-request-id": self.request_id, "x-amz-id-2": host_id(self.request_id)}

    def answer(
        self, status: int = 200, headers: Mapping[str, str] | None = None, body: bytes = b"", xml: str | None = None
    ) -> web.Response:
        """Return a whole answer: an XML document, bytes, or nothing."""
        content = body if xml is None else xml.encode()
        chosen = self.headers() | dict(headers or {})
        if xml is not None:
            chosen["Content-Type"] = "application/xml"
        return web.Response(status=status, headers=chosen, body=content or None)
