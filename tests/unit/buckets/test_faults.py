"""What goes wrong around the buckets of one home, and what is true all the same."""

import io
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from emulator.buckets import Buckets
from emulator.buckets.blobs import Blobs
from emulator.buckets.checksums import DEFAULT, ChecksumType, UploadChecksum
from emulator.buckets.errors import AccessDeniedError, ObjectBeingWrittenError, StorageError
from emulator.buckets.files import Files
from emulator.buckets.records import Description
from emulator.errors import EmulatorError
from emulator.home import Home
from emulator.http.lock import ServerLock
from emulator.settings import Settings
from emulator.state import Database
from emulator.units import KIB, MIB
from tests.conftest import wait_for
from tests.unit.buckets.conftest import Recorder
from tests.unit.file_systems import fill, memory_file_system, read_only


class Clock:
    """A clock that is set."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 26, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.mark.parametrize("versioning", ["", "Enabled", "Suspended"])
def test_a_clock_that_is_set_back_lets_sequencers_grow(
    database: Database, home: Home, settings: Settings, recorder: Recorder, versioning: str
) -> None:
    """
    Their order is what tells which of two events of a key is the later one, whoever made the change.
    """
    clock = Clock()
    buckets = Buckets(database, home, settings, on_event=recorder, clock=clock)
    raw = buckets.create_bucket("raw").path
    if versioning:
        buckets.set_versioning("raw", versioning)

    for step in (0, -3600, -1, 0, -86_400 * 400, 1, -1, 3):
        clock.now += timedelta(seconds=step)
        buckets.objects.put("raw", "a", io.BytesIO(b"1"))
        buckets.objects.delete("raw", "a")
        (raw / "a").write_text("2")
        buckets.scan("raw")
        (raw / "a").unlink()
        buckets.scan("raw")

    told = [event.sequencer for event in recorder.events if event.key == "a"]
    assert len(told) == 32
    assert told == sorted(set(told))
    newest = [version.stored.sequencer for version in buckets.objects.versions("raw").versions]
    assert newest == sorted(newest, reverse=True)


def test_a_second_server_of_a_home_refuses(home: Home) -> None:
    """
    Two of them would watch one folder and work off one queue.
    """
    with ServerLock(home.server_lock, shared=False):
        second = subprocess.run(
            [sys.executable, "-m", "emulator.http", "--home", str(home.root)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    assert (second.returncode, second.stdout) == (1, "")
    assert second.stderr.startswith("error: a server runs for this home")
    assert "Traceback" not in second.stderr


def test_a_copy_of_a_file_that_is_written_to_meanwhile_is_none(buckets: Buckets, raw: Path, home: Home) -> None:
    """
    Its etag would be that of other bytes.
    """
    buckets.objects.put("raw", "a", io.BytesIO(b"old"))
    with buckets.objects.open("raw", "a") as opened:
        (raw / "a").write_bytes(b"new!")

        with pytest.raises(ObjectBeingWrittenError):
            buckets.objects.copy(opened, "raw", "b")

    assert not (raw / "b").exists()
    assert list(home.staging.iterdir()) == []


def test_what_is_moved_in_is_told_as_it_was_even_if_others_take_its_place(tmp_path: Path) -> None:
    """
    A row that has the looks of their file, and our etag, would never be put right.
    """
    folder, theirs = tmp_path / "raw", tmp_path / "theirs"
    folder.mkdir()
    stopping = threading.Event()

    def take_its_place() -> None:
        while not stopping.is_set():
            theirs.write_bytes(b"theirs")
            theirs.rename(folder / "a")
            (folder / "a").unlink(missing_ok=True)

    other = threading.Thread(target=take_its_place)
    other.start()
    told, true = [], []
    for number in range(500):
        source = tmp_path / f"source-{number}"
        source.write_bytes(b"mine")
        status = source.stat()
        true.append((4, status.st_mtime_ns, status.st_ino))
        told.append(Files(str(folder)).move_in(str(source), "a"))
    stopping.set()
    other.join()

    assert told == true


def test_a_drop_that_a_full_disk_kept_from_being_noticed_is_noticed_later(
    settings: Settings, recorder: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    """
    In a bucket that keeps versions a drop takes room twice; once it is there, nobody need drop it again.
    """
    with memory_file_system(settings.home, 8 * MIB):
        home = Home(settings.home)
        home.create()
        database = Database(home.state_file)
        buckets = Buckets(database, home, settings, on_event=recorder)
        raw = buckets.create_bucket("raw").path
        buckets.set_versioning("raw", "Enabled")
        watcher = buckets.watcher()
        watcher.start()
        try:
            filler = fill(home.root, but_bytes=1536 * KIB)
            (raw / "a").write_bytes(b"x" * MIB)
            wait_for(lambda: "No space left on device" in caplog.text)
            assert recorder.seen == []
            assert [path for path in home.blobs.rglob("*") if path.is_file()] == []

            filler.unlink()

            wait_for(lambda: recorder.seen)
        finally:
            watcher.stop()
            database.close()

    assert recorder.seen == [("ObjectCreated:Put", "a")]
    assert "Traceback" not in caplog.text


def test_nothing_is_left_of_what_a_full_disk_broke_off(settings: Settings, recorder: Recorder) -> None:
    """
    Neither while bytes come, nor while they get their place, nor as a part or a version.
    """
    with memory_file_system(settings.home, 8 * MIB):
        home = Home(settings.home)
        home.create()
        database = Database(home.state_file)
        buckets = Buckets(database, home, settings, on_event=recorder)
        buckets.create_bucket("raw")
        buckets.set_versioning("raw", "Enabled")
        buckets.objects.put("raw", "a", io.BytesIO(b"o" * MIB))
        upload = buckets.uploads.create(
            "raw", "a", Description(), UploadChecksum(DEFAULT, ChecksumType.FULL_OBJECT, asked=False)
        )
        before = _everything(home)
        fill(home.root, but_bytes=1536 * KIB)

        def put() -> None:
            buckets.objects.put("raw", "a", io.BytesIO(b"n" * MIB))

        def put_part() -> None:
            with buckets.uploads.stage() as staged:
                staged.write(b"n" * 2 * MIB)
                buckets.uploads.put_part(upload, 1, staged, {})

        def copy() -> None:
            with buckets.objects.open("raw", "a") as opened:
                buckets.objects.copy(opened, "raw", "b")

        for way in (put, put_part, copy):
            with pytest.raises(StorageError) as refused:
                way()
            assert refused.value.hint is not None
            assert _everything(home) == before
        with buckets.objects.open("raw", "a") as opened:
            assert opened.file.read() == b"o" * MIB
        database.close()

    assert recorder.seen == [("ObjectCreated:Put", "a")]


def test_a_blob_that_goes_while_others_are_swept_is_nobody_s_problem(tmp_path: Path) -> None:
    """
    A server tidies up beside other processes, which replace versions meanwhile.
    """
    blobs = Blobs(tmp_path / "blobs")
    names = []
    for number in range(40):
        with (tmp_path / "source").open("wb+") as file:
            file.write(b"%d" % number)
            names.append(blobs.copy(file))

    def used(shelf: object) -> set[str]:
        for name in names[::2]:
            blobs.remove(name)
        return set(names[::2])

    blobs.sweep(used, older_than_seconds=-1)

    assert [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()] == []


def test_a_folder_that_takes_no_writes_has_its_hint(buckets: Buckets, raw: Path, settings: Settings) -> None:
    """
    The command line shows it: which folder, and what was to be done there.
    """
    with memory_file_system(raw, MIB), read_only(raw), pytest.raises(AccessDeniedError) as refused:
        buckets.objects.put("raw", "a", io.BytesIO(b"x"))

    assert isinstance(refused.value, EmulatorError)
    assert f"may not write to {raw}" in str(refused.value.hint)


def test_a_bucket_whose_folder_comes_and_goes_is_never_torn(buckets: Buckets, raw: Path, recorder: Recorder) -> None:
    """
    Each look tells what has gone and what is there again, once.
    """
    for number in range(3):
        (raw / "d").mkdir(parents=True, exist_ok=True)
        (raw / "d/a").write_text(str(number))
        buckets.scan("raw")
        (raw / "d/a").unlink()
        (raw / "d").rmdir()
        raw.rmdir()
        buckets.scan("raw")

    assert recorder.seen == [("ObjectCreated:Put", "d/a"), ("ObjectRemoved:Delete", "d/a")] * 3
    assert list(buckets.objects.all("raw")) == []


def _everything(home: Home) -> list[Path]:
    folders = (home.buckets, home.blobs, home.staging)
    return sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
