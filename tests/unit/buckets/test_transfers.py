"""What a transfer does to bytes, files and events, besides what `aws s3` would show of it."""

import os
import resource
import threading
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from emulator.buckets import Buckets, S3Uri
from emulator.buckets.checksums import Algorithm
from emulator.buckets.errors import ObjectBeingWrittenError
from emulator.buckets.transfers import LocalPath, Place, Request, Terms, Transfers, parse_place
from emulator.buckets.transfers.downloads import download
from emulator.home import Home
from emulator.units import MIB
from tests.unit.buckets.conftest import Recorder
from tests.unit.buckets.transferring import Told, keys, run, sync

NAMES = ["with space", "new\nline", "naïve-日本", "a+b%20c", "%", "~", "'\"", "-", "a\\b"]


@pytest.fixture
def told() -> Told:
    return Told()


def test_an_object_is_copied_onto_itself_to_change_what_is_said_of_it(
    buckets: Buckets, raw: Path, recorder: Recorder, told: Told
) -> None:
    """Its storage class is the request's, whatever the directive; without any change it is refused, as on AWS."""
    (raw / "a").write_text("a")

    run(buckets, told, "s3://raw/a", "s3://raw/a", terms=Terms(headers={"StorageClass": "GLACIER_IR"}))
    run(buckets, told, "s3://raw/a", "s3://raw/a", terms=Terms(headers={"CacheControl": "no-cache"}, directive="COPY"))

    assert buckets.objects.head("raw", "a").description.headers == {"StorageClass": "GLACIER_IR"}
    assert "copy an object to itself" in told.reasons[0]
    assert recorder.seen[1:] == [("ObjectCreated:Copy", "a")]


@pytest.mark.parametrize("moves", [False, True])
def test_a_copy_between_buckets_is_seen_to_grow(
    buckets: Buckets, raw: Path, told: Told, other_file_system: Path, *, moves: bool
) -> None:
    """
    From one file system to another, where no bytes can be shared and a long copy takes long.
    """
    size = 64 * MIB
    buckets.create_bucket("far", other_file_system)
    (other_file_system / "a").write_bytes(os.urandom(MIB) * 64)
    buckets.scan("far")
    request = Request(parse_place("s3://far/a"), parse_place("s3://raw/"), moves=moves)
    transfers = Transfers(buckets)
    copying = threading.Thread(
        target=lambda: transfers.run(request, transfers.plan(request), Terms(), told), daemon=True
    )
    seen = set()

    copying.start()
    while copying.is_alive():
        seen.add(transfers.meter.bytes())
        time.sleep(0.001)

    assert (told.reasons, transfers.meter.bytes()) == ([], size)
    assert (raw / "a").stat().st_size == size
    assert [progress for progress in sorted(seen) if 0 < progress < size]


@pytest.mark.parametrize("name", NAMES)
def test_any_name_comes_through_whole(buckets: Buckets, raw: Path, told: Told, tmp_path: Path, name: str) -> None:
    """In, across, out, and by sync, which then has nothing to do."""
    buckets.create_bucket("other")
    (tmp_path / "in" / name).mkdir(parents=True)
    (tmp_path / "in" / name / name).write_text(name)

    run(buckets, told, f"{tmp_path}/in", "s3://raw/x", recursive=True)
    run(buckets, told, "s3://raw", "s3://other", recursive=True)
    run(buckets, told, "s3://other/x/", f"{tmp_path}/out", recursive=True)

    assert keys(buckets, "other") == [f"x/{name}/{name}"]
    assert (tmp_path / "out" / name / name).read_text() == name
    assert sync(buckets, told, f"{tmp_path}/out", "s3://other/x") == []
    assert (told.reasons, told.left_out) == ([], [])


