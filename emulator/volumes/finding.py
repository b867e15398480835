"""What volumes and snapshots can be found by: the filters of DescribeVolumes and DescribeSnapshots."""

from collections.abc import Sequence

from emulator.resources.filters import Fields, Filter, select
from emulator.settings import ACCOUNT_ID
from emulator.volumes.model import Snapshot, SnapshotState, Volume

_VOLUME_FILTERS = frozenset(
    {
        "attachment.delete-on-termination",
        "attachment.device",
        "attachment.instance-id",
        "attachment.status",
        "availability-zone",
        "encrypted",
        "size",
        "snapshot-id",
        "status",
        "volume-id",
        "volume-type",
    }
)
_SNAPSHOT_FILTERS = frozenset(
    {
        "description",
        "encrypted",
        "owner-id",
        "progress",
        "snapshot-id",
        "status",
        "volume-id",
        "volume-size",
    }
)


def select_volumes(volumes: Sequence[Volume], filters: Sequence[Filter]) -> list[Volume]:
    """Return those of *volumes* that all filters let through; InvalidRequestError names a filter that is none."""
    return select(volumes, filters, _VOLUME_FILTERS, _volume_fields, lambda one: one.tags)


def select_snapshots(snapshots: Sequence[Snapshot], filters: Sequence[Filter]) -> list[Snapshot]:
    """Return those of *snapshots* that all filters let through; InvalidRequestError names a filter that is none."""
    return select(snapshots, filters, _SNAPSHOT_FILTERS, _snapshot_fields, lambda one: one.tags)


def progress(snapshot: Snapshot) -> str:
    """Return how far a snapshot is: nobody counts on the way."""
    return "100%" if snapshot.state is SnapshotState.COMPLETED else "0%"


def _volume_fields(volume: Volume) -> Fields:
    fields = {
        "availability-zone": [volume.zone],
        "encrypted": ["false"],
        "size": [str(volume.size_gib)],
        "snapshot-id": [volume.snapshot_id or ""],
        "status": [volume.status],
        "volume-id": [volume.id],
        "volume-type": [volume.type],
    }
    if volume.attachment is not None:
        fields |= {
            "attachment.delete-on-termination": [str(volume.attachment.delete_on_termination).lower()],
            "attachment.device": [volume.attachment.device],
            "attachment.instance-id": [volume.attachment.instance_id],
            "attachment.status": [volume.attachment.state],
        }
    return fields


def _snapshot_fields(snapshot: Snapshot) -> Fields:
    return {
        "description": [snapshot.description],
        "encrypted": ["false"],
        "owner-id": [ACCOUNT_ID],
        "progress": [progress(snapshot)],
        "snapshot-id": [snapshot.id],
        "status": [str(snapshot.state)],
        "volume-id": [snapshot.volume_id],
        "volume-size": [str(snapshot.size_gib)],
    }
