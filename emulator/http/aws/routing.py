"""Which operation a request asks for: its method, its path, and the markers in its query and headers.

What the model says is only half of it: a request that carries another operation's marker does not mean the plain one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from emulator.http.aws.errors import InvalidArgumentError, MethodNotAllowedError
from emulator.http.aws.model import Member, Operation, ServiceModel
from emulator.http.aws.request import Request

Query = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class _Candidate:
    """An operation and what a request for it carries."""

    operation: Operation
    markers: tuple[tuple[str, str], ...]
    """Of the query; the value "" is any."""
    parameters: tuple[str, ...]
    """Of the query, required."""
    headers: tuple[str, ...]
    """Required."""
    understood: frozenset[str]
    """Every name of the query that the operation knows."""

    @property
    def weight(self) -> tuple[int, int, int]:
        return len(self.markers), len(self.parameters), len(self.headers)

    def fits(self, query: Query, headers: Mapping[str, str]) -> bool:
        """Tell whether everything is there that the operation requires."""
        for name in self.headers:
            if name not in headers:
                return False
        for name in self.parameters:
            if name not in query:
                return False
        return not self.markers or self.is_marked(query)

    def is_marked(self, query: Query) -> bool:
        """Tell whether the query says that nothing else is meant."""
        return all(name in query and query[name][0] == (value or query[name][0]) for name, value in self.markers)

    def missing(self, query: Query, headers: Mapping[str, str]) -> int:
        """Return how many of the things that the operation requires are not there."""
        return sum(name not in query for name in self.parameters) + sum(name not in headers for name in self.headers)


class Router:
    """
    Finds operations of *model*.

    *always* names parameters that no operation may overlook, besides those that mark one; *resources* says what is at
    each path, for error messages. Where two operations look the same, the one that is not deprecated is meant, then
    the one that the model has first.
    """

    def __init__(self, model: ServiceModel, always: Iterable[str] = (), resources: Mapping[str, str] | None = None):
        self._resources = resources or {}
        self._table: dict[tuple[str, str], list[_Candidate]] = {}
        for operation in sorted(model.operations.values(), key=lambda one: one.is_deprecated):
            self._table.setdefault((operation.method, operation.path), []).append(_candidate(operation))
        for candidates in self._table.values():
            candidates.sort(key=lambda one: one.weight, reverse=True)
        self._unmarked = {
            place: [one for one in candidates if not one.markers and not one.parameters]
            for place, candidates in self._table.items()
        }
        everything = [one for candidates in self._table.values() for one in candidates]
        self.subresources = frozenset(_markers(everything)).union(always)
        """Names in a query that change what is asked for."""

    def choose(self, request: Request) -> Operation:
        """
        Return the operation that *request* asks for, be it complete or not.

        Raises:
            MethodNotAllowedError: There is none.
            InvalidArgumentError: It asks for two at once, or for a kind of one that there is not.
        """
        place, query = (request.method, request.path), request.query
        asked = self.subresources.intersection(query) if query else frozenset[str]()
        for candidate in (self._table if asked else self._unmarked).get(place, ()):
            if candidate.fits(query, request.headers):
                if asked <= candidate.understood:
                    return candidate.operation
                break
        return self._incomplete(request, asked)

    def _incomplete(self, request: Request, asked: frozenset[str]) -> Operation:
        """Return the operation that the request would be if all was there that has to be."""
        candidates = self._table.get((request.method, request.path), ())
        meant = [
            one
            for one in candidates
            if asked
            and asked <= one.understood
            and one.is_marked(request.query)
            and (one.markers or not asked.isdisjoint(one.parameters))
        ]
        if meant:
            return min(meant, key=lambda one: one.missing(request.query, request.headers)).operation
        marking = {name: value for one in candidates for name, value in one.markers}
        for name in sorted(asked & marking.keys()):
            if marking[name] and request.query[name][0] != marking[name]:
                raise InvalidArgumentError(f"The value of {name} is not valid.", name, request.query[name][0])
        if len(asked) > 1:
            message = f"Conflicting query string parameters: {', '.join(sorted(asked))}"
            raise InvalidArgumentError(message, "ResourceType", min(asked))
        resource = min(asked).upper() if asked else self._resources.get(request.path, request.path)
        raise MethodNotAllowedError(request.method, resource)


def _candidate(operation: Operation) -> _Candidate:
    members = operation.input.members if operation.input else {}
    required = [members[name] for name in operation.input.required] if operation.input else []
    return _Candidate(
        operation,
        tuple(operation.markers.items()),
        _names(required, "querystring"),
        tuple(name.lower() for name in _names(required, "header")),
        frozenset(operation.markers).union(_names(members.values(), "querystring")),
    )


def _names(members: Iterable[Member], location: str) -> tuple[str, ...]:
    return tuple(member.wire_name for member in members if member.location == location)


def _markers(candidates: Iterable[_Candidate]) -> Iterable[str]:
    """Yield what marks operations: what a path has after its `?`, or what is required where it has nothing there."""
    for candidate in candidates:
        yield from candidate.operation.markers or candidate.parameters
