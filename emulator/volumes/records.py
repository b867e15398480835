"""What the state file knows of volumes: a row each."""

import sqlite3
from collections import defaultdict
from datetime import UTC, datetime

from emulator.resources.client_tokens import IdempotentParameterMismatchError
from emulator.resources.tags import forget_tags, read_tags, write_tags
from emulator.state import Database
from emulator.volumes.errors import DeviceInUseError
from emulator.volumes.model import Attachment, Volume, VolumeState
from emulator.volumes.places import Place

_ATTACHMENT_STATES = {VolumeState.ATTACHING: "attaching", VolumeState.DETACHING: "detaching"}


class VolumeRecords:
    """One home's volumes, as rows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Volume]:
        """Return every volume, oldest first."""
        tags = read_tags(self._database)
        rows = self._database.rows("SELECT * FROM volume ORDER BY created_at, id")
        return [_volume(row).with_tags(tags.get(row["id"], {})) for row in rows]

    def attachments(self) -> dict[str, tuple[Attachment, ...]]:
        """Return what is attached, by instance id and device, as last written down."""
        found: dict[str, list[Attachment]] = defaultdict(list)
        for volume in self.all():
            if volume.attachment is not None:
                found[volume.attachment.instance_id].append(volume.attachment)
        return {key: tuple(sorted(each, key=lambda one: one.device)) for key, each in found.items()}

    def get(self, volume_id: str) -> Volume | None:
        """Return a volume, if there is one with this id."""
        return next((volume for volume in self.all() if volume.id == volume_id), None)

    def add(self, volume: Volume, token: str | None = None, request: str | None = None) -> str:
        """
        Write down a volume that is about to be made, and return its id, or of the one that *token* stands for already.

        IdempotentParameterMismatchError if that was another request; DeviceInUseError as for `begin`.
        """
        with self._database.transaction() as transaction:
            if token is not None:
                earlier = transaction.execute("SELECT * FROM volume WHERE client_token = ?", (token,)).fetchone()
                if earlier is not None:
                    if earlier["request"] != request:
                        raise IdempotentParameterMismatchError(token)
                    return str(earlier["id"])
            transaction.execute(
                "INSERT INTO volume (id, state, size_gib, type, zone, snapshot_id, created_at, client_token, request)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    volume.id,
                    volume.state,
                    volume.size_gib,
                    volume.type,
                    volume.zone,
                    volume.snapshot_id,
                    volume.created_at.timestamp(),
                    token,
                    request,
                ),
            )
            if volume.attachment is not None:
                _attach(transaction, volume.attachment)
            write_tags(transaction, volume.id, volume.tags)
        return volume.id

    def begin(self, volume_id: str, state: VolumeState, attachment: Attachment | None = None) -> None:
        """
        Write down what is about to be done, and where the volume is to be attached, if that is it.

        DeviceInUseError if another volume is, or is about to be, at the same device.
        """
        with self._database.transaction() as transaction:
            transaction.execute("UPDATE volume SET state = ? WHERE id = ?", (state, volume_id))
            if attachment is not None:
                _attach(transaction, attachment)

    def place(self, volume: Volume, place: Place, now: datetime) -> None:
        """Write down where the folder of a volume was found: whatever was under way with it is over."""
        attachment = volume.attachment
        if place.instance_id is None:
            attachment = None
        elif attachment is None or attachment.instance_id != place.instance_id:
            attachment = Attachment(volume.id, place.instance_id, place.device, now)
        state = VolumeState.AVAILABLE if attachment is None else VolumeState.IN_USE
        inode = str(place.inode) if place.inode else None
        with self._database.transaction() as transaction:
            # A folder that is gone may have left its inode to a new one.
            transaction.execute("UPDATE volume SET inode = NULL WHERE inode = ?", (inode,))
            transaction.execute(
                "UPDATE volume SET state = ?, inode = coalesce(?, inode) WHERE id = ?", (state, inode, volume.id)
            )
            if attachment is None:
                _detach(transaction, volume.id)
            else:
                _attach(transaction, attachment)

    def lose(self, volume_id: str) -> None:
        """Write down that the folder of a volume is nowhere."""
        with self._database.transaction() as transaction:
            transaction.execute(
                "UPDATE volume SET state = ?, inode = NULL WHERE id = ?", (VolumeState.ERROR, volume_id)
            )

    def detach(self, volume_id: str) -> None:
        """Write down that a volume is attached to nothing."""
        with self._database.transaction() as transaction:
            _detach(transaction, volume_id)

    def resize(self, volume_id: str, size_gib: int, volume_type: str) -> None:
        """Write down another size and another type."""
        with self._database.transaction() as transaction:
            transaction.execute(
                "UPDATE volume SET size_gib = ?, type = ? WHERE id = ?", (size_gib, volume_type, volume_id)
            )

    def remove(self, volume_id: str) -> None:
        """Forget a volume."""
        with self._database.transaction() as transaction:
            transaction.execute("DELETE FROM volume WHERE id = ?", (volume_id,))
            forget_tags(transaction, volume_id)


def _attach(transaction: sqlite3.Connection, attachment: Attachment) -> None:
    try:
        transaction.execute(
            "UPDATE volume SET instance_id = ?, device = ?, attached_at = ?, delete_on_termination = ? WHERE id = ?",
            (
                attachment.instance_id,
                attachment.device,
                attachment.attached_at.timestamp(),
                int(attachment.delete_on_termination),
                attachment.volume_id,
            ),
        )
    except sqlite3.IntegrityError as error:
        raise DeviceInUseError(attachment.device) from error


def _detach(transaction: sqlite3.Connection, volume_id: str) -> None:
    transaction.execute(
        "UPDATE volume SET instance_id = NULL, device = NULL, attached_at = NULL, delete_on_termination = 0"
        " WHERE id = ?",
        (volume_id,),
    )


def _volume(row: sqlite3.Row) -> Volume:
    state = VolumeState(row["state"])
    attachment = None
    if row["instance_id"] is not None:
        attachment = Attachment(
            volume_id=row["id"],
            instance_id=row["instance_id"],
            device=row["device"],
            attached_at=datetime.fromtimestamp(row["attached_at"], UTC),
            delete_on_termination=bool(row["delete_on_termination"]),
            state=_ATTACHMENT_STATES.get(state, "attached"),
        )
    return Volume(
        id=row["id"],
        size_gib=row["size_gib"],
        type=row["type"],
        zone=row["zone"],
        created_at=datetime.fromtimestamp(row["created_at"], UTC),
        state=state,
        snapshot_id=row["snapshot_id"],
        attachment=attachment,
        inode=int(row["inode"]) if row["inode"] else None,
    )
