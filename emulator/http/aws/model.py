"""A service as AWS describes it: operations, and the shapes of what they take and give.

Nothing is read before somebody asks for it, and then once: a server uses a few operations of many.
"""

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

PLAIN_TYPES = ("string", "integer", "long", "boolean", "timestamp", "blob", "float", "double")
_WORDS = ("shape", "location", "locationName")


@dataclass(frozen=True, eq=False)
class Member:
    """A field of a structure, or what a list or map is made of (its name is "" then)."""

    name: str
    shape: "Shape"
    traits: Mapping[str, Any] = field(repr=False)

    @property
    def location(self) -> str | None:
        """Return `uri`, `querystring`, `header`, `headers` (a prefix) or `statusCode`; None is the body."""
        found = self.traits.get("location")
        return None if found is None else str(found)

    @property
    def wire_name(self) -> str:
        """Return what it is called in a request or an answer."""
        return str(self.traits.get("locationName", self.name))

    @property
    def is_attribute(self) -> bool:
        """Tell whether it is an XML attribute."""
        return bool(self.traits.get("xmlAttribute"))

    @property
    def is_flattened(self) -> bool:
        """Tell whether a list has no element around its items."""
        return bool(self.traits.get("flattened", self.shape.traits.get("flattened")))

    @property
    def is_raw(self) -> bool:
        """Tell whether, as a payload, it is the body itself, byte for byte."""
        return self.shape.type in ("blob", "string") or bool(self.shape.traits.get("eventstream"))

    @property
    def timestamp_format(self) -> str | None:
        """Return `rfc822` or `iso8601`; None is the protocol's own for this place."""
        found = self.traits.get("timestampFormat", self.shape.traits.get("timestampFormat"))
        return None if found is None else str(found)


@dataclass(frozen=True, eq=False)
class Shape:
    """The type of a value."""

    name: str
    type: str
    traits: Mapping[str, Any] = field(repr=False)
    service: "ServiceModel" = field(repr=False)

    @functools.cached_property
    def members(self) -> Mapping[str, Member]:
        """The fields of a structure."""
        return {name: self.service.member(name, raw) for name, raw in self.traits.get("members", {}).items()}

    @functools.cached_property
    def item(self) -> Member:
        """What a list holds."""
        return self.service.member("", self.traits["member"])

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(self.traits.get("required", ()))

    @property
    def enum(self) -> tuple[str, ...]:
        """The values that a string may have; () is any."""
        return tuple(self.traits.get("enum", ()))

    @property
    def minimum(self) -> int | None:
        return self.traits.get("min")

    @property
    def maximum(self) -> int | None:
        return self.traits.get("max")

    @property
    def payload(self) -> Member | None:
        """The member that is the whole body."""
        name = self.traits.get("payload")
        return self.members[name] if name else None

    @property
    def in_body(self) -> Iterator[Member]:
        """The members that share the body."""
        return (member for member in self.members.values() if member.location is None)

    @property
    def namespace(self) -> tuple[str, str] | None:
        """The prefix and address of a namespace that its element declares."""
        found = self.traits.get("xmlNamespace")
        return (found["prefix"], found["uri"]) if found else None


@dataclass(frozen=True)
class Checksum:
    """What AWS's SDKs do about the checksum of a body."""

    is_required: bool = False
    """A request without one is refused."""
    algorithm_member: str | None = None
    mode_member: str | None = None
    algorithms: tuple[str, ...] = ()
    """Of an answer, most wanted first."""


@dataclass(frozen=True, eq=False)
class Operation:
    """Something that a service does."""

    name: str
    method: str
    path: str
    """As the model writes it, labels in braces: `/{Bucket}/{Key+}`."""
    markers: Mapping[str, str]
    """What the query must hold; the value "" is any."""
    status: int
    input: Shape | None = field(repr=False)
    output: Shape | None = field(repr=False)
    input_root: str | None
    errors: tuple[str, ...]
    checksum: Checksum
    is_deprecated: bool


@dataclass(frozen=True, eq=False)
class ServiceModel:
    """One service; *raw* is the content of a file of `models`."""

    raw: Mapping[str, Any] = field(repr=False)
    _shapes: dict[str, Shape] = field(default_factory=dict, repr=False)

    @property
    def version(self) -> str:
        """The version of botocore that the model is from."""
        return str(self.raw["botocore"])

    @property
    def namespace(self) -> str:
        return str(self.raw["xmlNamespace"])

    @functools.cached_property
    def operations(self) -> Mapping[str, Operation]:
        """Every operation that there is, by its name."""
        return {name: self._operation(name, raw) for name, raw in self.raw["operations"].items()}

    def shape(self, name: str) -> Shape:
        """Return a shape by its name, which may be that of a plain type."""
        if name not in self._shapes:
            traits = {"type": name} if name in PLAIN_TYPES else self.raw["shapes"][name]
            self._shapes[name] = Shape(name, traits.get("type", "structure"), traits, self)
        return self._shapes[name]

    def member(self, name: str, raw: Any) -> Member:
        """Return a member as the file writes it: traits, or words for the first of them."""
        traits = dict(zip(_WORDS, raw.split(" "), strict=False)) if isinstance(raw, str) else raw
        return Member(name, self.shape(traits["shape"]), traits)

    def paginator(self, operation: str) -> Mapping[str, Any] | None:
        """Return how the listing that *operation* gives goes on, in botocore's words; None if it is no listing."""
        found: Mapping[str, Any] | None = self.raw["paginators"].get(operation)
        return found

    def error_status(self, code: str) -> int | None:
        """Return the HTTP status of an error that the model knows."""
        status = self.raw["shapes"].get(code, {}).get("status")
        return None if status is None else int(status)

    def _operation(self, name: str, raw: Mapping[str, Any]) -> Operation:
        path, _, query = raw["uri"].partition("?")
        checksum = raw.get("checksum", {})
        return Operation(
            name=name,
            method=raw["method"],
            path=path,
            markers=dict(parse_qsl(query, keep_blank_values=True)),
            status=raw.get("status", 200),
            input=self.shape(raw["input"]) if "input" in raw else None,
            output=self.shape(raw["output"]) if "output" in raw else None,
            input_root=raw.get("inputRoot"),
            errors=tuple(raw.get("errors", ())),
            checksum=Checksum(
                checksum.get("required", False),
                checksum.get("algorithmMember"),
                checksum.get("modeMember"),
                tuple(checksum.get("algorithms", ())),
            ),
            is_deprecated=raw.get("deprecated", False),
        )
