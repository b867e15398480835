"""Volumes as rows and folders together.

Every change is three steps, under a claim: the row says what is meant, the folder is moved, the row says what came of
it. Whoever is killed between two of them leaves a row in doubt, and the next to look lets the folder's place decide.
"""

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from emulator.errors import EmulatorError, EngineError
from emulator.volumes.claims import Claim, Claims
from emulator.volumes.errors import DataMoveError, DeviceInUseError, ResourceNotFoundError, instance_not_running
from emulator.volumes.model import Attachment, Volume, VolumeState
from emulator.volumes.mover import Mover
from emulator.volumes.places import Place, Places
from emulator.volumes.records import VolumeRecords


@dataclass(frozen=True)
class Held:
    """A volume that is ours for now, and where its folder is."""

    claim: Claim
    volume: Volume
    place: Place | None


class VolumeStore:
    """The volumes of one home."""

    def __init__(
        self, records: VolumeRecords, places: Places, mover: Mover, claims: Claims, clock: Callable[[], datetime]
    ) -> None:
        self.records = records
        self._places = places
        self._mover = mover
        self._claims = claims
        self._clock = clock

    def all(self, *, wait: bool = False) -> list[Volume]:
        """
        Return every volume, oldest first; what a killed shell left in doubt is settled before.

        A volume that somebody else is at work on is returned as it is, or with *wait* as it will be.
        """
        volumes = self.records.all()
        doubtful = [volume for volume in volumes if self._is_doubtful(volume)]
        for volume in doubtful:
            claimed = self._claims.hold(volume.id) if wait else self._claims.try_to_hold(volume.id)
            with claimed as claim, contextlib.suppress(EngineError, DataMoveError):
                if claim is not None:
                    self._settle(claim)
        return self.records.all() if doubtful else volumes

    @contextlib.contextmanager
    def hold(self, volume_id: str) -> Iterator[Held]:
        """Have a volume inside the context, settled; ResourceNotFoundError if another shell has deleted it."""
        with self._claims.hold(volume_id) as claim:
            held = self._settle(claim)
            if held is None:
                claim.forget()
                raise ResourceNotFoundError("volume", [volume_id], [])
            yield held

    def make(
        self, volume: Volume, source: Path | None = None, token: str | None = None, request: str | None = None
    ) -> Volume:
        """
        Make *volume*, empty or as a copy of *source*, and attached if it is to be.

        Return it, or the one that *token* stands for already; if it fails, nothing is left of it.
        """
        self._places.create()
        while True:
            with self._claims.hold(volume.id) as claim:
                known_id = self.records.add(volume, token, request)
                if known_id == volume.id:
                    self._fill(claim, volume, source)
                    return self.get(volume.id)
                claim.forget()
            # Another shell may be making it; if that comes to nothing, it is ours to make after all.
            with contextlib.suppress(ResourceNotFoundError), self.hold(known_id) as held:
                return held.volume

    def adopt(self, volume: Volume, folder: Path) -> Volume:
        """Make *volume* of *folder*, which no row tells of; if it fails, the folder is where it was."""
        self._places.create()
        with self._claims.hold(volume.id) as claim:
            self.records.add(volume)
            with self._settled_after(claim):
                self._mover.move(claim, folder, self._places.free(volume.id))
        return self.get(volume.id)

    def attach(self, held: Held, attachment: Attachment) -> Volume:
        """Attach an available volume; DeviceInUseError if something is there, also if it is no volume."""
        target = self._places.attached(attachment)
        if not target.parent.is_dir():
            raise instance_not_running(attachment.instance_id, "over")
        if os.path.lexists(target):
            other = self._volume_at(attachment)
            hint = None if other else f"something lies at /volumes/{target.name} of the instance: choose another"
            raise DeviceInUseError(attachment.device, volume_id=other, hint=hint)
        self.records.begin(held.volume.id, VolumeState.ATTACHING, attachment)
        with self._settled_after(held.claim):
            self._mover.move(held.claim, self._places.free(held.volume.id), target)
        return self.get(held.volume.id)

    def _volume_at(self, attachment: Attachment) -> str | None:
        others = self.records.attachments().get(attachment.instance_id, ())
        return next((one.volume_id for one in others if one.device == attachment.device), None)

    def detach(self, held: Held) -> Volume:
        """Take an attached volume back; of one whose folder was removed in the instance, only the row is left."""
        if held.place is None:
            self.records.detach(held.volume.id)
        elif held.place.instance_id is not None:
            self.records.begin(held.volume.id, VolumeState.DETACHING)
            with self._settled_after(held.claim):
                self._mover.move(held.claim, held.place.path, self._places.free(held.volume.id))
        return self.get(held.volume.id)

    def delete(self, held: Held) -> None:
        """Remove a volume with all that is in it, attached or not."""
        self.records.begin(held.volume.id, VolumeState.DELETING)
        self._settle(held.claim)

    def get(self, volume_id: str) -> Volume:
        """Return a volume as its row says; ResourceNotFoundError if there is none."""
        volume = self.records.get(volume_id)
        if volume is None:
            raise ResourceNotFoundError("volume", [volume_id], [])
        return volume

    def _fill(self, claim: Claim, volume: Volume, source: Path | None) -> None:
        half_made = self._places.half_made(volume.id)
        place = self._places.attached(volume.attachment) if volume.attachment else self._places.free(volume.id)
        with self._settled_after(claim):
            if source is None:
                self._mover.make(claim, half_made, place)
            else:
                self._mover.copy(claim, source, half_made, place)

    def _is_doubtful(self, volume: Volume) -> bool:
        is_at_rest = volume.state in (VolumeState.AVAILABLE, VolumeState.IN_USE)
        return not is_at_rest or not self._places.is_as_written(volume)

    @contextlib.contextmanager
    def _settled_after(self, claim: Claim) -> Iterator[None]:
        """Settle at the end, however it ends: what failed is as if it had not been tried."""
        try:
            yield
        except BaseException:
            with contextlib.suppress(EmulatorError):  # the first error counts, and the next to look will try again
                self._settle(claim)
            raise
        self._settle(claim)

    def _settle(self, claim: Claim) -> Held | None:
        """Bring row and folder together and return the volume, or None if there is no such any more."""
        volume = self.records.get(claim.resource_id)
        if volume is None:
            return None
        if not volume.state.is_settled:
            self._mover.abandon(claim)
            self._mover.remove(claim, self._places.half_made(volume.id))
        place = self._places.find(volume, [other for other in self.records.all() if other.id != volume.id])
        if volume.state is VolumeState.DELETING or (volume.state is VolumeState.CREATING and place is None):
            if place is not None:
                self._mover.remove(claim, place.path)
            self.records.remove(volume.id)
            claim.forget()
            return None
        if place is None:
            self.records.lose(volume.id)
        elif not _agree(volume, place):
            self.records.place(volume, place, self._clock())
        return Held(claim, self.get(volume.id), place)


def _agree(volume: Volume, place: Place) -> bool:
    instance_id = volume.attachment.instance_id if volume.attachment else None
    is_at_rest = volume.state in (VolumeState.AVAILABLE, VolumeState.IN_USE)
    return is_at_rest and place.instance_id == instance_id and place.inode in (volume.inode, None)
