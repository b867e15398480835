"""The buckets of one home. Works with or without a server, from any number of processes at once."""

import os
import shlex
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from emulator.buckets import index, keys, scan, staging, upload_rows, versions
from emulator.buckets.blobs import GRACE_SECONDS, Blobs
from emulator.buckets.change import Changes, Subscriber
from emulator.buckets.errors import BucketAlreadyOwnedByYouError, BucketNotEmptyError, InvalidArgumentError
from emulator.buckets.events import ObjectEvent
from emulator.buckets.files import remove_empty_folders
from emulator.buckets.folder import Folder
from emulator.buckets.notifications import NotificationRules
from emulator.buckets.notifications.rules import CheckTargets
from emulator.buckets.objects import Objects
from emulator.buckets.placements import Placements
from emulator.buckets.reconciler import STILLNESS_SECONDS, Reconciler
from emulator.buckets.removals import Removals
from emulator.buckets.settings import BucketSettings
from emulator.buckets.store import Store
from emulator.buckets.watcher import SCAN_SECONDS, Watcher, watcher_for
from emulator.errors import InvalidRequestError
from emulator.home import Home
from emulator.settings import Settings
from emulator.state import Database
from emulator.units import utc_now

if TYPE_CHECKING:
    from emulator.buckets.uploads import Uploads


@dataclass(frozen=True)
class Bucket:
    """A bucket and the folder that it is."""

    name: str
    created_at: datetime
    path: Path


@dataclass(frozen=True)
class Totals:
    """What all buckets of a home hold, by its index: older versions and parts of uploads are not counted."""

    objects: int
    bytes: int
    folder_bytes: int
    """Of those objects that are files of their bucket's folder."""


