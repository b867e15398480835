"""Volumes of which nothing is written down: a home that lost its state file still has their folders."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from emulator.ids import new_id
from emulator.progress import Progress
from emulator.units import GIB
from emulator.volumes.claims import Claim
from emulator.volumes.devices import is_folder_name
from emulator.volumes.model import Volume
from emulator.volumes.mover import Mover
from emulator.volumes.places import Places
from emulator.volumes.request import DEFAULT_TYPE
from emulator.volumes.store import VolumeStore

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Salvage:
    """Makes volumes of what instances leave behind."""

    store: VolumeStore
    places: Places
    mover: Mover
    progress: Progress
    clock: Callable[[], datetime]

    def keep(self, claim: Claim, instance_id: str, zone: str, *, beside: Sequence[Volume]) -> None:
        """
        Make each folder that may be a volume an available one in *zone*; *claim* is that of the instance, now closed.

        *beside* are the volumes that were known of: if there are any, only a folder that is called like a device may be
        another.
        """
        for folder in self.places.left(instance_id):
            if not beside or is_folder_name(folder.name):
                self._keep(claim, instance_id, folder, zone)

    def _keep(self, claim: Claim, instance_id: str, folder: Path, zone: str) -> None:
        size_gib = whole_gib(self.mover.measure(claim, folder))
        volume = self.store.adopt(Volume(new_id("vol"), size_gib, DEFAULT_TYPE, zone, self.clock()), folder)
        log.warning(
            "unknown folder was made a volume: instance=%s folder=%r volume=%s", instance_id, folder.name, volume.id
        )
        self.progress.warn(
            f"nothing is written down of {folder.name!r} in the volumes of {instance_id}: it is kept as {volume.id}"
        )


def whole_gib(size_bytes: int) -> int:
    """
    Return the size of a volume that holds so much.

    >>> whole_gib(0), whole_gib(GIB), whole_gib(GIB + 1)
    (1, 1, 2)
    """
    return max(1, -(-size_bytes // GIB))
