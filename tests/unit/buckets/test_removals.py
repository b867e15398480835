"""Objects that are deleted together: one transaction, and each of them has an end of its own."""

import sqlite3
from pathlib import Path

import pytest

from emulator.buckets import Buckets, ObjectEvent
from emulator.buckets.errors import KeyTooLongError, PreconditionFailedError
from emulator.buckets.records import StoredObject
from emulator.buckets.removals import Removal
from emulator.home import Home
from emulator.settings import Settings
from emulator.state import Database
from tests.unit.buckets.conftest import Recorder
from tests.unit.buckets.test_versions import put


def refuse(current: StoredObject | None) -> None:
    raise PreconditionFailedError


def test_others_see_all_of_them_go_at_once(database: Database, home: Home, settings: Settings) -> None:
    """
    A commit costs as much as the deletion of several objects, and whoever else writes waits between two of them.
    """
    others, seen = Database(home.state_file), list[int]()

    def look(connection: sqlite3.Connection, event: ObjectEvent) -> None:
        if event.name.startswith("ObjectRemoved:"):
            seen.append(len(others.rows("SELECT 1 FROM object")))

    buckets = Buckets(database, home, settings, on_event=look)
    buckets.create_bucket("raw")
    for number in range(5):
        put(buckets, str(number), b"x")

    buckets.objects.delete_all("raw", [Removal(str(number)) for number in range(5)])

    assert seen == [5] * 5
    assert others.rows("SELECT 1 FROM object") == []
    others.close()


def test_one_that_cannot_be_deleted_does_not_keep_the_others(buckets: Buckets, raw: Path, recorder: Recorder) -> None:
    for key in ("a", "b", "c"):
        put(buckets, key, b"x")
    recorder.events.clear()

    removed, refused, never, impossible, last = buckets.objects.delete_all(
        "raw",
        [Removal("a"), Removal("b", precondition=refuse), Removal("never"), Removal("x" * 1025), Removal("c")],
    )

    assert isinstance(refused, PreconditionFailedError)
    assert isinstance(impossible, KeyTooLongError)
    assert (removed is None, never, last is None) == (False, None, False)
    assert [path.name for path in raw.iterdir()] == ["b"]
    assert recorder.seen == [("ObjectRemoved:Delete", "a"), ("ObjectRemoved:Delete", "c")]


def test_blobs_are_kept_until_all_of_it_is_written(buckets: Buckets, raw: Path, database: Database, home: Home) -> None:
    """
    What is undone afterwards must still have its bytes.
    """
    buckets.set_versioning("raw", "Enabled")
    versions = [put(buckets, "a", content) for content in (b"1", b"2")]

    def fail(current: StoredObject | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        buckets.objects.delete_all("raw", [Removal("a", versions[0]), Removal("a", versions[1], precondition=fail)])

    with buckets.objects.open("raw", "a", versions[0]) as opened:
        assert opened.file.read() == b"1"
