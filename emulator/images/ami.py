"""An AMI: a definition with its parents behind it, and the id that its content gives it.

The same files have the same id on every machine. What is not in the files is not in the id: not the path, not the
owner, not the certificates of the machine that builds.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from emulator.engine import labels
from emulator.errors import NotFoundError, Problem
from emulator.ids import content_id
from emulator.images.definition import Definition

REPOSITORY = "cloudlet/ami"

RECIPE = b"1"
"""The renderer's version: a change in what it makes of the same definition gives every AMI another id."""


class AmiNotFoundError(NotFoundError):
    """No AMI has this id or name."""

    code = "InvalidAMIID.NotFound"

    def __init__(self, reference: str, hint: str) -> None:
        super().__init__(f"The image id '[{reference}]' does not exist", hint=hint)


@dataclass(frozen=True)
class Ami:
    """A definition that can be built."""

    definition: Definition
    parent: "Ami | None" = None
    origin: str = ""
    """Where it was found: project, home, shipped, or a folder."""

    @functools.cached_property
    def id(self) -> str:
        """`ami-` and 17 digits: ami.yaml, the files it names, the parent and the recipe."""
        parts = [RECIPE, self.definition.raw, self.parent.id.encode() if self.parent else b""]
        for entry in self.definition.files:
            if entry.source is not None:
                parts += [entry.source.encode(), entry.content]
        return content_id("ami", b"".join(b"%d:%b" % (len(part), part) for part in parts))

    @property
    def name(self) -> str:
        return self.definition.name

    @property
    def tag(self) -> str:
        """What the engine calls it once it is built."""
        return f"{REPOSITORY}:{self.id}"

    @property
    def labels(self) -> Mapping[str, str]:
        """What its image carries."""
        return {labels.KIND: str(labels.Kind.AMI), labels.AMI: self.id, labels.AMI_NAME: self.name}

    @property
    def init(self) -> str:
        """What runs as the first process: `systemd`, or `none` for a mere sleep."""
        return self.definition.init or (self.parent.init if self.parent else "systemd")

    @property
    def user(self) -> str:
        """Who logs in."""
        return self.definition.user or (self.parent.user if self.parent else "root")

    @property
    def env(self) -> dict[str, str]:
        """The variables of the whole chain; the child's win."""
        return (self.parent.env if self.parent else {}) | dict(self.definition.env)

    @property
    def ports(self) -> tuple[int, ...]:
        """The ports of the whole chain."""
        inherited = self.parent.ports if self.parent else ()
        return tuple(sorted({*inherited, *self.definition.ports}))

    @property
    def has_venv(self) -> bool:
        """Whether it or a parent installs with pip."""
        return bool(self.definition.pip) or (self.parent is not None and self.parent.has_venv)


@dataclass(frozen=True)
class BrokenAmi:
    """A folder whose definition cannot be used; the others are listed all the same."""

    name: str
    file: str
    origin: str
    problems: tuple[Problem, ...]

    @property
    def reason(self) -> str:
        """The first mistake, and how many more there are."""
        first, *more = self.problems
        said = f"{first.path}: {first.message}" if first.path else first.message
        if first.file != self.file:
            said = f"{first.file}: {said}"
        return f"{said} (and {len(more)} more)" if more else said
