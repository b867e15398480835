"""An AMI made from an instance. Its image's labels say all about it: nothing else has to be kept, or can be lost."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from emulator.engine import labels
from emulator.errors import ConflictError, InvalidRequestError
from emulator.images.ami import REPOSITORY, AmiNotFoundError

if TYPE_CHECKING:
    from emulator.images.builder import Builder

ORIGIN = "instance"

_MOST_DESCRIPTION = 255
_NAME = re.compile(r"[A-Za-z0-9()\[\] ./'@_-]{3,128}")


class MalformedAmiNameError(InvalidRequestError):
    """No AMI may have this name."""

    code = "InvalidAMIName.Malformed"


class DuplicateAmiNameError(ConflictError):
    """Another AMI has this name."""

    code = "InvalidAMIName.Duplicate"

    def __init__(self, name: str, holder: str) -> None:
        super().__init__(f"AMI name {name} is already in use by AMI {holder}", hint="choose another name")


@dataclass(frozen=True)
class CapturedAmi:
    """An image of an instance's disk. There is no definition to make it from again: with its image it is gone."""

    id: str
    name: str
    created_at: datetime
    init: str
    user: str
    ports: tuple[int, ...]
    description: str = ""
    source_id: str | None = None
    source_instance_id: str | None = None

    @property
    def origin(self) -> str:
        return ORIGIN

    @property
    def location(self) -> str:
        return self.source_instance_id or ORIGIN

    @property
    def env(self) -> Mapping[str, str]:
        return {}

    @property
    def lineage(self) -> tuple[str, ...]:
        return tuple(one for one in (self.name, self.source_instance_id, self.source_id) if one)

    @property
    def tag(self) -> str:
        return f"{REPOSITORY}:{self.id}"

    def build(self, builder: "Builder") -> None:
        raise AmiNotFoundError(self.id, "its image is gone, and there is no definition to build it from")

    def labels(self, home_id: str) -> Mapping[str, str]:
        """Return what its image carries, as one of the home with this id."""
        return {
            labels.KIND: str(labels.Kind.AMI),
            labels.AMI: self.id,
            labels.AMI_NAME: self.name,
            labels.AMI_INIT: self.init,
            labels.AMI_USER: self.user,
            labels.AMI_PORTS: ",".join(str(port) for port in self.ports),
            labels.AMI_HOME: home_id,
            labels.AMI_DESCRIPTION: self.description,
            labels.AMI_CREATED: self.created_at.isoformat(),
            labels.AMI_SOURCE: self.source_id or "",
            labels.AMI_SOURCE_INSTANCE: self.source_instance_id or "",
        }

    @classmethod
    def from_labels(cls, written: Mapping[str, str]) -> "CapturedAmi":
        """Return the AMI whose image carries *written*."""
        ports = written.get(labels.AMI_PORTS, "")
        return cls(
            id=written[labels.AMI],
            name=written[labels.AMI_NAME],
            created_at=datetime.fromisoformat(written[labels.AMI_CREATED]),
            init=written.get(labels.AMI_INIT, "systemd"),
            user=written.get(labels.AMI_USER, "root"),
            ports=tuple(int(port) for port in ports.split(",") if port),
            description=written.get(labels.AMI_DESCRIPTION, ""),
            source_id=written.get(labels.AMI_SOURCE) or None,
            source_instance_id=written.get(labels.AMI_SOURCE_INSTANCE) or None,
        )


def is_ami_name(name: str) -> bool:
    """Tell whether an image may be called *name*."""
    return _NAME.fullmatch(name) is not None


def check_ami_name(name: str) -> None:
    """Refuse what AWS refuses as the name of an image: MalformedAmiNameError."""
    if not is_ami_name(name):
        raise MalformedAmiNameError(
            "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, "
            f"spaces and ( ) [ ] . / - ' @ _: {name[:140]!r}"
        )


def check_description(description: str) -> None:
    """Refuse a description that is longer than AWS allows."""
    if len(description) > _MOST_DESCRIPTION:
        raise InvalidRequestError(
            f"the description has {len(description)} characters; {_MOST_DESCRIPTION} are allowed",
            code="InvalidParameterValue",
        )
