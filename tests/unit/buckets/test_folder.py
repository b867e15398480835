"""A change is one event, whoever notices it first."""

import hashlib
import io
import multiprocessing
import os
import sqlite3
from pathlib import Path

import pytest

from emulator.buckets import Buckets, Description, ObjectEvent
from emulator.buckets.errors import (
    AccessDeniedError,
    NoSuchKeyError,
    ObjectBeingWrittenError,
    PreconditionFailedError,
)
from emulator.buckets.records import Origin, StoredObject
from emulator.buckets.store import Writing
from emulator.home import Home
from emulator.settings import Settings
from emulator.state import Database
from tests.unit.buckets.conftest import Recorder


def test_a_dropped_file_is_an_object_and_one_event(buckets: Buckets, raw: Path, recorder: Recorder) -> None:
    """
    This is what the tool is for.
    """
    (raw / "a.csv").write_bytes(b"1,2\n")

    buckets.scan("raw")
    buckets.scan("raw")

    assert recorder.seen == [("ObjectCreated:Put", "a.csv")]
    assert recorder.events[0].etag == hashlib.md5(b"1,2\n").hexdigest()
    assert buckets.objects.head("raw", "a.csv").size_bytes == 4


def test_a_change_of_equal_size_within_one_tick_of_the_clock_is_found(
    buckets: Buckets, raw: Path, recorder: Recorder
) -> None:
    """
    File times tick slowly on many kernels: the second of two quick writes may look like the first.
    """
    file = raw / "a"
    file.write_bytes(b"one")
    buckets.reconcile("raw", "a")
    written = file.stat()
    file.write_bytes(b"two")
    os.utime(file, ns=(written.st_atime_ns, written.st_mtime_ns))

    event = buckets.reconcile("raw", "a")

    assert event is not None
    assert event.etag == hashlib.md5(b"two").hexdigest()
    assert len(recorder.events) == 2


def test_a_removed_file_is_a_removal(buckets: Buckets, raw: Path, recorder: Recorder) -> None:
    """
    `rm` is an API, too.
    """
    (raw / "d").mkdir()
    (raw / "d" / "a").touch()
    buckets.scan("raw")
    (raw / "d" / "a").unlink()
    (raw / "d").rmdir()

    buckets.scan("raw")

    assert recorder.seen == [("ObjectCreated:Put", "d/a"), ("ObjectRemoved:Delete", "d/a")]


def test_a_subscriber_that_fails_leaves_the_row_unwritten(
    database: Database, home: Home, settings: Settings, recorder: Recorder
) -> None:
    """
    Row and queue entry are one transaction: the event is not lost, it comes with the next look.
    """

    def refuse(connection: sqlite3.Connection, event: ObjectEvent) -> None:
        raise RuntimeError("queue says no")

    buckets = Buckets(database, home, settings, on_event=refuse)
    (buckets.create_bucket("raw").path / "a").touch()
    with pytest.raises(RuntimeError):
        buckets.reconcile("raw", "a")

    Buckets(database, home, settings, on_event=recorder).scan("raw")

    assert recorder.seen == [("ObjectCreated:Put", "a")]


def test_a_scan_finds_every_kind_of_difference(buckets: Buckets, raw: Path, recorder: Recorder) -> None:
    """
    After down-time the folder is the truth. The names sort differently as names and as keys.
    """
    for name in ("a-b", "a/x", "a.b", "z/y/x", "same"):
        (raw / name).parent.mkdir(parents=True, exist_ok=True)
        (raw / name).write_text(name)
    buckets.scan("raw")
    recorder.events.clear()
    (raw / "a/x").unlink()
    (raw / "a-b").write_text("changed!")
    (raw / "a0").write_text("new")

    buckets.scan("raw")

    assert sorted(recorder.seen) == [
        ("ObjectCreated:Put", "a-b"),
        ("ObjectCreated:Put", "a0"),
        ("ObjectRemoved:Delete", "a/x"),
    ]


def test_a_file_numbered_anew_is_no_change(buckets: Buckets, raw: Path, recorder: Recorder) -> None:
    """
    Some file systems give other inodes after a reboot; nothing may run twice for that.
    """
    (raw / "a").write_text("x")
    buckets.scan("raw")
    written = (raw / "a").stat()
    (raw / "b.part").write_text("x")
    os.utime(raw / "b.part", ns=(written.st_atime_ns, written.st_mtime_ns))
    (raw / "b.part").rename(raw / "a")

    buckets.scan("raw")

    assert len(recorder.events) == 1


