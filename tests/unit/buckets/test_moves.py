"""A file that is moved within a bucket is a copy and a removal, and keeps what was said of it. Real inotify."""

import io
import os
import sqlite3
from pathlib import Path

import pytest
from inotify_simple import INotify, flags

from emulator.buckets import Buckets, Description, ObjectEvent, Watcher
from emulator.buckets.moves import Moves, Place, Source
from emulator.home import Home
from emulator.settings import Settings
from emulator.state import Database
from tests.unit.buckets.conftest import Recorder

PUT, COPY, DELETE = "ObjectCreated:Put", "ObjectCreated:Copy", "ObjectRemoved:Delete"
SAID = Description("text/x-own", {"who": "me"}, {"CacheControl": "no-store"}, {"kind": "raw"})


def put(buckets: Buckets, key: str, content: bytes = b"content", bucket: str = "raw") -> None:
    buckets.objects.put(bucket, key, io.BytesIO(content), SAID)


def settled(buckets: Buckets, watcher: Watcher, recorder: Recorder) -> None:
    assert watcher.flush(30)
    recorder.events.clear()


@pytest.mark.parametrize("size", [0, 7, 9 << 20])
def test_a_moved_file_is_a_copy_with_all_that_was_said_of_it(
    buckets: Buckets, raw: Path, watcher: Watcher, recorder: Recorder, size: int
) -> None:
    """
    `aws s3 mv` is a copy and a removal; so is `mv`. One so large that it is hashed beside the others, too.
    """
    put(buckets, "in/a", b"x" * size)
    before = buckets.objects.head("raw", "in/a")
    settled(buckets, watcher, recorder)

    (raw / "in" / "a").rename(raw / "b")
    assert watcher.flush(30)

    assert recorder.seen == [(COPY, "b"), (DELETE, "in/a")]
    assert before.sequencer < recorder.events[0].sequencer < recorder.events[1].sequencer
    assert (recorder.events[0].etag, recorder.events[0].size_bytes) == (before.etag, size)
    assert buckets.objects.head("raw", "b").description == SAID


def test_a_move_over_another_object_replaces_it(
    buckets: Buckets, raw: Path, watcher: Watcher, recorder: Recorder
) -> None:
    """
    What was said of the other one goes with it.
    """
    put(buckets, "a")
    buckets.objects.put("raw", "b", io.BytesIO(b"other"))
    settled(buckets, watcher, recorder)

    (raw / "a").replace(raw / "b")
    assert watcher.flush(30)

    assert recorder.seen == [(COPY, "b"), (DELETE, "a")]
    with buckets.objects.open("raw", "b") as opened:
        assert opened.file.read() == b"content"
        assert opened.stored.description == SAID


def test_a_moved_folder_moves_every_object_in_it(
    buckets: Buckets, raw: Path, watcher: Watcher, recorder: Recorder
) -> None:
    """
    The kernel tells of the folder only.
    """
    keys = [f"d/{number % 3}/{number}" for number in range(30)]
    for key in keys:
        put(buckets, key)
    settled(buckets, watcher, recorder)

    (raw / "d").rename(raw / "e")
    assert watcher.flush(30)
    (raw / "e" / "0" / "new").touch()
    assert watcher.flush(30)

    assert sorted(recorder.seen) == sorted(
        [(COPY, f"e{key[1:]}") for key in keys] + [(DELETE, key) for key in keys] + [(PUT, "e/0/new")]
    )
    assert buckets.objects.head("raw", "e/0/3").description == SAID


def test_a_move_between_buckets_is_a_copy_and_a_removal(
    buckets: Buckets, raw: Path, watcher: Watcher, recorder: Recorder
) -> None:
    """
    As `aws s3 mv s3://raw/a s3://other/a` is.
    """
    other = buckets.create_bucket("other").path
    put(buckets, "a")
    settled(buckets, watcher, recorder)

    (raw / "a").rename(other / "a")
    assert watcher.flush(30)

    assert [(event.name, event.bucket, event.key) for event in recorder.events] == [
        (COPY, "other", "a"),
        (DELETE, "raw", "a"),
    ]
    assert buckets.objects.head("other", "a").description == SAID


