"""Which operation a request means: the method, what it is addressed to, and the markers it carries."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from aiohttp import web

from emulator.http.s3.call import Call
from emulator.http.s3.errors import MethodNotAllowedError, NotImplementedByS3Error

# fmt: off
_SUBRESOURCES = {
    "accelerate", "acl", "analytics", "attributes", "cors", "delete", "encryption", "intelligent-tiering",
    "inventory", "legal-hold", "lifecycle", "list-type", "location", "logging", "metadataConfiguration",
    "metadataTable", "metrics", "notification", "object-lock", "ownershipControls", "partNumber", "policy",
    "policyStatus", "publicAccessBlock", "rename", "renameObject", "replication", "requestPayment", "restore",
    "retention", "select", "session", "tagging", "torrent", "uploadId", "uploads", "versionId", "versioning",
    "versions", "website",
}
# fmt: on
"""Query names that make a request another operation: what no operation asked for is not silently left out."""


@dataclass(frozen=True)
class Operation:
    """One row of the table. Of those that fit a request, the one with the most markers is meant."""

    name: str
    method: str
    scope: str
    run: Callable[[Call], Awaitable[web.StreamResponse]]
    query: tuple[str, ...] = ()
    """Parameters that must be there, `name` or `name=value`."""
    headers: tuple[str, ...] = ()

    def fits(self, call: Call) -> bool:
        """Tell whether *call* has all markers of this operation."""
        return (
            self.method == call.request.method
            and self.scope == call.address.scope
            and all(_has(call, marker) for marker in self.query)
            and all(name in call.request.headers for name in self.headers)
        )

    @property
    def markers(self) -> int:
        return len(self.query) + len(self.headers)


def choose(operations: Iterable[Operation], call: Call) -> Operation:
    """Return the operation that *call* asks for; NotImplemented or MethodNotAllowed if there is none."""
    fitting = sorted((operation for operation in operations if operation.fits(call)), key=lambda found: found.markers)
    known = {marker.partition("=")[0] for marker in fitting[-1].query} if fitting else set()
    unknown = sorted(_SUBRESOURCES.intersection(call.request.rel_url.query) - known)
    if unknown:
        raise NotImplementedByS3Error(f"{call.request.method} with ?{unknown[0]}")
    if not fitting:
        raise MethodNotAllowedError
    return fitting[-1]


def _has(call: Call, marker: str) -> bool:
    name, equals, value = marker.partition("=")
    query = call.request.rel_url.query
    return query.get(name) == value if equals else name in query
