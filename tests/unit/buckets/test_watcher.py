"""Every way of writing a file counts once, and only when it is whole. Real inotify, real programs."""

import io
import os
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from emulator.buckets import Buckets, ObjectEvent, Watcher
from emulator.buckets.polling import PollingWatcher
from emulator.home import Home
from emulator.settings import Settings
from emulator.state import Database
from tests.conftest import wait_for
from tests.unit.buckets.conftest import Recorder


def test_a_copied_file_is_an_event_by_the_time_flush_returns(raw: Path, watcher: Watcher, recorder: Recorder) -> None:
    """
    `cp … && cloudlet wait` must not wait for nothing.
    """
    subprocess.run(["cp", __file__, str(raw / "a.py")], check=True)

    assert watcher.flush(30)

    assert recorder.seen == [("ObjectCreated:Put", "a.py")]


def sh(script: str) -> Callable[[Path], None]:
    def run(folder: Path) -> None:
        subprocess.run(["sh", "-ec", script], cwd=folder, check=True)

    return run


PUT, COPY, DELETE = "ObjectCreated:Put", "ObjectCreated:Copy", "ObjectRemoved:Delete"


@pytest.mark.parametrize(
    ("write", "expected"),
    [
        (sh("echo x > a"), [(PUT, "a")]),
        (sh("echo x > ../../outside; mv ../../outside a"), [(PUT, "a")]),
        (sh("echo x > a.part; mv a.part a"), [(PUT, "a")]),
        (sh("echo x > .a.Ab3dEf; mv .a.Ab3dEf a"), [(PUT, "a")]),
        (sh("echo x > ../../outside; ln ../../outside a"), [(PUT, "a")]),
        (sh("mkdir -p d/e/f; echo x > d/e/f/a"), [(PUT, "d/e/f/a")]),
        (sh("mkdir -p ../../tree/d; echo x > ../../tree/d/a; mv ../../tree t"), [(PUT, "t/d/a")]),
        (sh("echo x > 'a b+c%é\n.csv'"), [(PUT, "a b+c%é\n.csv")]),
        (sh("touch a"), [(PUT, "a")]),
    ],
)
def test_a_way_of_writing_is_one_event(
    raw: Path, watcher: Watcher, recorder: Recorder, write: Callable[[Path], None], expected: list[tuple[str, str]]
) -> None:
    """
    Whatever program writes, the function runs once.
    """
    write(raw)

    assert watcher.flush(30)
    assert watcher.flush(30)

    assert recorder.seen == expected


def test_a_file_is_announced_when_it_is_closed(raw: Path, watcher: Watcher, recorder: Recorder) -> None:
    """
    A function that reads half a file is worse than one that does not run.
    """
    with (raw / "a").open("w") as file:
        file.write("half")
        file.flush()
        assert watcher.flush(30)

        assert recorder.seen == []

        file.write("whole")

    assert watcher.flush(30)
    assert [event.size_bytes for event in recorder.events] == [9]


def test_a_file_moved_in_while_it_is_written_counts_when_closed(
    raw: Path, watcher: Watcher, recorder: Recorder, tmp_path: Path
) -> None:
    """
    The rename says nothing about the writer.
    """
    with (tmp_path / "a").open("w") as file:
        (tmp_path / "a").rename(raw / "a")
        assert watcher.flush(30)

        assert recorder.seen == []

        file.write("whole")

    assert watcher.flush(30)
    assert [event.size_bytes for event in recorder.events] == [5]


def test_what_leaves_is_removed_and_what_moves_within_goes_on_being_watched(
    raw: Path, watcher: Watcher, recorder: Recorder, tmp_path: Path
) -> None:
    """
    inotify follows a moved folder under its old name; we must not.
    """
    sh("mkdir -p d/e; echo 1 > d/e/a; echo 2 > b")(raw)
    assert watcher.flush(30)
    recorder.events.clear()

    (raw / "d").rename(raw / "moved")
    (raw / "b").rename(tmp_path / "b")
    assert watcher.flush(30)
    assert sorted(recorder.seen) == [(COPY, "moved/e/a"), (DELETE, "b"), (DELETE, "d/e/a")]
    recorder.events.clear()

    (raw / "moved" / "e" / "c").write_text("3")
    shutil.rmtree(raw / "moved" / "e")
    (raw / "moved" / "last").touch()
    assert watcher.flush(30)

    assert (DELETE, "moved/e/a") in recorder.seen
    assert (PUT, "moved/last") in recorder.seen


