"""Volumes and snapshots in the shape of AWS's answers."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from emulator.resources.tags import tag_documents
from emulator.settings import ACCOUNT_ID
from emulator.volumes.finding import progress
from emulator.volumes.model import Attachment, Snapshot, Volume

Document = dict[str, Any]


def volumes(found: Iterable[Volume]) -> Document:
    """Return the answer of DescribeVolumes."""
    return {"Volumes": [volume(one) for one in found]}


def volume(one: Volume) -> Document:
    """Return the answer of CreateVolume."""
    return {
        "Attachments": [attachment(one.attachment)] if one.attachment else [],
        "AvailabilityZone": one.zone,
        "CreateTime": one.created_at,
        "Encrypted": False,
        "MultiAttachEnabled": False,
        "Size": one.size_gib,
        "SnapshotId": one.snapshot_id or "",
        "State": one.status,
        "Tags": tag_documents(one.tags),
        "VolumeId": one.id,
        "VolumeType": one.type,
    }


def attachment(one: Attachment) -> Document:
    """Return the answer of AttachVolume, and of DetachVolume."""
    return {
        "AttachTime": one.attached_at,
        "DeleteOnTermination": one.delete_on_termination,
        "Device": one.device,
        "InstanceId": one.instance_id,
        "State": one.state,
        "VolumeId": one.volume_id,
    }


def modification(before: Volume, after: Volume, now: datetime) -> Document:
    """Return the answer of ModifyVolume: it is done at once."""
    return {
        "VolumeModification": {
            "VolumeId": after.id,
            "ModificationState": "completed",
            "OriginalSize": before.size_gib,
            "OriginalVolumeType": before.type,
            "TargetSize": after.size_gib,
            "TargetVolumeType": after.type,
            "Progress": 100,
            "StartTime": now,
            "EndTime": now,
        }
    }


def snapshots(found: Iterable[Snapshot]) -> Document:
    """Return the answer of DescribeSnapshots."""
    return {"Snapshots": [snapshot(one) for one in found]}


def snapshot(one: Snapshot) -> Document:
    """Return the answer of CreateSnapshot."""
    return {
        "Description": one.description,
        "Encrypted": False,
        "OwnerId": ACCOUNT_ID,
        "Progress": progress(one),
        "SnapshotId": one.id,
        "StartTime": one.started_at,
        "State": str(one.state),
        "StorageTier": "standard",
        "Tags": tag_documents(one.tags),
        "VolumeId": one.volume_id,
        "VolumeSize": one.size_gib,
    }
