"""What a transfer is, on which terms it is made, and what came of all of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from emulator.buckets.checksums import Algorithm
from emulator.buckets.records import Description, StoredObject, guess_type
from emulator.buckets.transfers.places import Place

_NO_TYPE = "binary/octet-stream"
_NEVER_COPIED = ("StorageClass", "WebsiteRedirectLocation")
"""What a request says of a copy even where its source says the rest."""


class Verb(StrEnum):
    """What `aws s3` calls a step in its lines."""

    UPLOAD = "upload"
    DOWNLOAD = "download"
    COPY = "copy"
    DELETE = "delete"


class Comparison(StrEnum):
    """What `sync` looks at where both sides have a file of one size."""

    TIMES = "times"
    SIZES = "sizes"
    EXACT_TIMES = "exact times"


@dataclass(frozen=True, slots=True)
class Transfer:
    """One file's way, or its end: what is deleted has no destination."""

    verb: Verb
    source: Place
    destination: Place | None = None
    size_bytes: int | None = None
    moves: bool = False

    @property
    def copied_bytes(self) -> int:
        """Return how many bytes there are to copy, as far as it is known."""
        return self.size_bytes or 0 if self.destination is not None else 0

    @property
    def title(self) -> str:
        """Return the word that begins its line."""
        return "move" if self.moves else self.verb


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that is left out, since it can be no object, or no file."""

    path: str
    reason: str


@dataclass(frozen=True)
class Terms:
    """What a command says about the objects that it makes; `headers` are by the names of AWS's API."""

    content_type: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    guesses_type: bool = True
    directive: str | None = None
    """COPY or REPLACE: whose description a copy has; without a word, that of its source, unless there is metadata."""
    algorithm: Algorithm | None = None
    encrypts: bool = False
    """Whether encryption is asked for, which every object has."""

    def of_upload(self, name: str) -> Description:
        """Return the description of an object made of a file called *name*, "" for none."""
        kind = self.content_type
        if kind is None:
            kind = guess_type(name) if self.guesses_type else _NO_TYPE
        return Description(kind, self.metadata, self.headers)

    @property
    def change_copies(self) -> bool:
        """Tell whether a copy is something else than its source, so that one onto itself has a sense."""
        return self._replaces or self.encrypts or any(name in self.headers for name in _NEVER_COPIED)

    def of_copy(self, source: StoredObject) -> Description:
        """Return the description of a copy of *source*; tags always come along."""
        described = source.description
        if self._replaces:
            return Description(self.content_type or _NO_TYPE, self.metadata, self.headers, described.tags)
        own = {name: self.headers[name] for name in _NEVER_COPIED if name in self.headers}
        kept = {name: text for name, text in described.headers.items() if name != "StorageClass"}
        return replace(described, headers=kept | own)

    @property
    def _replaces(self) -> bool:
        return self.directive == "REPLACE" or (self.directive is None and bool(self.metadata))


@dataclass
class Tally:
    """How many steps there were of each kind."""

    done: int = 0
    failed: int = 0
    skipped: int = 0