def _reconcile_all(root: Path, settings: Settings, count: int, start: "multiprocessing.synchronize.Barrier") -> None:
    home = Home(root)
    database = Database(home.state_file)

    def remember(connection: sqlite3.Connection, event: ObjectEvent) -> None:
        connection.execute("INSERT INTO tag VALUES (?, ?, '')", (event.key, event.sequencer))

    buckets = Buckets(database, home, settings, on_event=remember)
    start.wait()
    for number in range(count):
        buckets.reconcile("raw", str(number))
    database.close()


def test_two_processes_that_see_one_change_make_one_event(
    raw: Path, database: Database, home: Home, settings: Settings
) -> None:
    """
    The command line and the server look at the same folder; a function must not run twice for that.
    """
    count = 60
    for number in range(count):
        (raw / str(number)).write_text("x")
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(2)
    processes = [context.Process(target=_reconcile_all, args=(home.root, settings, count, start)) for _ in range(2)]

    for process in processes:
        process.start()
    for process in processes:
        process.join(60)

    assert [process.exitcode for process in processes] == [0, 0]
    assert len(database.rows("SELECT * FROM tag")) == count
    assert len(database.rows("SELECT * FROM object")) == count


def test_a_scan_leaves_a_file_alone_that_is_still_written(buckets: Buckets, raw: Path, recorder: Recorder) -> None:
    """
    A function must see a whole file; this one's closing will be noticed.
    """
    with (raw / "a").open("w") as file:
        file.write("half")
        file.flush()

        buckets.scan("raw")

        assert recorder.seen == []

    buckets.scan("raw")

    assert recorder.seen == [("ObjectCreated:Put", "a")]


def test_get_refuses_a_file_that_is_written_to_at_this_moment(buckets: Buckets, raw: Path) -> None:
    """
    SDKs try again on this code, and get a whole object.
    """
    with (raw / "a").open("w") as file:
        file.write("half")
        file.flush()

        with pytest.raises(ObjectBeingWrittenError):
            buckets.objects.head("raw", "a")


def test_get_makes_a_dropped_file_known_first(buckets: Buckets, raw: Path, recorder: Recorder) -> None:
    """
    What was dropped is there at once, and its event comes no later than its first reader.
    """
    (raw / "a").write_text("x")

    stored = buckets.objects.head("raw", "a")

    assert recorder.events[0].sequencer == stored.sequencer


def test_put_keeps_what_the_writer_said_about_it(buckets: Buckets, raw: Path, recorder: Recorder) -> None:
    """
    Type and metadata belong to the bytes they came with: a file changed by hand loses them.
    """
    described = Description("text/x-mine", {"who": "me"}, {"Cache-Control": "no-cache"})
    buckets.objects.put("raw", "a/b.csv", io.BytesIO(b"x"), described, Writing(origin=Origin("R1")))

    assert buckets.objects.head("raw", "a/b.csv").description == described
    assert recorder.events[0].request_id == "R1"

    (raw / "a/b.csv").write_text("y")

    assert buckets.objects.head("raw", "a/b.csv").content_type == "text/csv"
    assert buckets.objects.head("raw", "a/b.csv").description.metadata == {}


def test_copy_is_told_apart_from_put(buckets: Buckets, raw: Path, recorder: Recorder) -> None:
    """
    Rules may ask for one of them only.
    """
    buckets.objects.put("raw", "a", io.BytesIO(b"x"), Description(metadata={"who": "me"}))

    with buckets.objects.open("raw", "a") as source:
        copied = buckets.objects.copy(source, "raw", "b")

    assert recorder.seen == [("ObjectCreated:Put", "a"), ("ObjectCreated:Copy", "b")]
    assert copied.description.metadata == {"who": "me"}
    assert (raw / "b").read_text() == "x"


