"""Devices, and how `--block-device-mappings` spells them."""

from typing import Any

import pytest

from cli.shorthand import structures
from emulator.errors import EmulatorError
from emulator.volumes import BlockDevice
from emulator.volumes.devices import check_device
from tests.unit.volumes.conftest import refused


@pytest.mark.parametrize(
    ("text", "device"),
    [
        ("DeviceName=/dev/sdf,Ebs={VolumeSize=8}", BlockDevice("/dev/sdf", 8)),
        (
            "DeviceName=/dev/xvdg,Ebs={VolumeSize=8,VolumeType=gp3,DeleteOnTermination=false}",
            BlockDevice("/dev/xvdg", 8, type="gp3", delete_on_termination=False),
        ),
        (
            '[{"DeviceName": "/dev/sdf", "Ebs": {"SnapshotId": "snap-12345678", "DeleteOnTermination": true}}]',
            BlockDevice("/dev/sdf", snapshot_id="snap-12345678"),
        ),
        (
            '{"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 8, "Encrypted": false}}',
            BlockDevice("/dev/sdf", 8),
        ),
    ],
)
def test_a_mapping_is_read_from_shorthand_and_from_json(text: str, device: BlockDevice) -> None:
    """As `aws` takes it; what AWS makes with an instance ends with it, unless something else is said."""
    (mapping,) = structures(text, "--block-device-mappings", "DeviceName=/dev/sdf")

    assert BlockDevice.from_mapping(mapping) == device


@pytest.mark.parametrize(
    ("mapping", "code"),
    [
        ({"DeviceName": "/dev/sdf"}, "InvalidBlockDeviceMapping"),
        ({"Ebs": {"VolumeSize": "8"}}, "InvalidBlockDeviceMapping"),
        ({"DeviceName": "/dev/sdf", "NoDevice": ""}, "InvalidBlockDeviceMapping"),
        ({"DeviceName": "/dev/sdf", "Ebs": {}, "VirtualName": "ephemeral0"}, "InvalidBlockDeviceMapping"),
        ({"DeviceName": "/dev/sdf", "Ebs": "8"}, "InvalidBlockDeviceMapping"),
        ({"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": "eight"}}, "InvalidBlockDeviceMapping"),
        ({"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": True}}, "InvalidBlockDeviceMapping"),
        ({"DeviceName": "/dev/sdf", "Ebs": {"DeleteOnTermination": "perhaps"}}, "InvalidBlockDeviceMapping"),
        ({"DeviceName": "/dev/sdf", "Ebs": {"Iops": "3000"}}, "InvalidBlockDeviceMapping"),
        ({"DeviceName": "/dev/sdf", "Ebs": {"Encrypted": "true"}}, "UnsupportedOperation"),
    ],
)
def test_what_cannot_be_read_is_refused(mapping: dict[str, Any], code: str) -> None:
    """Rather than left out in silence."""
    with refused(code):
        BlockDevice.from_mapping(mapping)


@pytest.mark.parametrize("device", ["/dev/sdb", "/dev/sdz", "/dev/xvdf", "/dev/xvdba"])
def test_devices_are_those_of_ebs(device: str) -> None:
    """Both families of names."""
    check_device(device)


@pytest.mark.parametrize(
    "device", ["sdf", "/dev/", "/dev/sd", "/dev/sda", "/dev/sdf1", "/dev/../etc", "/dev/sdf/x", "/dev/nvme1n1", ""]
)
def test_nothing_else_becomes_the_name_of_a_folder(device: str) -> None:
    """Least of all a path."""
    with pytest.raises(EmulatorError):
        check_device(device)
