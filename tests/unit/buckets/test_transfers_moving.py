"""A move is a rename or a copy and a deletion: either way nothing is lost, and each change is told once."""

import os
import sqlite3
from pathlib import Path

import pytest

from emulator.buckets import Buckets, ObjectEvent, S3Uri
from emulator.buckets.transfers import Terms
from emulator.buckets.transfers.downloads import delete_moved
from emulator.buckets.transfers.uploads import move_in
from emulator.errors import ConflictError, InvalidRequestError
from emulator.home import Home
from emulator.settings import Settings
from emulator.state import Database
from tests.unit.buckets.conftest import Recorder
from tests.unit.buckets.transferring import Told, keys, run


@pytest.fixture
def told() -> Told:
    return Told()


def test_a_move_within_a_bucket_is_a_copy_and_a_deletion(
    buckets: Buckets, raw: Path, recorder: Recorder, told: Told
) -> None:
    """As on AWS: two events, in this order."""
    (raw / "a").write_text("a")
    buckets.scan("raw")
    recorder.events.clear()

    run(buckets, told, "s3://raw/a", "s3://raw/b", moves=True)

    assert recorder.seen == [("ObjectCreated:Copy", "b"), ("ObjectRemoved:Delete", "a")]
    assert [path.name for path in raw.iterdir()] == ["b"]


def test_a_folder_is_moved_over_what_is_there(buckets: Buckets, raw: Path, recorder: Recorder, told: Told) -> None:
    """Each object once, and the folder that is left empty goes."""
    for name in ("in/a", "in/d/b", "done/a"):
        (raw / name).parent.mkdir(parents=True, exist_ok=True)
        (raw / name).write_text(name)
    buckets.scan("raw")
    recorder.events.clear()

    run(buckets, told, "s3://raw/in/", "s3://raw/done/", recursive=True, moves=True)

    assert keys(buckets) == ["done/a", "done/d/b"]
    assert (raw / "done" / "a").read_text() == "in/a"
    assert not (raw / "in").exists()
    assert len(recorder.events) == 4


def test_a_move_in_renames_the_file(
    buckets: Buckets, raw: Path, recorder: Recorder, told: Told, tmp_path: Path
) -> None:
    """No byte is copied, and it is one event."""
    (tmp_path / "a.csv").write_text("a")
    inode = (tmp_path / "a.csv").stat().st_ino

    run(buckets, told, f"{tmp_path}/a.csv", "s3://raw/in/", moves=True)
    buckets.scan("raw")

    assert (raw / "in" / "a.csv").stat().st_ino == inode
    assert not (tmp_path / "a.csv").exists()
    assert recorder.seen == [("ObjectCreated:Put", "in/a.csv")]
    assert buckets.objects.head("raw", "in/a.csv").etag == "0cc175b9c0f1b6a831c399e269772661"


def test_a_move_out_renames_the_file(
    buckets: Buckets, raw: Path, recorder: Recorder, told: Told, tmp_path: Path
) -> None:
    """And is a removal, once."""
    (raw / "d").mkdir()
    (raw / "d" / "a").write_text("a")
    buckets.scan("raw")
    inode = (raw / "d" / "a").stat().st_ino
    recorder.events.clear()

    run(buckets, told, "s3://raw/d/a", f"{tmp_path}/out/", moves=True)
    buckets.scan("raw")

    assert (tmp_path / "out" / "a").stat().st_ino == inode
    assert recorder.seen == [("ObjectRemoved:Delete", "d/a")]
    assert list(raw.iterdir()) == []


