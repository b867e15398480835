"""What EC2 says about volumes and snapshots when it cannot: AWS's codes and words, our hints."""

from collections.abc import Iterable, Sequence

from emulator.errors import ConflictError, HomeUnusableError, InvalidRequestError, NotFoundError, nearest
from emulator.resources.invalid import InvalidParameterValueError
from emulator.resources.references import list_hint, not_here


class ResourceNotFoundError(NotFoundError):
    """No volume, or no snapshot, has this id."""

    def __init__(self, noun: str, ids: Sequence[str], known: Iterable[str]) -> None:
        super().__init__(
            f"{not_here(noun, ids)}.",
            hint=nearest(ids[0], known) or list_hint(noun),
            code=f"Invalid{noun.capitalize()}.NotFound",
        )


class VolumeInUseError(ConflictError):
    """The volume is attached."""

    code = "VolumeInUse"


class IncorrectStateError(ConflictError):
    """The volume, the snapshot or the instance is in a state that does not allow this."""

    code = "IncorrectState"


class AttachmentNotFoundError(NotFoundError):
    """The volume is attached, but not there."""

    code = "InvalidAttachment.NotFound"


class ZoneMismatchError(ConflictError):
    """A volume can only be attached within its zone."""

    code = "InvalidVolume.ZoneMismatch"

    def __init__(self, volume_id: str, zone: str, instance_id: str, instance_zone: str) -> None:
        super().__init__(
            f"The volume '{volume_id}' is not in the same availability zone as instance '{instance_id}'",
            hint=f"the volume is in {zone}, the instance in {instance_zone}: a snapshot can be made a volume there",
        )


class DeviceInUseError(ConflictError):
    """Something is attached there already."""

    code = "InvalidParameterValue"

    def __init__(self, device: str, *, volume_id: str | None = None, hint: str | None = None) -> None:
        """*volume_id* is the volume that is attached there, if it is one."""
        taken = f"{volume_id} is attached there; " if volume_id else ""
        super().__init__(
            f"Invalid value '{device}' for unixDevice. Attachment point {device} is already in use",
            hint=hint or f"{taken}choose another, such as /dev/sdg",
        )


class BlockDeviceError(InvalidRequestError):
    """A block device mapping makes no sense."""

    code = "InvalidBlockDeviceMapping"


class DataMoveError(HomeUnusableError):
    """What lies in a volume could not be moved, copied or removed; the reason is the message."""


def attached_already(volume_id: str) -> VolumeInUseError:
    """Return the error for attaching what is attached."""
    return VolumeInUseError(
        f"{volume_id} is already attached to an instance",
        hint=f"detach it first: cloudlet ec2 detach-volume --volume-id {volume_id}",
    )


def attached_still(volume_id: str, instance_id: str) -> VolumeInUseError:
    """Return the error for deleting what is attached."""
    return VolumeInUseError(
        f"Volume {volume_id} is currently attached to {instance_id}",
        hint=f"detach it first: cloudlet ec2 detach-volume --volume-id {volume_id}",
    )


def wrong_state(volume_id: str, state: str) -> IncorrectStateError:
    """Return the error for a volume whose state does not allow what was asked for."""
    hint = "its folder was removed by other means: all that can be done is to delete it" if state == "error" else None
    return IncorrectStateError(
        f"Volume '{volume_id}' is in the '{state}' state.", hint=hint or "see it with `cloudlet ec2 describe-volumes`"
    )


def instance_not_running(instance_id: str, state: str) -> IncorrectStateError:
    """Return the error for an instance that is not there yet, or no more."""
    return IncorrectStateError(
        f"Instance '{instance_id}' is not 'running'.",
        hint=f"it is {state}; volumes can be attached while it is running or stopped",
    )


def unknown_zone(zone: str, zones: Sequence[str]) -> InvalidRequestError:
    """Return the error for a zone that the region has not."""
    return InvalidRequestError(
        f"The zone '{zone}' does not exist.",
        code="InvalidZone.NotFound",
        hint=nearest(zone, zones) or f"there are {', '.join(zones)}",
    )


def no_size() -> InvalidRequestError:
    """Return the error for a volume of neither a size nor a snapshot."""
    return InvalidRequestError(
        "The request must contain the parameter size or snapshotId",
        code="MissingParameter",
        hint="give a size in GiB",
    )


def too_small(size_gib: int, snapshot_id: str, snapshot_gib: int) -> InvalidRequestError:
    """Return the error for a volume that would be smaller than its snapshot."""
    return InvalidParameterValueError(
        f"Volume of size {size_gib}GB is smaller than snapshot '{snapshot_id}', expect size >= {snapshot_gib}GB"
    )
