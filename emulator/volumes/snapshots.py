"""The verbs of EC2 on snapshots: a whole copy each, which needs nothing of its volume afterwards."""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from emulator.errors import EmulatorError, EngineError
from emulator.ids import new_id
from emulator.progress import Progress
from emulator.resources.dry_run import DryRunError
from emulator.resources.filters import Filter
from emulator.resources.references import find, find_one
from emulator.resources.tags import check_tags
from emulator.settings import ACCOUNT_ID
from emulator.volumes import finding
from emulator.volumes.claims import Claim, Claims
from emulator.volumes.errors import (
    DataMoveError,
    IncorrectStateError,
    ResourceNotFoundError,
    no_size,
    too_small,
    wrong_state,
)
from emulator.volumes.model import Snapshot, SnapshotState
from emulator.volumes.mover import Mover
from emulator.volumes.nouns import SNAPSHOT, VOLUME
from emulator.volumes.places import Places, is_folder
from emulator.volumes.snapshot_records import SnapshotRecords
from emulator.volumes.store import VolumeStore


@dataclass(frozen=True)
class Source:
    """What a new volume is made of."""

    size_gib: int
    snapshot_id: str | None = None
    """None: of nothing, it is empty."""


class Snapshots:
    """Makes, lists and deletes the snapshots of one home."""

    def __init__(
        self,
        records: SnapshotRecords,
        volumes: VolumeStore,
        places: Places,
        mover: Mover,
        claims: Claims,
        progress: Progress,
        clock: Callable[[], datetime],
    ) -> None:
        self._records = records
        self._volumes = volumes
        self._places = places
        self._mover = mover
        self._claims = claims
        self._progress = progress
        self._clock = clock

    def create(
        self,
        volume: str,
        description: str = "",
        tags: Mapping[str, str] | None = None,
        *,
        dry_run: bool = False,
    ) -> Snapshot:
        """
        Copy what a volume holds, and return when that is done; if it fails, nothing is left of it.

        An attached volume is copied while it is in use, file by file: what is being written may be copied in parts.
        """
        check_tags(tags or {})
        volume_id = find_one(VOLUME, volume, self._volumes.all()).id
        with self._volumes.hold(volume_id) as held:
            if held.place is None:
                raise wrong_state(volume_id, held.volume.status)
            if dry_run:
                raise DryRunError
            snapshot = Snapshot(
                new_id("snap"), volume_id, held.volume.size_gib, description, self._clock(), tags=dict(tags or {})
            )
            self._copy(held.place.path, snapshot)
        return self._get(snapshot.id)

    def describe(
        self, references: Sequence[str] = (), filters: Sequence[Filter] = (), owners: Sequence[str] = ()
    ) -> list[Snapshot]:
        """Return the snapshots named, or all of them; none belongs to others than `self`."""
        known = self._all()
        found = find(SNAPSHOT, references, known) if references else known
        if owners and not {"self", ACCOUNT_ID} & {*owners}:
            found = []
        return finding.select_snapshots(found, filters)

    def delete(self, reference: str, *, dry_run: bool = False) -> str:
        """Remove a snapshot and return its id; the volumes that were made of it stay as they are."""
        snapshot_id = self.find(reference).id
        with self._claims.hold(snapshot_id) as claim:
            if self._settle(claim) is None:
                raise ResourceNotFoundError("snapshot", [snapshot_id], [])
            if dry_run:
                raise DryRunError
            self._records.set_state(snapshot_id, SnapshotState.DELETING)
            self._settle(claim)
        return snapshot_id

    def find(self, reference: str) -> Snapshot:
        """Return the snapshot with this id or Name; ResourceNotFoundError if there is none."""
        return find_one(SNAPSHOT, reference, self._all())

    def source(self, reference: str | None, size_gib: int | None) -> Source:
        """Return what a volume is made of, and how large it is: no smaller than the snapshot, if there is one."""
        if reference is None:
            if size_gib is None:
                raise no_size()
            return Source(size_gib)
        snapshot = self.find(reference)
        if size_gib is not None and size_gib < snapshot.size_gib:
            raise too_small(size_gib, snapshot.id, snapshot.size_gib)
        return Source(size_gib or snapshot.size_gib, snapshot.id)

    @contextlib.contextmanager
    def hold(self, source: Source) -> Iterator[Path | None]:
        """Yield the folder to copy, if there is one: inside the context, nobody deletes it."""
        if source.snapshot_id is None:
            yield None
            return
        with self._claims.hold(source.snapshot_id) as claim:
            snapshot = self._settle(claim)
            if snapshot is None:
                raise ResourceNotFoundError("snapshot", [source.snapshot_id], [])
            if snapshot.state is not SnapshotState.COMPLETED:
                raise IncorrectStateError(f"Snapshot '{snapshot.id}' is in the '{snapshot.state}' state.")
            with self._progress.step(f"Copying {snapshot.id}"):
                yield self._places.snapshot(snapshot.id)

    def _copy(self, source: Path, snapshot: Snapshot) -> None:
        self._places.create()
        with self._claims.hold(snapshot.id) as claim:
            self._records.add(snapshot)
            try:
                with self._progress.step(f"Copying {snapshot.volume_id} to {snapshot.id}"):
                    half_made = self._places.half_made(snapshot.id)
                    self._mover.copy(claim, source, half_made, self._places.snapshot(snapshot.id))
            except BaseException:
                with contextlib.suppress(EmulatorError):  # the first error counts
                    self._settle(claim)
                raise
            self._settle(claim)

    def _all(self) -> list[Snapshot]:
        """Return every snapshot, oldest first; what a killed shell left in doubt is settled before."""
        snapshots = self._records.all()
        doubtful = [one for one in snapshots if one.state is not SnapshotState.COMPLETED or not self._has_folder(one)]
        for snapshot in doubtful:
            with self._claims.try_to_hold(snapshot.id) as claim, contextlib.suppress(EngineError, DataMoveError):
                if claim is not None:
                    self._settle(claim)
        return self._records.all() if doubtful else snapshots

    def _settle(self, claim: Claim) -> Snapshot | None:
        """Bring row and folder together and return the snapshot, or None if there is no such any more."""
        snapshot = self._records.get(claim.resource_id)
        if snapshot is None:
            claim.forget()
            return None
        if not snapshot.state.is_settled:
            self._mover.abandon(claim)
            self._mover.remove(claim, self._places.half_made(snapshot.id))
        is_there = self._has_folder(snapshot)
        if snapshot.state is SnapshotState.DELETING or (snapshot.state is SnapshotState.PENDING and not is_there):
            self._mover.remove(claim, self._places.snapshot(snapshot.id))
            self._records.remove(snapshot.id)
            claim.forget()
            return None
        state = SnapshotState.COMPLETED if is_there else SnapshotState.ERROR
        if state is not snapshot.state:
            self._records.set_state(snapshot.id, state)
        return self._get(snapshot.id)

    def _has_folder(self, snapshot: Snapshot) -> bool:
        return is_folder(self._places.snapshot(snapshot.id))

    def _get(self, snapshot_id: str) -> Snapshot:
        snapshot = self._records.get(snapshot_id)
        if snapshot is None:
            raise ResourceNotFoundError("snapshot", [snapshot_id], [])
        return snapshot
