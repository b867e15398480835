"""Answers in AWS's shape: scripts and `--query` recipes count on names and nesting."""

from datetime import UTC, datetime

from emulator.volumes import Attachment, Snapshot, Volume, document
from emulator.volumes.model import SnapshotState, VolumeState

_THEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
_ATTACHMENT = Attachment("vol-1", "i-1", "/dev/sdf", _THEN, delete_on_termination=True)
_VOLUME = Volume(
    "vol-1", 8, "gp2", "us-east-1a", _THEN, VolumeState.IN_USE, attachment=_ATTACHMENT, tags={"Name": "pgdata"}
)


def test_a_volume_is_what_aws_calls_one() -> None:
    """With its attachment in a list, since some of AWS's volumes have several."""
    assert document.volumes([_VOLUME]) == {
        "Volumes": [
            {
                "Attachments": [
                    {
                        "AttachTime": _THEN,
                        "DeleteOnTermination": True,
                        "Device": "/dev/sdf",
                        "InstanceId": "i-1",
                        "State": "attached",
                        "VolumeId": "vol-1",
                    }
                ],
                "AvailabilityZone": "us-east-1a",
                "CreateTime": _THEN,
                "Encrypted": False,
                "MultiAttachEnabled": False,
                "Size": 8,
                "SnapshotId": "",
                "State": "in-use",
                "Tags": [{"Key": "Name", "Value": "pgdata"}],
                "VolumeId": "vol-1",
                "VolumeType": "gp2",
            }
        ]
    }


def test_a_snapshot_says_how_far_it_is() -> None:
    """For whoever waits for 100%."""
    snapshot = Snapshot("snap-1", "vol-1", 8, "nightly", _THEN, SnapshotState.COMPLETED)

    assert document.snapshots([snapshot]) == {
        "Snapshots": [
            {
                "Description": "nightly",
                "Encrypted": False,
                "OwnerId": "000000000000",
                "Progress": "100%",
                "SnapshotId": "snap-1",
                "StartTime": _THEN,
                "State": "completed",
                "StorageTier": "standard",
                "Tags": [],
                "VolumeId": "vol-1",
                "VolumeSize": 8,
            }
        ]
    }
