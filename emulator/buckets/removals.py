"""Objects on their way out, as many of them in one transaction as somebody has to be deleted.

What programs did to their files is made known before it: that may take long, and everybody who writes would wait.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from emulator.buckets import events, index
from emulator.buckets.change import Changes, Removed
from emulator.buckets.folder import Folder
from emulator.buckets.keys import check_key
from emulator.buckets.records import OURSELVES, Origin
from emulator.buckets.store import Precondition, Store
from emulator.errors import EmulatorError
from emulator.state import Database


@dataclass(frozen=True)
class Removal:
    """An object that is to be deleted, or a version for good."""

    key: str
    version_id: str | None = None
    origin: Origin = OURSELVES
    event: str = events.DELETE
    precondition: Precondition | None = None
    """Raises if what is there now, None for nothing, is not to be deleted."""


Outcome = Removed | EmulatorError | None
"""What a removal came to, or why it did not; None if there was nothing, which is a success, as on AWS."""


class Removals:
    """Deletes objects and versions."""

    def __init__(self, database: Database, store: Store, folder: Folder, changes: Changes) -> None:
        self._database = database
        self._store = store
        self._folder = folder
        self._changes = changes

    def remove_all(self, bucket: str, removals: Sequence[Removal]) -> list[Outcome]:
        """Do each of *removals*, whatever becomes of the others; return the outcomes in their order."""
        with self._database.reading() as connection:
            keeps_versions = index.require_bucket(connection, bucket).versioning != ""
        refusals = [self._notice(bucket, one, keeps_versions) for one in removals]
        with self._changes.together():
            return [refusal or self._remove(bucket, one) for one, refusal in zip(removals, refusals, strict=True)]

    def _notice(self, bucket: str, one: Removal, keeps_versions: bool) -> EmulatorError | None:
        """Make known what a program did to the file, where that matters; return why *one* cannot be."""
        try:
            check_key(one.key)
            if one.version_id is None and (keeps_versions or one.precondition is not None):
                self._folder.reconcile(bucket, one.key, stillness_seconds=0)
        except EmulatorError as error:
            return error
        return None

    def _remove(self, bucket: str, one: Removal) -> Outcome:
        try:
            if one.version_id is not None:
                return self._store.remove_version(
                    bucket, one.key, one.version_id, one.origin, one.event, one.precondition
                )
            return self._store.remove(bucket, one.key, one.origin, one.event, one.precondition)
        except EmulatorError as error:
            return error
