"""Volumes and snapshots: disks that outlive machines. Sizes are in GiB, and what a disk stands for, not a limit."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class VolumeState(StrEnum):
    """What a volume's row says; AWS calls one `in-use` also while it is attached or detached."""

    CREATING = "creating"
    AVAILABLE = "available"
    ATTACHING = "attaching"
    IN_USE = "in-use"
    DETACHING = "detaching"
    DELETING = "deleting"
    ERROR = "error"
    """Its folder is nowhere: somebody has removed it."""

    @property
    def is_settled(self) -> bool:
        """Whether nobody is at work on it, or was when killed."""
        return self in (VolumeState.AVAILABLE, VolumeState.IN_USE, VolumeState.ERROR)


@dataclass(frozen=True)
class Attachment:
    """Where a volume is attached, or is about to be."""

    volume_id: str
    instance_id: str
    device: str
    """As on AWS: `/dev/sdf` is the folder `/volumes/sdf` of the instance."""
    attached_at: datetime
    delete_on_termination: bool = False
    state: str = "attached"
    """attaching, attached or detaching."""


@dataclass(frozen=True)
class Volume:
    """A volume as its row says."""

    id: str
    size_gib: int
    type: str
    zone: str
    created_at: datetime
    state: VolumeState = VolumeState.CREATING
    snapshot_id: str | None = None
    attachment: Attachment | None = None
    inode: int | None = None
    """Of its folder, by which it is found again."""
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str | None:
        return self.tags.get("Name")

    @property
    def status(self) -> str:
        """Return the state in AWS's words."""
        busy = self.state in (VolumeState.ATTACHING, VolumeState.DETACHING)
        return str(VolumeState.IN_USE if busy else self.state)

    def is_attached_to(self, instance_id: str) -> bool:
        return self.attachment is not None and self.attachment.instance_id == instance_id

    def with_tags(self, tags: Mapping[str, str]) -> "Volume":
        return dataclasses.replace(self, tags=tags)


class SnapshotState(StrEnum):
    """What a snapshot's row says."""

    PENDING = "pending"
    COMPLETED = "completed"
    DELETING = "deleting"
    ERROR = "error"
    """Its folder is nowhere: somebody has removed it."""

    @property
    def is_settled(self) -> bool:
        """Whether nobody is at work on it, or was when killed."""
        return self in (SnapshotState.COMPLETED, SnapshotState.ERROR)


@dataclass(frozen=True)
class Snapshot:
    """What a volume held at one time."""

    id: str
    volume_id: str
    size_gib: int
    description: str
    started_at: datetime
    state: SnapshotState = SnapshotState.PENDING
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str | None:
        return self.tags.get("Name")

    def with_tags(self, tags: Mapping[str, str]) -> "Snapshot":
        return dataclasses.replace(self, tags=tags)


@dataclass(frozen=True)
class InstanceFacts:
    """What a volume has to know of an instance."""

    instance_id: str
    zone: str
    state: str
    """AWS's word."""


FindInstance = Callable[[str], InstanceFacts]
"""Finds an instance by its id or Name; NotFoundError if there is none."""
