"""What `create-volume` is asked for, and what of it can never work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from emulator.errors import nearest
from emulator.resources.client_tokens import check_token
from emulator.resources.invalid import InvalidParameterValueError
from emulator.resources.tags import check_tags
from emulator.volumes.errors import unknown_zone

DEFAULT_TYPE = "gp2"

_SIZES_GIB = {
    "gp2": (1, 16384),
    "gp3": (1, 16384),
    "io1": (4, 16384),
    "io2": (4, 16384),
    "st1": (125, 16384),
    "sc1": (125, 16384),
    "standard": (1, 1024),
}


@dataclass(frozen=True)
class VolumeRequest:
    """A volume to be."""

    zone: str
    size_gib: int | None = None
    """None: the snapshot's."""
    snapshot_id: str | None = None
    """An id, or a Name tag that only one snapshot has."""
    type: str = DEFAULT_TYPE
    tags: Mapping[str, str] = field(default_factory=dict)
    client_token: str | None = None

    def check(self, zones: Sequence[str]) -> None:
        """Refuse what can never work in a region of these *zones*."""
        if self.zone not in zones:
            raise unknown_zone(self.zone, zones)
        check_type(self.type)
        check_tags(self.tags)
        if self.size_gib is not None:
            check_size(self.size_gib, self.type)
        check_token(self.client_token)


def check_type(volume_type: str) -> None:
    """Refuse a type that EBS has not."""
    if volume_type not in _SIZES_GIB:
        raise InvalidParameterValueError(
            f"Invalid value '{volume_type}' for VolumeType.",
            hint=nearest(volume_type, _SIZES_GIB) or f"choose from {', '.join(_SIZES_GIB)}",
        )


def check_size(size_gib: int, volume_type: str) -> None:
    """Refuse a size that a volume of this type cannot have."""
    least, most = _SIZES_GIB[volume_type]
    if size_gib < least:
        raise InvalidParameterValueError(f"Volume of {size_gib} GiB is too small; minimum is {least} GiB.")
    if size_gib > most:
        raise InvalidParameterValueError(
            f"Volume of {size_gib} GiB is too large for volume type {volume_type}; maximum is {most} GiB."
        )