def test_what_changed_while_nobody_watched_is_found_at_start(buckets: Buckets, raw: Path, recorder: Recorder) -> None:
    """
    A drop while the server is down is handled when it is up again, once.
    """
    (raw / "a").touch()
    for _ in range(2):
        watcher = buckets.watcher()
        watcher.start()
        assert watcher.flush(30)
        watcher.stop()

    assert recorder.seen == [(PUT, "a")]


def test_a_bucket_made_by_another_process_is_watched(buckets: Buckets, watcher: Watcher, recorder: Recorder) -> None:
    """
    `cloudlet s3 mb` needs no server, but the server must notice. A folder that is no bucket is left alone.
    """
    (buckets.root / "early").mkdir()
    (buckets.root / "early" / "before").touch()
    (buckets.root / "nobucket").mkdir()
    (buckets.root / "nobucket" / "x").touch()
    assert watcher.flush(30)
    for name in ("early", "late"):
        folder = buckets.create_bucket(name).path
        assert watcher.flush(30)
        (folder / "after").touch()

    assert watcher.flush(30)

    assert sorted(recorder.seen) == [(PUT, "after"), (PUT, "after"), (PUT, "before")]


def test_a_bucket_whose_folder_is_removed_is_empty_and_can_be_used_again(
    buckets: Buckets, raw: Path, watcher: Watcher, recorder: Recorder
) -> None:
    """
    People use `rm -rf` on folders.
    """
    (raw / "d").mkdir()
    (raw / "d" / "a").touch()
    assert watcher.flush(30)
    shutil.rmtree(raw)
    assert watcher.flush(30)
    raw.mkdir()
    assert watcher.flush(30)
    (raw / "b").touch()
    assert watcher.flush(30)

    assert recorder.seen == [(PUT, "d/a"), (DELETE, "d/a"), (PUT, "b")]


def test_a_large_file_does_not_hold_up_others_and_flush_waits_for_it(
    raw: Path, watcher: Watcher, recorder: Recorder, tmp_path: Path
) -> None:
    """
    Hashing takes seconds for a few gigabytes.
    """
    (tmp_path / "large").write_bytes(os.urandom(1 << 20) * 64)
    (tmp_path / "large").rename(raw / "large")
    (raw / "small").touch()

    assert watcher.flush(60)

    assert sorted(recorder.seen) == [(PUT, "large"), (PUT, "small")]


