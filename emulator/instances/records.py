"""What the state file knows of instances: what was launched, its tags, and for an hour how it ended."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from emulator.instances.model import Launch
from emulator.resources.tags import write_tags
from emulator.state import Database

_REMEMBERED = timedelta(hours=1)  # as long as AWS goes on listing an instance that has ended


@dataclass(frozen=True)
class Record:
    """An instance as it was last written down."""

    launch: Launch
    ended_at: datetime | None = None
    reason: str | None = None
    """Why it ended, as `code: message`."""

    def is_forgotten(self, now: datetime) -> bool:
        """Tell whether it ended so long ago that nobody should hear of it."""
        return self.ended_at is not None and self.ended_at < now - _REMEMBERED


class Records:
    """One home's instances, as rows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> dict[str, Record]:
        """Return every row by instance id, forgotten ones too."""
        return {
            row["id"]: Record(Launch.from_json(row["record"]), _moment(row["terminated_at"]), row["reason"])
            for row in self._database.rows("SELECT id, record, terminated_at, reason FROM instance")
        }

    def add(self, launch: Launch, tags: dict[str, str]) -> None:
        """Write down a new instance, and drop the ones that ended long ago."""
        with self._database.transaction() as transaction:
            ended = ((launch.launch_time - _REMEMBERED).timestamp(),)
            transaction.execute(
                "DELETE FROM tag WHERE resource_id IN (SELECT id FROM instance WHERE terminated_at < ?)", ended
            )
            transaction.execute("DELETE FROM instance WHERE terminated_at < ?", ended)
            transaction.execute(
                "INSERT INTO instance (id, record) VALUES (?, ?)", (launch.instance_id, launch.to_json())
            )
            write_tags(transaction, launch.instance_id, tags)

    def end(self, launch: Launch, reason: str, now: datetime) -> None:
        """Write down that an instance ended; the first reason counts."""
        with self._database.transaction() as transaction:
            transaction.execute(
                "INSERT INTO instance (id, record, terminated_at, reason) VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET terminated_at = excluded.terminated_at, reason = excluded.reason"
                " WHERE terminated_at IS NULL",
                (launch.instance_id, launch.to_json(), now.timestamp(), reason),
            )

    def remove(self, instance_id: str) -> None:
        """Forget an instance that never came to be."""
        with self._database.transaction() as transaction:
            transaction.execute("DELETE FROM instance WHERE id = ?", (instance_id,))
            transaction.execute("DELETE FROM tag WHERE resource_id = ?", (instance_id,))


def _moment(timestamp: float | None) -> datetime | None:
    return None if timestamp is None else datetime.fromtimestamp(timestamp, UTC)