def test_where_versions_are_kept_a_move_makes_a_version_and_a_marker(
    buckets: Buckets, raw: Path, watcher: Watcher, recorder: Recorder
) -> None:
    """
    Each name has its own bytes: what is written over one leaves the other's versions alone.
    """
    buckets.set_versioning("raw", "Enabled")
    put(buckets, "a")
    settled(buckets, watcher, recorder)

    (raw / "a").rename(raw / "b")
    assert watcher.flush(30)
    (raw / "b").write_text("written over")
    assert watcher.flush(30)

    assert recorder.seen == [(COPY, "b"), ("ObjectRemoved:DeleteMarkerCreated", "a"), (PUT, "b")]
    moved = recorder.events[0].version_id
    assert moved is not None
    for key, version in (("a", None), ("b", moved)):
        found = [one for one in buckets.objects.versions("raw").versions if one.key == key and not one.is_marker]
        version = version or found[0].stored.version_id
        with buckets.objects.open("raw", key, version) as opened:
            assert opened.file.read() == b"content"


def test_a_file_that_was_moved_into_a_bucket_that_keeps_versions_has_a_copy_of_its_own(
    buckets: Buckets, raw: Path, watcher: Watcher, recorder: Recorder
) -> None:
    """
    It came from a bucket that keeps none, and so without one.
    """
    kept = buckets.create_bucket("kept").path
    buckets.set_versioning("kept", "Enabled")
    put(buckets, "a")
    settled(buckets, watcher, recorder)

    (raw / "a").rename(kept / "a")
    assert watcher.flush(30)
    (kept / "a").write_text("written over")
    assert watcher.flush(30)

    copied, removed, written = recorder.events
    assert (copied.name, removed.name, written.name) == (COPY, DELETE, PUT)
    with buckets.objects.open("kept", "a", copied.version_id) as opened:
        assert opened.file.read() == b"content"


def test_what_was_written_and_moved_at_once_is_new_at_its_last_name(
    raw: Path, watcher: Watcher, recorder: Recorder
) -> None:
    """
    Nobody saw it under its first name, so there is nothing that was copied.
    """
    for number in range(50):
        (raw / "t").write_text(str(number))
        (raw / "t").rename(raw / f"done{number}")
    assert watcher.flush(30)

    created = [key for name, key in recorder.seen if name != DELETE and key != "t"]
    assert sorted(created) == sorted(f"done{number}" for number in range(50))


def test_a_file_that_was_changed_before_it_was_moved_is_what_it_is_now(
    buckets: Buckets, raw: Path, watcher: Watcher, recorder: Recorder
) -> None:
    """
    What was said, was said of other bytes.
    """
    put(buckets, "a")
    settled(buckets, watcher, recorder)

    with (raw / "a").open("a") as file:
        file.write(" and more")
        file.flush()
        (raw / "a").rename(raw / "b")
    assert watcher.flush(30)

    assert sorted(recorder.seen) == [(PUT, "b"), (DELETE, "a")]
    assert buckets.objects.head("raw", "b").size_bytes == len("content and more")


def test_a_new_file_of_the_old_name_is_a_put_and_no_removal(
    buckets: Buckets, raw: Path, watcher: Watcher, recorder: Recorder
) -> None:
    """
    Editors keep the old text under another name; the object was never gone for those who look at it later.
    """
    put(buckets, "a")
    settled(buckets, watcher, recorder)

    (raw / "a").rename(raw / "a.bak")
    (raw / "a").write_text("new")
    assert watcher.flush(30)

    rows = {stored.key: stored.size_bytes for stored in buckets.objects.all("raw")}
    assert rows == {"a": 3, "a.bak": len("content")}
    assert recorder.seen.count((COPY, "a.bak")) == 1
    assert recorder.seen.count((PUT, "a")) == 1