def test_thousands_of_files_are_counted_once_each(raw: Path, watcher: Watcher, recorder: Recorder) -> None:
    """
    Trees that appear faster than folders can be watched are where watchers lose files.
    """
    script = "for d in $(seq 40); do mkdir -p $1/d$d/e; for f in $(seq 50); do : > $1/d$d/e/$f; done; done"
    writers = [
        threading.Thread(target=subprocess.run, args=(["sh", "-c", script, "sh", name],), kwargs={"cwd": raw})
        for name in ("x", "y")
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert watcher.flush(120)

    assert len(recorder.events) == 4000
    assert len(set(recorder.seen)) == 4000


def test_an_api_write_makes_one_event_although_it_is_watched(
    buckets: Buckets, raw: Path, watcher: Watcher, recorder: Recorder
) -> None:
    """
    The rename of a put is seen by the watcher, too.
    """
    with Path(__file__).open("rb") as file:
        for number in range(50):
            buckets.objects.put("raw", f"d/{number}", file)
    assert watcher.flush(30)
    for number in range(50):
        buckets.objects.delete("raw", f"d/{number}")

    assert watcher.flush(30)

    assert len(recorder.events) == 100


def test_activity_is_announced_whichever_process_wrote_the_row(buckets: Buckets, raw: Path) -> None:
    """
    The server's queue is woken by it when a shell puts an object without asking the server.
    """
    active = threading.Event()
    watcher = buckets.watcher(on_activity=active.set)
    watcher.start()
    assert watcher.flush(30)
    active.clear()

    (raw / "a").touch()

    assert active.wait(30)
    watcher.stop()


def test_without_inotify_changes_are_found_too(buckets: Buckets, raw: Path, recorder: Recorder) -> None:
    """
    Other systems have no close event: a file counts when it has been still, or nobody has it open.
    """
    watcher = PollingWatcher(buckets, 300)
    watcher.start()
    (raw / "d").mkdir()
    (raw / "d" / "a").write_text("x")

    wait_for(lambda: recorder.seen == [(PUT, "d/a")])
    (raw / "d" / "a").unlink()
    wait_for(lambda: recorder.seen[1:] == [(DELETE, "d/a")])
    (raw / "b").write_text("y")
    assert watcher.flush(30)
    watcher.stop()

    assert recorder.seen[2:] == [(PUT, "b")]


def test_an_overflow_of_the_kernel_s_queue_loses_and_doubles_nothing(
    database: Database, home: Home, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """
    The kernel drops events when nobody reads them for long enough; the folder still has the files.
    """
    limit = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    held, goes_on = threading.Event(), threading.Event()
    keys: list[str] = []

    def hold(connection: sqlite3.Connection, event: ObjectEvent) -> None:
        held.set()
        assert goes_on.wait(120)
        keys.append(event.key)

    buckets = Buckets(database, home, settings, on_event=hold)
    raw = buckets.create_bucket("raw").path
    watcher = buckets.watcher()
    watcher.start()
    assert watcher.flush(30)
    (raw / "first").touch()
    assert held.wait(30)
    count = limit // 2 + 100  # each is created and closed, which are two events
    for number in range(count):
        (raw / str(number)).touch()
    goes_on.set()

    assert watcher.flush(120)
    watcher.stop()

    assert "overflowed" in caplog.text
    assert len(keys) == count + 1
    assert len(set(keys)) == count + 1


class _Unlucky(Buckets):
    """Buckets whose state file cannot be read while somebody holds it too long."""

    fails = False

    def differences(
        self, bucket: str, prefix: str = "", entering: Callable[[str], None] | None = None
    ) -> Iterator[str]:
        if self.fails:
            self.fails = False
            raise sqlite3.OperationalError("database is locked")
        return super().differences(bucket, prefix, entering)


def test_without_inotify_the_watch_goes_on_too(
    database: Database, home: Home, settings: Settings, recorder: Recorder
) -> None:
    buckets = _Unlucky(database, home, settings, on_event=recorder)
    folder = buckets.create_bucket("raw").path
    watcher = PollingWatcher(buckets, scan_seconds=300)
    watcher.start()
    try:
        assert watcher.flush(30)

        buckets.fails = True
        (folder / "d").mkdir()
        wait_for(lambda: not buckets.fails)
        (folder / "b").touch()

        wait_for(lambda: recorder.seen == [(PUT, "b")])
    finally:
        watcher.stop()


@pytest.mark.parametrize("way", ["mv d ../away", "mv d ../../away", "rmdir d", "mkdir e"])
def test_what_cannot_be_looked_at_now_is_found_by_a_scan_and_the_watch_goes_on(
    way: str, database: Database, home: Home, settings: Settings, recorder: Recorder
) -> None:
    buckets = _Unlucky(database, home, settings, on_event=recorder)
    folder = buckets.create_bucket("raw").path
    (folder / "d").mkdir()
    watcher = buckets.watcher()
    watcher.start()
    try:
        assert watcher.flush(30)

        buckets.fails = True
        sh(way)(folder)
        wait_for(lambda: not buckets.fails)
        (folder / "b").touch()

        assert watcher.flush(30)
        assert recorder.seen == [(PUT, "b")]
    finally:
        watcher.stop()


def test_an_object_with_a_name_of_temporary_files_is_told_of(
    buckets: Buckets, raw: Path, watcher: Watcher, recorder: Recorder
) -> None:
    """
    Through the API any key is an object, and its file in the folder is one that programs change.
    """
    buckets.objects.put("raw", "f.part", io.BytesIO(b"1"))
    assert watcher.flush(30)
    sh("printf 23 >> f.part; echo x > g.part")(raw)
    assert watcher.flush(30)
    sh("echo 4567 > h; mv h f.part")(raw)
    assert watcher.flush(30)
    sh("rm f.part g.part")(raw)
    assert watcher.flush(30)
    sh("echo x > f.part")(raw)
    assert watcher.flush(30)

    told = [(event.name, event.size_bytes) for event in recorder.events if event.key == "f.part"]
    assert told[:2] == [(PUT, 1), (PUT, 3)]
    assert told[2][1] == 5
    assert told[3:] == [(DELETE, None)]
    assert {event.key for event in recorder.events} == {"f.part", "h"}
