"""Volumes that come and go with an instance: made at its launch, released when it is over."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from emulator.errors import InvalidRequestError
from emulator.ids import new_id
from emulator.progress import Progress
from emulator.volumes.claims import Claim, Claims
from emulator.volumes.devices import BlockDevice
from emulator.volumes.errors import BlockDeviceError, ResourceNotFoundError
from emulator.volumes.model import Attachment, Volume
from emulator.volumes.mover import Mover
from emulator.volumes.places import Places
from emulator.volumes.request import VolumeRequest, check_size
from emulator.volumes.salvage import Salvage
from emulator.volumes.snapshots import Snapshots
from emulator.volumes.store import VolumeStore


@dataclass(frozen=True)
class InstanceVolumes:
    """The volumes of one home, as its instances need them."""

    store: VolumeStore
    snapshots: Snapshots
    places: Places
    mover: Mover
    claims: Claims
    salvage: Salvage
    zones: Sequence[str]
    progress: Progress
    clock: Callable[[], datetime]

    def check(self, devices: Sequence[BlockDevice], zone: str) -> None:
        """Refuse what could not be made with an instance in *zone*; warn of what will differ from what is asked."""
        names = [one.device for one in devices]
        for one in devices:
            one.check()
            if names.count(one.device) > 1:
                raise BlockDeviceError(f"The device '{one.device}' is used in more than one block-device mapping")
            if one.is_root:
                self._warn_of_root(one)
                continue
            VolumeRequest(zone, one.size_gib, one.snapshot_id, one.type).check(self.zones)
            try:
                check_size(self.snapshots.source(one.snapshot_id, one.size_gib).size_gib, one.type)
            except InvalidRequestError as error:
                raise BlockDeviceError(error.message, hint=error.hint) from error

    def make(
        self,
        instance_id: str,
        devices: Sequence[BlockDevice],
        zone: str,
        tags: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Make *devices*, attached from the start, in the folder of an instance that is about to be."""
        for one in devices:
            if one.is_root:
                continue
            source = self.snapshots.source(one.snapshot_id, one.size_gib)
            volume_id = new_id("vol")
            now = self.clock()
            volume = Volume(
                id=volume_id,
                size_gib=source.size_gib,
                type=one.type,
                zone=zone,
                created_at=now,
                snapshot_id=source.snapshot_id,
                attachment=Attachment(volume_id, instance_id, one.device, now, one.delete_on_termination),
                tags=tags,
            )
            with self.snapshots.hold(source) as folder:
                self.store.make(volume, folder)

    def release(self, instance_id: str, *, zone: str | None = None, undo: bool = False) -> None:
        """
        Take every volume out of an instance that is over, or delete those that are to end with it; again is no error.

        A folder that may be a volume, although nothing is written down of it, is one again, in *zone*, the instance's;
        if that is not known, in the first one. With *undo*, for a launch that failed, all of them are deleted.
        """
        # First of all: whoever is about to attach a volume finds no place for it, and what is attached can be counted.
        self.places.close(instance_id)
        with self.claims.hold(instance_id) as claim:
            self._make_listable(claim, instance_id)
            known = [volume for volume in self.store.all(wait=True) if volume.is_attached_to(instance_id)]
            for volume in known:
                self._release(volume.id, instance_id, undo)
            if not undo:
                self.salvage.keep(claim, instance_id, zone or self.zones[0], beside=known)
            self.mover.remove(claim, self.places.closed(instance_id))  # what root in there has put beside the volumes
            claim.forget()

    def _make_listable(self, claim: Claim, instance_id: str) -> None:
        """See to it that a volume is found by more than its name, whatever root in the instance has done."""
        try:
            self.places.left(instance_id)
        except PermissionError:
            self.mover.make_listable(claim, self.places.closed(instance_id))

    def _release(self, volume_id: str, instance_id: str, undo: bool) -> None:
        try:
            with self.store.hold(volume_id) as held:
                attachment = held.volume.attachment
                if attachment is None or attachment.instance_id != instance_id:
                    return
                if undo or attachment.delete_on_termination:
                    self.store.delete(held)
                else:
                    self.store.detach(held)
        except ResourceNotFoundError:  # another shell releases the same instance
            return

    def _warn_of_root(self, device: BlockDevice) -> None:
        if device.size_gib is not None:
            self.progress.warn(
                f"the size of {device.device}, {device.size_gib} GiB, is not enforced: an instance's own disk is as"
                " large as this machine's"
            )
