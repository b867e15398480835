"""The verbs of EC2 on volumes. Several shells may use them at once: each volume is one shell's at a time."""

import dataclasses
from collections.abc import Callable, Sequence
from datetime import datetime

from emulator.errors import NotFoundError
from emulator.home import Home
from emulator.ids import is_id, new_id
from emulator.progress import Progress
from emulator.resources.client_tokens import digest
from emulator.resources.dry_run import DryRunError
from emulator.resources.filters import Filter
from emulator.resources.invalid import InvalidParameterValueError
from emulator.resources.references import find, find_one
from emulator.state import Database
from emulator.units import utc_now
from emulator.volumes import errors, finding
from emulator.volumes.claims import Claims
from emulator.volumes.devices import check_device
from emulator.volumes.launching import InstanceVolumes
from emulator.volumes.model import Attachment, FindInstance, Volume, VolumeState
from emulator.volumes.mover import Mover
from emulator.volumes.nouns import VOLUME
from emulator.volumes.places import Places
from emulator.volumes.records import VolumeRecords
from emulator.volumes.request import VolumeRequest, check_size, check_type
from emulator.volumes.salvage import Salvage
from emulator.volumes.snapshot_records import SnapshotRecords
from emulator.volumes.snapshots import Snapshots
from emulator.volumes.store import VolumeStore

_ATTACHABLE = ("running", "stopped")
_OVER = "terminated"


class Volumes:
    """Makes, lists, attaches, detaches and deletes the volumes of one home."""

    def __init__(
        self,
        home: Home,
        database: Database,
        mover: Mover,
        zones: Sequence[str],
        find_instance: FindInstance,
        progress: Progress,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """*zones* are those of the region, *find_instance* is asked when something is attached."""
        claims = Claims(home, progress)
        places = Places(home)
        self._zones = zones
        self._find_instance = find_instance
        self._progress = progress
        self._clock = clock
        self._store = VolumeStore(VolumeRecords(database), places, mover, claims, clock)
        self.snapshots = Snapshots(SnapshotRecords(database), self._store, places, mover, claims, progress, clock)
        salvage = Salvage(self._store, places, mover, progress, clock)
        self.of_instances = InstanceVolumes(
            self._store, self.snapshots, places, mover, claims, salvage, zones, progress, clock
        )

    def create(self, request: VolumeRequest, *, dry_run: bool = False) -> Volume:
        """
        Make a volume, empty or of a snapshot, and return it available; if it fails, nothing is left of it.

        A request whose client token was used before returns what that one made.
        """
        request.check(self._zones)
        source = self.snapshots.source(request.snapshot_id, request.size_gib)
        check_size(source.size_gib, request.type)
        if dry_run:
            raise DryRunError
        volume = Volume(
            id=new_id("vol"),
            size_gib=source.size_gib,
            type=request.type,
            zone=request.zone,
            created_at=self._clock(),
            snapshot_id=source.snapshot_id,
            tags=request.tags,
        )
        with self.snapshots.hold(source) as folder:
            return self._store.make(volume, folder, request.client_token, digest(request))

    def describe(self, references: Sequence[str] = (), filters: Sequence[Filter] = ()) -> list[Volume]:
        """Return the volumes named, or all of them, oldest first."""
        known = self._store.all()
        return finding.select_volumes(find(VOLUME, references, known) if references else known, filters)

    def attach(self, volume: str, instance: str, device: str, *, dry_run: bool = False) -> Attachment:
        """Have a volume appear in an instance, running or stopped; both are ids, or Names that only one has."""
        check_device(device)
        # Asked before anything is claimed: to look at instances is to see to those that are over, volumes and all.
        facts = self._find_instance(instance)
        with self._store.hold(self._free_of_the_dead(volume)) as held:
            if held.volume.attachment is not None:
                raise errors.attached_already(held.volume.id)
            if held.volume.state is not VolumeState.AVAILABLE:
                raise errors.wrong_state(held.volume.id, held.volume.status)
            if facts.state not in _ATTACHABLE:
                raise errors.instance_not_running(facts.instance_id, facts.state)
            if facts.zone != held.volume.zone:
                raise errors.ZoneMismatchError(held.volume.id, held.volume.zone, facts.instance_id, facts.zone)
            if dry_run:
                raise DryRunError
            attachment = Attachment(held.volume.id, facts.instance_id, device, self._clock())
            return self._store.attach(held, attachment).attachment or attachment

    def detach(
        self, volume: str, instance: str | None = None, device: str | None = None, *, dry_run: bool = False
    ) -> Attachment:
        """Take a volume out of its instance, also a running one; *instance* and *device*, if given, must be right."""
        instance_id = self._instance_id(instance) if instance else None
        with self._store.hold(self._id(volume)) as held:
            attachment = held.volume.attachment
            if attachment is None:
                raise errors.wrong_state(held.volume.id, held.volume.status)
            _check_detach(attachment, instance_id, device)
            if dry_run:
                raise DryRunError
            self._store.detach(held)
        return dataclasses.replace(attachment, state="detached")

    def delete(self, volume: str, *, dry_run: bool = False) -> str:
        """Remove a volume with all that is in it and return its id; VolumeInUseError if it is attached."""
        with self._store.hold(self._free_of_the_dead(volume)) as held:
            if held.volume.attachment is not None:
                raise errors.attached_still(held.volume.id, held.volume.attachment.instance_id)
            if dry_run:
                raise DryRunError
            self._store.delete(held)
        return held.volume.id

    def modify(
        self, volume: str, size_gib: int | None = None, volume_type: str | None = None, *, dry_run: bool = False
    ) -> tuple[Volume, Volume]:
        """Give a volume another size, never a smaller one, or another type; return it before and after."""
        with self._store.hold(self._id(volume)) as held:
            before = held.volume
            new_type = volume_type or before.type
            new_size = before.size_gib if size_gib is None else size_gib
            check_type(new_type)
            check_size(new_size, new_type)
            if new_size < before.size_gib:
                raise InvalidParameterValueError(
                    f"New size cannot be smaller than existing size: {new_size} GiB, {before.size_gib} GiB"
                )
            if dry_run:
                raise DryRunError
            self._store.records.resize(before.id, new_size, new_type)
            return before, self._store.get(before.id)

    def _id(self, reference: str) -> str:
        return find_one(VOLUME, reference, self._store.all()).id

    def _free_of_the_dead(self, reference: str) -> str:
        """Return a volume's id; if it is attached to an instance that is no more, take it out of that first."""
        volume = find_one(VOLUME, reference, self._store.all())
        if volume.attachment is not None and self._is_over(volume.attachment.instance_id):
            self.of_instances.release(volume.attachment.instance_id)
        return volume.id

    def _is_over(self, instance_id: str) -> bool:
        try:
            return self._find_instance(instance_id).state == _OVER
        except NotFoundError:  # it was over for so long that it is forgotten
            return True

    def _instance_id(self, reference: str) -> str:
        return reference if is_id(reference, "i") else self._find_instance(reference).instance_id


def _check_detach(attachment: Attachment, instance_id: str | None, device: str | None) -> None:
    if instance_id not in (None, attachment.instance_id):
        raise errors.AttachmentNotFoundError(
            f"The volume '{attachment.volume_id}' is not attached to instance '{instance_id}'.",
            hint=f"it is attached to {attachment.instance_id}",
        )
    if device not in (None, attachment.device):
        raise errors.AttachmentNotFoundError(
            f"The volume '{attachment.volume_id}' is not attached to instance '{attachment.instance_id}'"
            f" as device '{device}'.",
            hint=f"it is attached as {attachment.device}",
        )