def test_delete_removes_the_folders_that_it_leaves_empty(buckets: Buckets, raw: Path, recorder: Recorder) -> None:
    """
    S3 has no folders; and to delete what is not there is no error, and no event.
    """
    buckets.objects.put("raw", "a/b/c", io.BytesIO(b"x"))
    buckets.objects.put("raw", "a/d", io.BytesIO(b"x"))

    assert buckets.objects.delete("raw", "a/b/c")
    assert not buckets.objects.delete("raw", "a/b/c")

    assert [path.name for path in (raw / "a").iterdir()] == ["d"]
    assert [name for name, _ in recorder.seen].count("ObjectRemoved:Delete") == 1


def test_a_broken_write_leaves_nothing(buckets: Buckets, raw: Path, home: Home) -> None:
    """
    No torn object, no temporary file, no event.
    """

    class Broken(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        buckets.objects.put("raw", "a", Broken())  # type: ignore[arg-type]

    assert list(raw.iterdir()) == []
    assert list(home.staging.iterdir()) == []


def test_a_precondition_sees_what_is_there_at_that_moment(buckets: Buckets, raw: Path, recorder: Recorder) -> None:
    """
    `If-None-Match: *` is how programs take a lock, also against a file that was dropped by hand.
    """

    def nothing_there(current: StoredObject | None) -> None:
        if current is not None:
            raise PreconditionFailedError

    (raw / "a").write_text("mine")

    with buckets.objects.stage("raw", "a") as staged, pytest.raises(PreconditionFailedError):
        buckets.objects.place("raw", "a", staged, writing=Writing(precondition=nothing_there))

    assert (raw / "a").read_text() == "mine"


def test_a_key_beside_a_longer_one_lies_outside_the_folder(buckets: Buckets, raw: Path) -> None:
    """
    A folder cannot hold both, S3 can; the one that is there must not suffer.
    """
    buckets.objects.put("raw", "a", io.BytesIO(b"x"))
    buckets.objects.put("raw", "d/e", io.BytesIO(b"x"))

    beside = buckets.objects.put("raw", "a/b", io.BytesIO(b"y"))
    before = buckets.objects.put("raw", "d", io.BytesIO(b"z"))

    assert not beside.in_folder
    assert not before.in_folder
    assert {stored.key: _content(buckets, stored.key) for stored in buckets.objects.all("raw")} == {
        "a": b"x",
        "a/b": b"y",
        "d": b"z",
        "d/e": b"x",
    }
    assert (raw / "a").read_text() == "x"
    assert (raw / "d/e").read_text() == "x"


def test_links_are_followed_only_within_the_bucket(
    buckets: Buckets, raw: Path, tmp_path: Path, recorder: Recorder
) -> None:
    """
    A link must not show, or overwrite, what lies outside.
    """
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "key").write_text("s3cret")
    (raw / "real").write_text("x")
    (raw / "inside").symlink_to("real")
    (raw / "outside").symlink_to(secret / "key")
    (raw / "folder").symlink_to(secret)

    buckets.scan("raw")

    assert sorted(key for _, key in recorder.seen) == ["inside", "real"]
    for key in ("outside", "folder/key"):
        with pytest.raises(NoSuchKeyError):
            buckets.objects.head("raw", key)
    buckets.objects.put("raw", "folder/key", io.BytesIO(b"y"))
    assert _content(buckets, "folder/key") == b"y"
    buckets.objects.delete("raw", "folder/key")
    buckets.objects.put("raw", "outside", io.BytesIO(b"y"))
    assert (secret / "key").read_text() == "s3cret"
    assert (raw / "outside").read_text() == "y"


def test_what_is_no_regular_file_is_no_object(buckets: Buckets, raw: Path, recorder: Recorder) -> None:
    """
    Reading a FIFO would wait for ever.
    """
    os.mkfifo(raw / "fifo")

    buckets.scan("raw")

    assert recorder.seen == []


def test_an_unreadable_file_is_said_to_be_one(buckets: Buckets, raw: Path) -> None:
    """
    Access denied is AWS's answer; as root there is no such file.
    """
    (raw / "a").write_text("x")
    (raw / "a").chmod(0)

    if os.geteuid() == 0:
        assert buckets.objects.head("raw", "a").size_bytes == 1
    else:
        with pytest.raises(AccessDeniedError):
            buckets.objects.head("raw", "a")


def _content(buckets: Buckets, key: str) -> bytes:
    with buckets.objects.open("raw", key) as opened:
        return opened.file.read()