def test_a_rename_to_a_temporary_name_is_a_removal(
    buckets: Buckets, raw: Path, watcher: Watcher, recorder: Recorder
) -> None:
    """
    Such a name is no key; back under its own, the file is a new object.
    """
    put(buckets, "a")
    settled(buckets, watcher, recorder)

    (raw / "a").rename(raw / "a.part")
    assert watcher.flush(30)
    (raw / "a.part").rename(raw / "a")
    assert watcher.flush(30)

    assert recorder.seen == [(DELETE, "a"), (PUT, "a")]


def test_a_pair_that_somebody_else_saw_first_is_told_once(
    database: Database, home: Home, settings: Settings, raw: Path, recorder: Recorder
) -> None:
    """
    A scan, or another process, may be between the two halves; then the new name is a put. Nothing is told twice.
    """
    buckets = Buckets(database, home, settings, on_event=recorder)
    put(buckets, "a")
    (raw / "a").rename(raw / "b")
    recorder.events.clear()

    buckets.reconcile("raw", "b")
    assert buckets.follow(("raw", "a"), "raw", "b") is None
    buckets.reconcile("raw", "b")
    buckets.reconcile("raw", "a")

    assert recorder.seen == [(PUT, "b"), (DELETE, "a")]


def test_a_crash_between_the_halves_leaves_the_removal_to_the_next_scan(
    database: Database, home: Home, settings: Settings, raw: Path, recorder: Recorder
) -> None:
    """
    The copy is one transaction, the removal another.
    """
    before = Buckets(database, home, settings, on_event=recorder)
    put(before, "a")
    (raw / "a").rename(raw / "b")
    recorder.events.clear()
    assert before.follow(("raw", "a"), "raw", "b") is not None

    Buckets(database, home, settings, on_event=recorder).scan_all()

    assert recorder.seen == [(COPY, "b"), (DELETE, "a")]
    assert before.objects.head("raw", "b").description == SAID


def test_a_change_that_cannot_be_told_is_not_made(
    database: Database, home: Home, settings: Settings, raw: Path
) -> None:
    """
    The row and the event are one transaction, of a copy too; the next look makes both.
    """
    told: list[tuple[str, str]] = []

    def sometimes(connection: sqlite3.Connection, event: ObjectEvent) -> None:
        if event.name == COPY and not told:
            told.append(("refused", event.key))
            raise sqlite3.OperationalError("disk is full")
        told.append((event.name, event.key))

    buckets = Buckets(database, home, settings)
    put(buckets, "a")
    buckets = Buckets(database, home, settings, on_event=sometimes)
    (raw / "a").rename(raw / "b")

    with pytest.raises(sqlite3.OperationalError):
        buckets.follow(("raw", "a"), "raw", "b")
    buckets.scan_all()

    assert told == [("refused", "b"), (DELETE, "a"), (PUT, "b")]


def test_a_link_is_no_move(database: Database, home: Home, settings: Settings, raw: Path, recorder: Recorder) -> None:
    """
    The same file under two names is two objects.
    """
    buckets = Buckets(database, home, settings, on_event=recorder)
    put(buckets, "a")
    os.link(raw / "a", raw / "b")

    assert buckets.follow(("raw", "a"), "raw", "b") is None


def test_halves_are_paired_by_their_cookie_and_only_when_both_are_there(tmp_path: Path) -> None:
    """
    Half a move is a removal or a new file.
    """
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.mkdir()
    for name in ("within", "leaves"):
        (inside / name).touch()
    (outside / "comes").touch()
    with INotify(nonblocking=True) as inotify:
        inotify.add_watch(inside, flags.MOVED_FROM | flags.MOVED_TO)
        (inside / "leaves").rename(outside / "left")
        (inside / "within").rename(inside / "moved")
        (outside / "comes").rename(inside / "come")
        moves = Moves()

        leaves, within, moved, come = moves.read(inotify)

        assert moves.begin(leaves, Place("b")) is None
        assert moves.begin(within, Place("b", "d/")) == Source("b", "d/within")
        assert moves.begin(moved, Place("b")) is None
        assert moves.end(come) is None
        assert moves.end(moved) == Source("b", "d/within")
        assert moves.unended() == []