class Buckets:
    """Buckets, their `objects` and the `rules` that tell others of changes."""

    def __init__(
        self,
        database: Database,
        home: Home,
        settings: Settings,
        on_event: Subscriber | None = None,
        clock: Callable[[], datetime] = utc_now,
        check_targets: CheckTargets | None = None,
    ) -> None:
        self.settings = settings
        self._database = database
        self._home = home
        self._clock = clock
        self._check_targets = check_targets
        self._root = str(home.buckets)
        self._blobs = Blobs(home.blobs)
        self._changes = Changes(database, self._blobs, on_event, clock)
        self._folder = Folder(database, lambda bucket: f"{self._root}/{bucket}", self._changes, self._blobs)
        self._store = Store(self._changes, self._folder.files, self._blobs, home.staging)

    @property
    def root(self) -> Path:
        """Return the folder that has one folder a bucket."""
        return self._home.buckets

    @cached_property
    def objects(self) -> Objects:
        placements = Placements(self._store, self._folder, self._changes)
        removals = Removals(self._database, self._store, self._folder, self._changes)
        return Objects(self._database, self._folder, self._store, placements, removals, self._blobs, self._home.staging)

    @cached_property
    def uploads(self) -> "Uploads":
        from emulator.buckets.uploads import Uploads  # and with it the checksums of parts

        return Uploads(self._database, self._changes, self.objects, self._blobs, self._home.staging)

    @cached_property
    def rules(self) -> NotificationRules:
        return NotificationRules(self._database, self._check_targets)

    @cached_property
    def bucket_settings(self) -> BucketSettings:
        return BucketSettings(self._database)

    def create_bucket(self, name: str, folder: Path | None = None) -> Bucket:
        """
        Make a bucket; a folder of that name that is here already becomes it, with all that it holds.

        *folder*, anywhere on this machine, is adopted: it stays where it is, and the bucket's own is a link to it.
        """
        keys.check_bucket_name(name)
        created_at = self._clock()
        path = self.path(name)
        if folder is not None:
            self._check_adoptable(path, folder)
        with self._database.transaction() as connection:
            if connection.execute("SELECT 1 FROM bucket WHERE name = ?", (name,)).fetchone():
                raise BucketAlreadyOwnedByYouError(name)
            connection.execute("INSERT INTO bucket (name, created_at) VALUES (?, ?)", (name, created_at.timestamp()))
            if folder is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.symlink_to(folder.resolve())
        # After the row, so that a watcher that sees the folder knows whose it is. The touch tells it of a folder that
        # was here before.
        path.mkdir(parents=True, exist_ok=True)
        os.utime(path, follow_symlinks=False)
        return Bucket(name, created_at, path)

    def delete_bucket(self, name: str, *, force: bool = False) -> None:
        """
        Delete a bucket, its folder, its rules and uploads; a folder that was adopted stays, with its files.

        Anything in it raises BucketNotEmptyError, unless *force*: then its objects are deleted one by one first, with
        their events, and other files go with the folder.
        """
        self.scan(name)
        path = self.path(name)
        if force and not path.is_symlink():
            self._delete_objects(name)
        with self._database.transaction() as connection:
            index.require_bucket(connection, name)
            key = index.first_key(connection, name) or versions.first_key(connection, name)
            if key is not None and not (force and path.is_symlink()):
                raise BucketNotEmptyError(name, key)
            if path.is_symlink():
                path.unlink()
            elif force:
                shutil.rmtree(path, ignore_errors=True)
            elif not remove_empty_folders(str(path)):
                raise BucketNotEmptyError(name, self._any_file(name))
            parts = upload_rows.blobs(connection, name)
            connection.execute("DELETE FROM bucket WHERE name = ?", (name,))
        for blob in parts:
            self._blobs.remove(blob)

    def versioning(self, name: str) -> str:
        """Return "Enabled", "Suspended", or "" for a bucket that was never asked to keep versions."""
        with self._database.reading() as connection:
            return index.require_bucket(connection, name).versioning

    def set_versioning(self, name: str, status: str) -> None:
        """Keep versions from now on ("Enabled"), or make no new ones ("Suspended")."""
        if status not in ("Enabled", "Suspended"):
            raise InvalidArgumentError(f"{status!r} is no status of versioning", hint="choose Enabled or Suspended")
        with self._database.transaction() as connection:
            index.require_bucket(connection, name)
            connection.execute("UPDATE bucket SET versioning = ? WHERE name = ?", (status, name))
            # What is here already has no copy yet: the next look at it makes one.
            connection.execute("UPDATE object SET settled = 0 WHERE bucket = ? AND in_folder AND blob IS NULL", (name,))
        with suppress(OSError):
            os.utime(self.path(name), follow_symlinks=False)  # so that a watcher has that look now

    def list(self) -> list[Bucket]:
        """Return the buckets by name."""
        rows = self._database.rows("SELECT name, created_at FROM bucket ORDER BY name")
        return [
            Bucket(row["name"], datetime.fromtimestamp(row["created_at"], UTC), self.path(row["name"])) for row in rows
        ]

    def names(self) -> Sequence[str]:
        """Return the buckets' names."""
        return [row["name"] for row in self._database.rows("SELECT name FROM bucket ORDER BY name")]

    def totals(self) -> Totals:
        """Return how much there is, as the index has it: a file that was dropped just now may be missing."""
        row = self._database.row(
            "SELECT count(*), coalesce(sum(size_bytes), 0), coalesce(sum(size_bytes * in_folder), 0) FROM object"
        )
        return Totals(*row) if row is not None else Totals(0, 0, 0)

    def get(self, name: str) -> Bucket:
        """Return the bucket; NoSuchBucketError names the nearest ones if there is none."""
        with self._database.snapshot() as connection:
            index.require_bucket(connection, name)
        return next(bucket for bucket in self.list() if bucket.name == name)

    def path(self, bucket: str) -> Path:
        """Return where *bucket*'s folder is, or would be."""
        return self._home.buckets / bucket

    def reconcile(self, bucket: str, key: str, *, stillness_seconds: float | None = None) -> ObjectEvent | None:
        """Make one row equal to its file; see Folder.reconcile."""
        return self._folder.reconcile(bucket, key, stillness_seconds=stillness_seconds)

    def is_own(self, bucket: str, key: str) -> bool | None:
        """Tell of a file that a watcher has seen whether it is no news; see Folder.is_own."""
        return self._folder.is_own(bucket, key)

    def follow(self, source: tuple[str, str], bucket: str, key: str) -> ObjectEvent | None:
        """Make the row of a file that was moved that of its new name; see Folder.follow."""
        return self._folder.follow(source, bucket, key)

    def differences(
        self, bucket: str, prefix: str = "", entering: Callable[[str], None] | None = None
    ) -> Iterator[str]:
        """Yield the keys whose file and row are not the same; see scan.differences."""
        return scan.differences(self._database, bucket, str(self.path(bucket)), prefix, entering)

    def names_of(self, inodes: Collection[int]) -> Sequence[tuple[int, tuple[str, str]]]:
        """Return, by inode, the bucket and key of each object whose file had it when it was last looked at."""
        with self._database.snapshot() as connection:
            return index.names_of(connection, inodes)

    def scan(self, bucket: str, prefix: str = "") -> Mapping[str, str]:
        """
        Reconcile all that differs in the folder of *prefix*, which need not end in a slash.

        What somebody still writes to is left for the next look. Returns the keys of what had to be left out, and why.
        """
        self.get(bucket)
        folder = prefix.rpartition("/")[0]
        if folder and not keys.is_storable(folder):
            return {}
        reconciler = Reconciler(self)
        try:
            for key in self.differences(bucket, f"{folder}/" if folder else ""):
                reconciler.now(bucket, key, STILLNESS_SECONDS)
            reconciler.wait()
        finally:
            reconciler.close()
        return {key: problem for (_, key), problem in reconciler.left_out.items()}

    def scan_all(self) -> None:
        """Reconcile everything."""
        self.tidy()
        for name in self.names():
            self.scan(name)

    def tidy(self) -> None:
        """Make missing folders, and remove what killed processes left in the staging folder."""
        for folder in (self._home.staging, self._home.buckets, *(self.path(name) for name in self.names())):
            with suppress(FileExistsError):  # a link to an adopted folder that is not there now, an unmounted disk say
                folder.mkdir(parents=True, exist_ok=True)
        staging.remove_leftovers(self._home.staging)
        for name in self.names():
            self._folder.files(name).remove_leftovers()
        self.sweep()

    def sweep(self, older_than_seconds: float = GRACE_SECONDS) -> int:
        """Remove the blobs that no row has, which killed processes left; tell how many those were."""
        return self._blobs.sweep(self._used_blobs, older_than_seconds)

    def watcher(self, *, scan_seconds: float = SCAN_SECONDS, on_activity: Callable[[], None] | None = None) -> Watcher:
        """
        Return a watcher of all buckets, not started; see `watcher_for`.

        *on_activity* is called after what we do ourselves, too, if somebody who was told of it has something to do.
        """
        if on_activity is not None:
            self._changes.on_concern = on_activity
        return watcher_for(self, scan_seconds=scan_seconds, on_activity=on_activity)

    def _delete_objects(self, name: str) -> None:
        keeps_versions = self.versioning(name) != ""
        while page := self.objects.versions(name).versions:
            for version in page:
                self.objects.delete(name, version.key, version.stored.version_id if keeps_versions else None)

    def _check_adoptable(self, path: Path, folder: Path) -> None:
        if path.exists() or path.is_symlink():
            raise InvalidRequestError(f"the bucket's folder {path} is there already: no other can take its place")
        if not folder.is_dir():
            hint = "name the folder that it lies in" if folder.exists() else f"mkdir -p {shlex.quote(str(folder))}"
            raise InvalidRequestError(f"{folder} is no folder", hint=hint)
        resolved = folder.resolve()
        if resolved.is_relative_to(self._home.root.resolve()) or self._home.root.resolve().is_relative_to(resolved):
            raise InvalidRequestError(
                f"{folder} and the home {self._home.root} lie within each other",
                hint="adopt a folder elsewhere, or leave --path out: the bucket gets a folder in the home",
            )

    def _used_blobs(self, names: Collection[str]) -> set[str]:
        with self._database.snapshot() as connection:
            return index.used_blobs(connection, names)

    def _any_file(self, name: str) -> str:
        found = (path for path in self.path(name).rglob("*") if not path.is_dir())
        return next((str(path.relative_to(self.path(name))) for path in found), "")
