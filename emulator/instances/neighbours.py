"""The rooms that an instance is made of, as `emulator.cloud` hands them over."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emulator.images import Images
    from emulator.keypairs import KeyPairs
    from emulator.metering import Meter
    from emulator.network import Network
    from emulator.volumes import Attachment
    from emulator.volumes.launching import InstanceVolumes


@dataclass(frozen=True)
class Neighbours:
    """What builds is asked for when something is launched: whoever only looks need not load it."""

    region: str
    images: "Callable[[], Images]"
    interface_image: Callable[[], str]
    """Build if need be, and name, the image of the interfaces."""
    key_pairs: "Callable[[], KeyPairs]"
    network: "Network"
    volumes: "Callable[[], InstanceVolumes]"
    attachments: "Callable[[], Mapping[str, tuple[Attachment, ...]]]"
    """Return what volumes are attached, by instance id."""
    meter: "Meter"
