"""What the state file knows of snapshots: a row each."""

from datetime import UTC, datetime

from emulator.resources.tags import forget_tags, read_tags, write_tags
from emulator.state import Database
from emulator.volumes.model import Snapshot, SnapshotState


class SnapshotRecords:
    """One home's snapshots, as rows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Snapshot]:
        """Return every snapshot, oldest first."""
        tags = read_tags(self._database)
        return [
            Snapshot(
                id=row["id"],
                volume_id=row["volume_id"],
                size_gib=row["size_gib"],
                description=row["description"],
                started_at=datetime.fromtimestamp(row["started_at"], UTC),
                state=SnapshotState(row["state"]),
                tags=tags.get(row["id"], {}),
            )
            for row in self._database.rows("SELECT * FROM snapshot ORDER BY started_at, id")
        ]

    def get(self, snapshot_id: str) -> Snapshot | None:
        """Return a snapshot, if there is one with this id."""
        return next((snapshot for snapshot in self.all() if snapshot.id == snapshot_id), None)

    def add(self, snapshot: Snapshot) -> None:
        """Write down a snapshot that is about to be made."""
        with self._database.transaction() as transaction:
            transaction.execute(
                "INSERT INTO snapshot (id, state, volume_id, size_gib, description, started_at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    snapshot.id,
                    snapshot.state,
                    snapshot.volume_id,
                    snapshot.size_gib,
                    snapshot.description,
                    snapshot.started_at.timestamp(),
                ),
            )
            write_tags(transaction, snapshot.id, snapshot.tags)

    def set_state(self, snapshot_id: str, state: SnapshotState) -> None:
        """Write down what is about to be done, or what came of it."""
        with self._database.transaction() as transaction:
            transaction.execute("UPDATE snapshot SET state = ? WHERE id = ?", (state, snapshot_id))

    def remove(self, snapshot_id: str) -> None:
        """Forget a snapshot."""
        with self._database.transaction() as transaction:
            transaction.execute("DELETE FROM snapshot WHERE id = ?", (snapshot_id,))
            forget_tags(transaction, snapshot_id)
