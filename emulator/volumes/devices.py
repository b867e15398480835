"""Devices: the names volumes are attached under, and what `--block-device-mappings` asks for at launch."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emulator.errors import InvalidRequestError
from emulator.resources.invalid import InvalidParameterValueError
from emulator.resources.root_device import ROOT_DEVICE
from emulator.volumes.errors import BlockDeviceError, DeviceInUseError
from emulator.volumes.request import DEFAULT_TYPE, check_size, check_type

ROOT_DEVICES = (ROOT_DEVICE, "/dev/sda1", "/dev/sda")
"""The instance's own disk, which is no volume."""

_DEVICE = re.compile(r"/dev/(sd[b-z]|xvd[b-z]|xvd[bc][a-z])")
_EBS_KEYS = frozenset({"VolumeSize", "SnapshotId", "VolumeType", "DeleteOnTermination", "Encrypted"})
_HINT = "write DeviceName=/dev/sdf,Ebs={VolumeSize=8,DeleteOnTermination=false}"


def check_device(device: str) -> None:
    """Refuse what is no device that a volume could be attached as."""
    if device in ROOT_DEVICES:
        raise DeviceInUseError(device, hint="this is the instance's own disk; choose another, such as /dev/sdf")
    if not _DEVICE.fullmatch(device):
        raise InvalidParameterValueError(
            f"Value ({device}) for parameter device is invalid. {device} is not a valid EBS device name.",
            hint="choose from /dev/sdb to /dev/sdz and /dev/xvdb to /dev/xvdz",
        )


def folder_name(device: str) -> str:
    """
    Return what a device is called in the instance's folder of volumes.

    >>> folder_name("/dev/sdf"), folder_name("/dev/xvdba")
    ('sdf', 'xvdba')
    """
    return device.removeprefix("/dev/")


def is_folder_name(name: str) -> bool:
    """
    Tell whether a volume that is attached could be called so in the instance's folder of volumes.

    >>> is_folder_name("sdf"), is_folder_name("backup")
    (True, False)
    """
    return _DEVICE.fullmatch(f"/dev/{name}") is not None


@dataclass(frozen=True)
class BlockDevice:
    """A volume to be made with an instance, and attached to it."""

    device: str
    size_gib: int | None = None
    """None: the snapshot's."""
    snapshot_id: str | None = None
    type: str = DEFAULT_TYPE
    delete_on_termination: bool = True

    @property
    def is_root(self) -> bool:
        """Whether it is the instance's own disk, whose size is nominal like all others."""
        return self.device in ROOT_DEVICES

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> "BlockDevice":
        """Return what an AWS structure asks for, as shorthand or JSON gave it; BlockDeviceError says what is wrong."""
        ebs = mapping.get("Ebs")
        device = mapping.get("DeviceName")
        if not isinstance(device, str) or not isinstance(ebs, Mapping) or {*mapping} > {"DeviceName", "Ebs"}:
            raise BlockDeviceError("A block device mapping has a DeviceName and an Ebs, and nothing else", hint=_HINT)
        if unknown := {*ebs} - _EBS_KEYS:
            raise BlockDeviceError(
                f"'{min(unknown)}' cannot be asked for in an Ebs here", hint=f"there are {', '.join(sorted(_EBS_KEYS))}"
            )
        if _flag(ebs, "Encrypted", default=False):
            raise unencrypted()
        snapshot_id = ebs.get("SnapshotId")
        return cls(
            device=device,
            size_gib=_number(ebs, "VolumeSize"),
            snapshot_id=str(snapshot_id) if snapshot_id else None,
            type=str(ebs.get("VolumeType", DEFAULT_TYPE)),
            delete_on_termination=_flag(ebs, "DeleteOnTermination", default=True),
        )

    def check(self) -> None:
        """Refuse what can never work."""
        check_type(self.type)
        if self.size_gib is not None:
            check_size(self.size_gib, self.type)
        if self.is_root:
            if self.snapshot_id is not None or not self.delete_on_termination:
                raise BlockDeviceError(
                    f"{self.device} is the instance's own disk: it comes from its AMI and ends with it",
                    hint="put what is to stay on a volume, such as DeviceName=/dev/sdf",
                )
            return
        check_device(self.device)


def unencrypted() -> InvalidRequestError:
    """Return the error for asking for encryption."""
    return InvalidRequestError(
        "Volumes cannot be encrypted here: they are folders of this machine",
        code="UnsupportedOperation",
        hint="encrypt the disk that CLOUDLET_HOME is on",
    )


def _number(ebs: Mapping[str, Any], key: str) -> int | None:
    value = ebs.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not re.fullmatch(r"-?\d{1,9}", str(value), re.ASCII):
        raise BlockDeviceError(f"{key} is a number of GiB, not '{value}'", hint=_HINT)
    return int(value)


def _flag(ebs: Mapping[str, Any], key: str, *, default: bool) -> bool:
    value = str(ebs.get(key, default)).lower()
    if value not in ("true", "false"):
        raise BlockDeviceError(f"{key} is true or false, not '{ebs[key]}'", hint=_HINT)
    return value == "true"
