"""What an `ami.yaml` says, once it is known to be right. Reading one is in `reading`, its rules are in `schema`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class BaseImage:
    """Where an AMI without a parent starts from."""

    image: str
    bootstrap: str | None
    """A Debian suite, to make the image from when neither the local store nor a registry has it."""


@dataclass(frozen=True)
class FileEntry:
    """A file that the AMI gets."""

    path: str
    content: bytes
    source: str | None = None
    """Its name beside the ami.yaml; None if the content stands in the ami.yaml itself."""
    mode: int = 0o644
    owner: str = "root:root"


@dataclass(frozen=True)
class Definition:
    """One AMI as written down; what it inherits is not in here but in Ami."""

    file: str
    """The ami.yaml as a user knows it: relative where that is shorter."""
    raw: bytes
    name: str
    description: str = ""
    base: BaseImage | None = None
    extends: str | None = None
    packages: tuple[str, ...] = ()
    pip: tuple[str, ...] = ()
    files: tuple[FileEntry, ...] = ()
    run: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    ports: tuple[int, ...] = ()
    init: str | None = None
    written_at: datetime | None = field(default=None, compare=False)
    """When the file was last changed; None if it came without one."""
    lines: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)
    """Where in the file each dotted path stands: a failing build step names its line."""
