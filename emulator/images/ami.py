"""AMIs. One is *defined* by a file, and built from it; one is *captured* from the disk of an instance.

Whoever launches or lists them need not know which: both are an `Ami`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from emulator.errors import NotFoundError

if TYPE_CHECKING:
    from emulator.images.builder import Builder

REPOSITORY = "cloudlet/ami"

SHIPPED = "shipped"
"""The origin of those that come with cloudlet."""


class AmiNotFoundError(NotFoundError):
    """No AMI has this id or name."""

    code = "InvalidAMIID.NotFound"

    def __init__(self, reference: str, hint: str) -> None:
        super().__init__(f"The image id '[{reference}]' does not exist", hint=hint)


class Ami(Protocol):
    """What an instance can be launched from: an image, and what one has to know of it."""

    @property
    def id(self) -> str:
        """`ami-` and 17 digits."""

    @property
    def name(self) -> str:
        """What users call it."""

    @property
    def description(self) -> str:
        """A sentence, or nothing."""

    @property
    def origin(self) -> str:
        """Where it was found: project, home, shipped, a folder, or instance."""

    @property
    def location(self) -> str:
        """The file that defines it, or the id of the instance that it was made from."""

    @property
    def created_at(self) -> datetime | None:
        """When it was captured, or its definition last written; None for one that came without a file."""

    @property
    def source_id(self) -> str | None:
        """The id of the AMI that it was made from."""

    @property
    def source_instance_id(self) -> str | None:
        """The instance that it was made from."""

    @property
    def tag(self) -> str:
        """What the engine calls its image."""

    @property
    def init(self) -> str:
        """What runs as the first process: `systemd`, or `none` for a mere sleep."""

    @property
    def user(self) -> str:
        """Who logs in."""

    @property
    def env(self) -> Mapping[str, str]:
        """The variables that its definition sets; what an image was given otherwise is in the image alone."""

    @property
    def ports(self) -> tuple[int, ...]:
        """The ports that it serves."""

    @property
    def lineage(self) -> tuple[str, ...]:
        """What it was made from: its own name, then whatever is nearest."""

    def build(self, builder: "Builder") -> None:
        """Bring its image to the local store; AmiNotFoundError if there is nothing to make it from."""
