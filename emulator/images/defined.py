"""An AMI that is defined by a file: the definition with its parents behind it, and the id that its content gives it."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from emulator.engine import labels
from emulator.errors import Problem
from emulator.ids import content_id
from emulator.images.ami import REPOSITORY
from emulator.images.definition import Definition

if TYPE_CHECKING:
    from emulator.images.builder import Builder

RECIPE = b"3"
"""The renderer's version: a change in what it makes of the same definition gives every AMI another id."""


@dataclass(frozen=True)
class DefinedAmi:
    """
    A definition with its parents behind it, and the id that its content gives it.

    The same files have the same id on every machine. What is not in the files is not in the id: not the path, not
    the owner, not the certificates of the machine that builds.
    """

    definition: Definition
    parent: "DefinedAmi | None" = None
    origin: str = ""

    @functools.cached_property
    def id(self) -> str:
        """Drawn from ami.yaml, the files it names, the parent and the recipe."""
        parts = [RECIPE, self.definition.raw, self.parent.id.encode() if self.parent else b""]
        for entry in self.definition.files:
            if entry.source is not None:
                parts += [entry.source.encode(), entry.content]
        return content_id("ami", b"".join(b"%d:%b" % (len(part), part) for part in parts))

    @property
    def name(self) -> str:
        return self.definition.name

    @property
    def description(self) -> str:
        return self.definition.description

    @property
    def location(self) -> str:
        return self.definition.file

    @property
    def created_at(self) -> datetime | None:
        return self.definition.written_at

    @property
    def source_id(self) -> str | None:
        return self.parent.id if self.parent else None

    @property
    def source_instance_id(self) -> str | None:
        return None

    @property
    def tag(self) -> str:
        return f"{REPOSITORY}:{self.id}"

    @property
    def labels(self) -> Mapping[str, str]:
        """What its image carries: all that has to be known of an image that is made from an instance of it."""
        return {
            labels.KIND: str(labels.Kind.AMI),
            labels.AMI: self.id,
            labels.AMI_NAME: self.name,
            labels.AMI_INIT: self.init,
            labels.AMI_USER: self.user,
            labels.AMI_PORTS: ",".join(str(port) for port in self.ports),
        }

    @property
    def init(self) -> str:
        return self.definition.init or (self.parent.init if self.parent else "systemd")

    @property
    def user(self) -> str:
        return self.definition.user or (self.parent.user if self.parent else "root")

    @property
    def env(self) -> dict[str, str]:
        """The variables of the whole chain; the child's win."""
        return (self.parent.env if self.parent else {}) | dict(self.definition.env)

    @property
    def ports(self) -> tuple[int, ...]:
        inherited = self.parent.ports if self.parent else ()
        return tuple(sorted({*inherited, *self.definition.ports}))

    @property
    def lineage(self) -> tuple[str, ...]:
        base = (self.definition.base.image,) if self.definition.base else ()
        return (self.name, *(self.parent.lineage if self.parent else base))

    @property
    def has_venv(self) -> bool:
        """Whether it or a parent installs with pip."""
        return bool(self.definition.pip) or (self.parent is not None and self.parent.has_venv)

    def build(self, builder: "Builder") -> None:
        builder.ensure_built(self)


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