def test_what_is_in_step_is_left_alone(
    buckets: Buckets, raw: Path, recorder: Recorder, told: Told, tmp_path: Path
) -> None:
    """Up, down, across: the second time nothing is copied, and nothing happens."""
    buckets.create_bucket("other")
    for name in ("a", "d/b"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_text(name)
    ways = [(f"{tmp_path}/in", "s3://raw"), ("s3://raw", "s3://other"), ("s3://other", f"{tmp_path}/out")]

    first = [len(sync(buckets, told, *way, deletes=True)) for way in ways]
    recorder.events.clear()
    again = [len(sync(buckets, told, *way, deletes=True)) for way in ways]

    assert (first, again) == ([2, 2, 2], [0, 0, 0])
    assert recorder.events == []


def test_a_copy_below_its_source_comes_to_an_end(buckets: Buckets, raw: Path, told: Told) -> None:
    """What is written is not copied again, however many pages the listing has."""
    for number in range(5):
        (raw / f"{number}").touch()
    request = Request(S3Uri("raw"), S3Uri("raw", "3x/"), recursive=True, page_size=1)
    transfers = Transfers(buckets)

    tally = transfers.run(request, transfers.plan(request), Terms(), told)

    assert tally.done == 5
    assert len(keys(buckets)) == 10


def test_a_key_that_climbs_is_not_written_beside_the_folder(
    buckets: Buckets, raw: Path, told: Told, tmp_path: Path
) -> None:
    """S3 takes `a/../../b` under a prefix; the folder that is copied to is a wall."""
    with buckets.objects.stage("raw", "p/q/../../b") as staged:
        staged.write(b"x")
        buckets.objects.place("raw", "p/q/../../b", staged)

    tally = run(buckets, told, "s3://raw/p/q/", f"{tmp_path}/out/deep", recursive=True)

    assert (tally.done, tally.skipped) == (0, 1)
    assert [path.name for path in (tmp_path / "out").rglob("*")] == ["deep"]


def test_keys_that_a_folder_cannot_hold_are_copied_between_buckets(buckets: Buckets, raw: Path, told: Told) -> None:
    """And deleted; on this machine, one of `a` and `a/b` fails."""
    buckets.create_bucket("other")
    for key in ("a", "a/b", "x//y", "marker/"):
        with buckets.objects.stage("raw", key) as staged:
            buckets.objects.place("raw", key, staged)

    run(buckets, told, "s3://raw", "s3://other", recursive=True)
    copied = keys(buckets, "other")
    run(buckets, told, "s3://other", recursive=True)
    run(buckets, told, "s3://raw", recursive=True)

    assert copied == ["a", "a/b", "x//y"]
    assert keys(buckets, "other") == keys(buckets) == []
    assert told.reasons == []


def test_a_device_is_written_to_and_not_replaced(buckets: Buckets, raw: Path, told: Told) -> None:
    """A machine without /dev/null is of no use."""
    (raw / "a").write_text("a")

    run(buckets, told, "s3://raw/a", "/dev/null")
    run(buckets, told, "s3://raw/a", "/dev/null", moves=True)

    assert not Path("/dev/null").is_file()
    assert keys(buckets) == []


def test_links_that_go_round_are_followed_once(buckets: Buckets, raw: Path, told: Told, tmp_path: Path) -> None:
    """Up to where they would begin again."""
    (tmp_path / "in" / "d").mkdir(parents=True)
    (tmp_path / "in" / "d" / "a").touch()
    (tmp_path / "in" / "d" / "up").symlink_to("..")

    tally = run(buckets, told, f"{tmp_path}/in", "s3://raw", recursive=True)

    assert (tally.done, tally.skipped) == (1, 1)
    assert keys(buckets) == ["d/a"]


def test_a_name_that_is_no_text_is_left_out(buckets: Buckets, raw: Path, told: Told, tmp_path: Path) -> None:
    """A key is UTF-8."""
    (tmp_path / "in").mkdir()
    Path(os.fsdecode(os.fsencode(tmp_path / "in") + b"/\xff")).touch()
    (tmp_path / "in" / "a").touch()

    tally = run(buckets, told, f"{tmp_path}/in", "s3://raw", recursive=True)

    assert (tally.done, tally.skipped) == (1, 1)


def test_what_is_said_of_an_object_is_kept(buckets: Buckets, raw: Path, told: Told, tmp_path: Path) -> None:
    """On an upload; on a copy only if it is to be replaced, and tags come along either way."""
    (tmp_path / "a.csv").write_text("a")
    terms = Terms(None, {"k": "v"}, {"CacheControl": "no-cache"}, algorithm=Algorithm.SHA256)
    run(buckets, told, f"{tmp_path}/a.csv", "s3://raw/a.csv", terms=terms)
    buckets.objects.set_tags("raw", "a.csv", {"t": "1"})

    run(buckets, told, "s3://raw/a.csv", "s3://raw/copied", terms=Terms("text/plain"))
    run(buckets, told, "s3://raw/a.csv", "s3://raw/replaced", terms=Terms("text/plain", directive="REPLACE"))

    first, copied, replaced = (buckets.objects.head("raw", key) for key in ("a.csv", "copied", "replaced"))
    assert (first.content_type, first.description.metadata) == ("text/csv", {"k": "v"})
    assert first.content.checksums["ChecksumSHA256"] == "ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs="
    assert (copied.content_type, copied.description.headers) == ("text/csv", {"CacheControl": "no-cache"})
    assert (replaced.content_type, replaced.description.headers) == ("text/plain", {})
    assert copied.description.tags == replaced.description.tags == {"t": "1"}


def test_a_file_that_changes_while_it_is_downloaded_is_no_file(buckets: Buckets, raw: Path, tmp_path: Path) -> None:
    """Half of it would be of another mind."""
    (raw / "a").write_text("old")
    buckets.scan("raw")

    def write(_: str) -> None:
        (raw / "a").write_text("new and longer")

    with pytest.raises(ObjectBeingWrittenError):
        download(buckets, S3Uri("raw", "a"), f"{tmp_path}/out/a", write)

    assert list((tmp_path / "out").iterdir()) == []


@contextmanager
def room_for(size_bytes: int) -> Iterator[None]:
    """A system that takes no more than so much of any file: it says no where a full disk does."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def make_three(folder: Path) -> None:
    """Make a small file, one that is too much, and another small one."""
    for name, size in (("a", 1), ("b", 8 * MIB), ("c", 1)):
        (folder / name).touch()
        os.truncate(folder / name, size)


@pytest.mark.parametrize("moves", [False, True])
def test_an_upload_that_finds_no_room_leaves_nothing(
    home: Home, buckets: Buckets, raw: Path, told: Told, other_file_system: Path, moves: bool
) -> None:
    """The others are there, and the file stays where it was."""
    make_three(other_file_system)

    with room_for(4 * MIB):
        tally = run(buckets, told, str(other_file_system), "s3://raw", recursive=True, moves=moves)

    assert (tally.done, tally.failed) == (2, 1)
    assert keys(buckets) == ["a", "c"]
    assert (other_file_system / "b").stat().st_size == 8 * MIB
    assert list(home.staging.iterdir()) == []


@pytest.mark.parametrize("moves", [False, True])
def test_a_download_that_finds_no_room_leaves_the_old_file(
    buckets: Buckets, raw: Path, told: Told, other_file_system: Path, moves: bool
) -> None:
    """And the object."""
    make_three(raw)
    buckets.scan("raw")
    (other_file_system / "b").write_text("old")

    with room_for(4 * MIB):
        tally = run(buckets, told, "s3://raw", str(other_file_system), recursive=True, moves=moves)

    assert (tally.done, tally.failed) == (2, 1)
    assert sorted(path.name for path in other_file_system.iterdir()) == ["a", "b", "c"]
    assert (other_file_system / "b").read_text() == "old"
    assert "b" in keys(buckets)


def test_a_large_file_is_never_in_memory(buckets: Buckets, raw: Path, told: Told, tmp_path: Path) -> None:
    """Neither on its way in, nor across, nor out."""
    with (tmp_path / "large").open("wb") as file:
        file.truncate(100 * MIB)

    tracemalloc.start()
    try:
        run(buckets, told, f"{tmp_path}/large", "s3://raw/large")
        run(buckets, told, "s3://raw/large", "s3://raw/copy")
        run(buckets, told, "s3://raw/copy", f"{tmp_path}/back")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert (tmp_path / "back").stat().st_size == 100 * MIB
    assert peak < 8 * MIB


def test_a_folder_of_a_bucket_gets_no_object_before_it_is_whole(
    buckets: Buckets, raw: Path, recorder: Recorder, told: Told
) -> None:
    """A download into a bucket's own folder is one event there."""
    other = buckets.create_bucket("other").path
    (raw / "a").write_text("a")

    run(buckets, told, "s3://raw/a", f"{other}/a")
    buckets.scan("other")

    assert [event.key for event in recorder.events if event.bucket == "other"] == ["a"]


@pytest.mark.parametrize(
    ("text", "place"),
    [("out/", LocalPath("out/")), ("s3://raw", S3Uri("raw")), ("s3://raw/x/", S3Uri("raw", "x/"))],
)
def test_a_place_keeps_what_tells_a_folder(text: str, place: Place) -> None:
    """A last slash, which `pathlib` drops."""
    assert parse_place(text) == place