@pytest.mark.parametrize("way", ["hard link", "symbolic link", "versions", "clash"])
def test_a_move_in_copies_what_must_not_be_renamed(
    buckets: Buckets, raw: Path, told: Told, tmp_path: Path, way: str
) -> None:
    """Whoever has the file by another name would write into the bucket; and a blob is nobody's file."""
    source = tmp_path / "a"
    source.write_text("a")
    inode = source.stat().st_ino
    if way == "hard link":
        (tmp_path / "other").hardlink_to(source)
    elif way == "symbolic link":
        source.rename(tmp_path / "other")
        source.symlink_to("other")
    elif way == "versions":
        buckets.set_versioning("raw", "Enabled")
    elif way == "clash":
        (raw / "a").mkdir()
        (raw / "a" / "b").touch()
    tally = run(buckets, told, str(source), "s3://raw/a", moves=True)

    assert (tally.done, told.reasons) == (1, [])
    assert not os.path.lexists(source)
    with buckets.objects.open("raw", "a") as opened:
        assert opened.file.read() == b"a"
        assert (os.fstat(opened.file.fileno()).st_ino == inode) == (way == "versions")
    if way in ("hard link", "symbolic link"):
        (tmp_path / "other").write_text("written later")
        assert (raw / "a").read_text() == "a"


def test_a_file_that_is_being_written_is_not_moved(buckets: Buckets, raw: Path, told: Told, tmp_path: Path) -> None:
    """What is written last would be in a file that nobody finds."""
    with (tmp_path / "a").open("w") as file:
        file.write("half")
        run(buckets, told, f"{tmp_path}/a", "s3://raw/", moves=True)
        file.write(" and half")

    assert "changes while it is moved, and stays" in told.reasons[0]
    assert (tmp_path / "a").read_text() == "half and half"
    assert keys(buckets) == []


def test_a_move_to_another_file_system_copies(buckets: Buckets, raw: Path, told: Told, other_file_system: Path) -> None:
    """Both ways, with the same end."""
    (other_file_system / "a").write_text("a")

    run(buckets, told, f"{other_file_system}/a", "s3://raw/a", moves=True)
    assert (raw / "a").read_text() == "a"
    assert list(other_file_system.iterdir()) == []
    run(buckets, told, "s3://raw/a", f"{other_file_system}/b", moves=True)

    assert (other_file_system / "b").read_text() == "a"
    assert keys(buckets) == []
    assert list(raw.iterdir()) == []


def test_a_moved_out_version_is_still_to_be_had(buckets: Buckets, raw: Path, told: Told, tmp_path: Path) -> None:
    """A marker hides it."""
    buckets.set_versioning("raw", "Enabled")
    (raw / "a").write_text("a")
    buckets.scan("raw")
    version = buckets.objects.head("raw", "a").version_id

    run(buckets, told, "s3://raw/a", f"{tmp_path}/a", moves=True)

    assert (tmp_path / "a").read_text() == "a"
    with buckets.objects.open("raw", "a", version) as opened:
        assert opened.file.read() == b"a"


@pytest.mark.parametrize(
    ("source", "destination"),
    [
        ("s3://raw/d/a", "s3://raw/d/a"),
        ("s3://raw/d/a", "s3://raw/d/"),
        ("s3://raw/d", "s3://raw/d/"),
        ("{raw}/d/a", "s3://raw/d/a"),
        ("{raw}/d/a", "s3://raw/d/"),
        ("s3://raw/d/a", "{raw}/d/a"),
        ("s3://raw/d/a", "{raw}/d"),
        ("s3://raw/d/a", "{link}/d/a"),
    ],
)
def test_nothing_is_moved_onto_itself(
    buckets: Buckets, raw: Path, told: Told, tmp_path: Path, source: str, destination: str
) -> None:
    """It would be copied over itself, and then deleted: `aws` loses a prefix that way."""
    (raw / "d").mkdir()
    (raw / "d" / "a").write_text("a")
    (tmp_path / "link").symlink_to(raw)
    places = [text.format(raw=raw, link=tmp_path / "link") for text in (source, destination)]

    try:
        tally = run(buckets, told, *places, recursive=source == "s3://raw/d", moves=True)
    except InvalidRequestError as error:
        assert "onto itself" in error.message
    else:
        assert (tally.done, tally.failed) == (0, 1)
        assert "onto itself" in told.reasons[0]
    assert (raw / "d" / "a").read_text() == "a"


