"""Who may sign, and a request as the signature sees it: exactly as it was sent, before anybody decodes it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Self, TypeAlias


@dataclass(frozen=True)
class Credentials:
    """An access key. Only temporary ones have a session token, and are nobody's without it."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


Lookup: TypeAlias = Callable[[str], Credentials | None]
"""Return the credentials with an access key ID, None if there are none."""


@dataclass(frozen=True)
class Headers:
    """Headers by lower-case name. A name may have several values, in the order they came."""

    values: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Self:
        """Return the headers of *pairs* of name and value, as they were sent."""
        values: dict[str, tuple[str, ...]] = {}
        for name, value in pairs:
            values[name.lower()] = (*values.get(name.lower(), ()), value)
        return cls(values)

    def get(self, name: str) -> str | None:
        """Return the first value of a header."""
        found = self.all(name)
        return found[0] if found else None

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value of a header, none if it is not there."""
        return self.values.get(name.lower(), ())

    def __iter__(self) -> Iterator[str]:
        return iter(self.values)


@dataclass(frozen=True)
class Request:
    """A request before it is understood: `path` and `query` are still percent-encoded, without the question mark."""

    method: str
    path: str
    query: str
    headers: Headers
    payload_hash: str | None = None
    """SHA-256 of the body in hex, where it is known. S3's clients say it in a header, others only sign it."""
