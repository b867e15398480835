"""Objects that are put in place together: one transaction, and each for itself."""

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.buckets import Buckets, Content, Description, ObjectEvent, StoredObject, Writing
from emulator.buckets.change import Change
from emulator.buckets.errors import NoSuchBucketError, PreconditionFailedError
from emulator.buckets.placements import Outcome, Placement
from emulator.home import Home
from emulator.settings import Settings
from emulator.state import Database
from tests.unit.buckets.conftest import Recorder

PUT = "ObjectCreated:Put"


def nothing_there(current: StoredObject | None) -> None:
    if current is not None:
        raise PreconditionFailedError


def staged(buckets: Buckets, key: str, writing: Writing | None = None, bucket: str = "raw") -> Placement:
    """Return a placement of a file that has its key for content."""
    file = buckets.objects.stage("raw", key)
    file.write(key.encode())
    return Placement(bucket, key, file, Description(), Content(file.etag), writing or Writing())


def place_all(buckets: Buckets, *placements: Placement) -> list[Outcome]:
    outcomes = buckets.objects.place_all(placements)
    for placement in placements:
        placement.staged.close()
    return outcomes


def test_one_that_fails_leaves_the_others_be(buckets: Buckets, raw: Path, recorder: Recorder) -> None:
    """
    They have nothing to do with each other but the moment.
    """
    (raw / "taken").write_text("by hand, and nobody has seen it yet")
    placements = [
        staged(buckets, "a"),
        staged(buckets, "taken", Writing(precondition=nothing_there)),
        staged(buckets, "nowhere", bucket="no-such-bucket"),
        staged(buckets, "a/b"),
    ]

    first, taken, nowhere, under = place_all(buckets, *placements)

    assert isinstance(first, StoredObject)
    assert first.in_folder
    assert isinstance(taken, PreconditionFailedError)
    assert isinstance(nowhere, NoSuchBucketError)
    assert isinstance(under, StoredObject)
    assert not under.in_folder  # a file cannot be a folder too
    assert (raw / "taken").read_text() == "by hand, and nobody has seen it yet"
    assert recorder.seen == [(PUT, "taken"), (PUT, "a"), (PUT, "a/b")]


def test_one_key_twice_is_two_changes_of_which_the_last_remains(
    buckets: Buckets, raw: Path, recorder: Recorder
) -> None:
    """
    Two clients that put the same key at the same moment both get an answer that holds.
    """
    one, other = staged(buckets, "a"), staged(buckets, "a")

    earlier, later = place_all(buckets, one, other)

    assert isinstance(earlier, StoredObject)
    assert isinstance(later, StoredObject)
    assert buckets.objects.head("raw", "a") == later
    assert [event.sequencer for event in recorder.events] == [earlier.sequencer, later.sequencer]
    assert earlier.sequencer < later.sequencer


def test_what_cannot_be_committed_is_told_to_all_and_is_found_again(
    buckets: Buckets, raw: Path, recorder: Recorder
) -> None:
    """
    SQLite may undo it all on a full disk. The files are there by then: the next look makes them known.
    """

    def undo(change: Change) -> None:
        change.connection.execute("ROLLBACK")

    placements = [staged(buckets, "a"), staged(buckets, "b", Writing(also=undo))]

    outcomes = place_all(buckets, *placements)
    recorder.events.clear()
    buckets.scan("raw")

    assert all(isinstance(outcome, sqlite3.OperationalError) for outcome in outcomes)
    assert (PUT, "a") in recorder.seen
    assert buckets.objects.head("raw", "a").etag == placements[0].content.etag


@pytest.fixture
def telling(database: Database, home: Home, settings: Settings) -> Iterator[Buckets]:
    """Buckets whose subscriber writes down what is to be done."""

    def write_down(connection: sqlite3.Connection, event: ObjectEvent) -> None:
        if event.key == "wanted":
            connection.execute("INSERT INTO tag VALUES (?, 'n', 'v')", (event.sequencer,))

    yield Buckets(database, home, settings, on_event=write_down)


def test_who_has_something_to_do_is_woken_and_nobody_else(telling: Buckets) -> None:
    """
    A server that is put ten thousand objects that nobody asked for need not look ten thousand times.
    """
    telling.create_bucket("raw")
    active = threading.Event()
    watcher = telling.watcher(on_activity=active.set)
    watcher.start()
    assert watcher.flush(30)
    active.clear()

    place_all(telling, staged(telling, "ignored"))
    assert watcher.flush(30)
    ignored = active.is_set()
    place_all(telling, staged(telling, "wanted"))

    assert not ignored
    assert active.is_set()
    watcher.stop()