def test_what_changes_while_it_is_moved_stays(buckets: Buckets, raw: Path) -> None:
    """Rather than being deleted unread."""

    (raw / "a").write_text("a")
    buckets.scan("raw")
    moved = buckets.objects.head("raw", "a")
    (raw / "a").write_text("newer")

    with pytest.raises(ConflictError, match="was changed while it was moved"):
        delete_moved(buckets, S3Uri("raw", "a"), moved)

    assert (raw / "a").read_text() == "newer"


@pytest.mark.parametrize(
    ("source", "destination", "moves", "expected"),
    [
        ("{files}/new", "s3://raw/new", False, [("raw", "ObjectCreated:Put", "new")]),
        ("{files}/new", "s3://raw/d/new", True, [("raw", "ObjectCreated:Put", "d/new")]),
        ("{files}/new", "s3://raw/old", True, [("raw", "ObjectCreated:Put", "old")]),
        ("s3://raw/old", "{files}/out", False, []),
        ("s3://raw/old", "{files}/out", True, [("raw", "ObjectRemoved:Delete", "old")]),
        ("s3://raw/old", "{other}/d/copy", False, [("other", "ObjectCreated:Put", "d/copy")]),
        (
            *("{raw}/old", "s3://other/moved", True),
            [("other", "ObjectCreated:Put", "moved"), ("raw", "ObjectRemoved:Delete", "old")],
        ),
        (
            *("{raw}/old", "s3://raw/moved", True),
            [("raw", "ObjectCreated:Put", "moved"), ("raw", "ObjectRemoved:Delete", "old")],
        ),
        (
            *("s3://raw/old", "s3://other/copy", True),
            [("other", "ObjectCreated:Copy", "copy"), ("raw", "ObjectRemoved:Delete", "old")],
        ),
    ],
)
def test_with_a_watcher_beside_it_each_change_is_told_once(
    buckets: Buckets,
    raw: Path,
    recorder: Recorder,
    told: Told,
    tmp_path: Path,
    source: str,
    destination: str,
    moves: bool,
    expected: list[tuple[str, str, str]],
) -> None:
    """A server sees the renames, and finds nothing left to do."""
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "new").write_text("new")
    places = {"files": tmp_path / "files", "other": buckets.create_bucket("other").path, "raw": raw}
    (raw / "old").write_text("old")
    watcher = buckets.watcher()
    watcher.start()
    assert watcher.flush(30)
    recorder.events.clear()

    run(buckets, told, source.format(**places), destination.format(**places), moves=moves)
    assert watcher.flush(30)
    watcher.stop()
    for bucket in buckets.names():
        buckets.scan(bucket)

    assert [(event.bucket, event.name, event.key) for event in recorder.events] == expected


def test_a_move_that_fails_half_way_loses_nothing(
    database: Database, home: Home, settings: Settings, told: Told, tmp_path: Path
) -> None:
    """The file was renamed, what follows it failed: it is an object at the next look."""
    troubles = iter([True])

    def subscriber(connection: sqlite3.Connection, event: ObjectEvent) -> None:
        if next(troubles, False):
            raise sqlite3.OperationalError("database or disk is full")

    buckets = Buckets(database, home, settings, on_event=subscriber)
    raw = buckets.create_bucket("raw").path
    (tmp_path / "a").write_text("a")

    tally = run(buckets, told, f"{tmp_path}/a", "s3://raw/a", moves=True)
    buckets.scan("raw")

    assert (tally.failed, told.reasons) == (1, ["database or disk is full"])
    assert (raw / "a").read_text() == "a"
    assert keys(buckets) == ["a"]


def test_a_file_that_changes_while_it_is_moved_in_stays(buckets: Buckets, raw: Path, tmp_path: Path) -> None:
    """What was written last is not what is in the bucket."""
    (tmp_path / "a").write_text("old")
    (tmp_path / "other name").hardlink_to(tmp_path / "a")

    def write(_: str) -> None:
        (tmp_path / "other name").write_text("new and longer")

    with pytest.raises(ConflictError, match="changes while it is moved"):
        move_in(buckets, f"{tmp_path}/a", S3Uri("raw", "a"), Terms(), write)

    assert (tmp_path / "a").read_text() == "new and longer"
