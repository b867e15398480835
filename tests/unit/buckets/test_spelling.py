"""Keys that a file system takes for one, on one that does: a real exFAT."""

import io
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.buckets import Buckets
from emulator.buckets.spelling import Spelling
from emulator.buckets.transfers.records import Terms
from emulator.buckets.transfers.uploads import move_in
from emulator.buckets.uri import S3Uri
from tests.conftest import wait_for
from tests.unit.buckets.conftest import Recorder
from tests.unit.file_systems import folding_file_system

_ATTRIBUTES_SECONDS = 1.2
"""How long the kernel shows, of a file system in user space, what a file looked like by another name."""

PUT, COPY, DELETE = "ObjectCreated:Put", "ObjectCreated:Copy", "ObjectRemoved:Delete"


@pytest.fixture
def exfat(tmp_path: Path) -> Iterator[Path]:
    with folding_file_system(tmp_path / "exfat") as folder:
        yield folder


@pytest.fixture
def folding(buckets: Buckets, exfat: Path) -> Path:
    """The folder of the bucket raw."""
    buckets.create_bucket("raw", exfat)
    return exfat


def content(buckets: Buckets) -> dict[str, bytes]:
    """Return what each key of raw has, as a program reads it."""
    found = {}
    for stored in buckets.objects.all("raw"):
        with buckets.objects.open("raw", stored.key) as opened:
            found[stored.key] = opened.file.read()
    return found


def put(buckets: Buckets, key: str, data: bytes) -> bool:
    """Store *data*, and tell whether it is a file."""
    return buckets.objects.put("raw", key, io.BytesIO(data)).in_folder


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if ".cloudlet" not in path.parts)


def test_keys_that_differ_in_case_alone_are_two_objects(buckets: Buckets, folding: Path) -> None:
    assert put(buckets, "A.txt", b"large")
    assert not put(buckets, "a.txt", b"small")
    buckets.scan("raw")

    assert content(buckets) == {"A.txt": b"large", "a.txt": b"small"}
    assert names(folding) == ["A.txt"]
    assert (folding / "a.txt").read_bytes() == b"large"


def test_either_is_written_over_and_removed_alone(buckets: Buckets, folding: Path, recorder: Recorder) -> None:
    put(buckets, "A", b"1")
    put(buckets, "a", b"2")

    assert put(buckets, "A", b"3")
    assert not put(buckets, "a", b"4")
    assert content(buckets) == {"A": b"3", "a": b"4"}

    assert buckets.objects.delete("raw", "a")
    assert not buckets.objects.delete("raw", "a")
    assert content(buckets) == {"A": b"3"}
    assert names(folding) == ["A"]

    put(buckets, "a", b"5")
    assert buckets.objects.delete("raw", "A")
    assert content(buckets) == {"a": b"5"}
    assert names(folding) == []

    assert put(buckets, "a", b"6")
    buckets.scan("raw")
    assert content(buckets) == {"a": b"6"}
    assert recorder.seen == [
        *[(PUT, key) for key in "AaAa"],
        (DELETE, "a"),
        (PUT, "a"),
        (DELETE, "A"),
        (PUT, "a"),
    ]


def test_folders_that_differ_in_case_alone_hold_their_own_objects(buckets: Buckets, folding: Path) -> None:
    assert put(buckets, "Data/x/1", b"1")
    assert put(buckets, "Data/x/2", b"2")
    assert not put(buckets, "data/x/3", b"3")
    assert not put(buckets, "Data/X/2", b"4")
    buckets.scan("raw")
    buckets.scan("raw", "data/")

    assert content(buckets) == {"Data/X/2": b"4", "Data/x/1": b"1", "Data/x/2": b"2", "data/x/3": b"3"}
    assert names(folding) == ["Data", "Data/x", "Data/x/1", "Data/x/2"]


def test_letters_beyond_ascii_are_folded_too(buckets: Buckets, folding: Path) -> None:
    """
    exFAT folds letters one by one, and takes the two ways of writing an umlaut for two names.
    """
    assert put(buckets, "Ä", b"1")
    assert not put(buckets, "ä", b"2")
    assert put(buckets, "A\u0308", b"3")
    assert put(buckets, "straße", b"4")
    assert not put(buckets, "STRAßE", b"5")
    assert put(buckets, "STRASSE", b"6")

    buckets.scan("raw")
    assert content(buckets) == {
        "Ä": b"1",
        "ä": b"2",
        "A\u0308": b"3",
        "straße": b"4",
        "STRAßE": b"5",
        "STRASSE": b"6",
    }


def test_what_a_program_writes_by_another_spelling_is_the_object_that_is_there(
    buckets: Buckets, folding: Path, recorder: Recorder
) -> None:
    put(buckets, "A.txt", b"1")
    watcher = buckets.watcher()
    watcher.start()
    try:
        assert watcher.flush(30)
        time.sleep(_ATTRIBUTES_SECONDS)
        (folding / "a.txt").write_bytes(b"by another name")
        wait_for(lambda: watcher.flush(30) and len(recorder.seen) > 1)
    finally:
        watcher.stop()

    assert content(buckets) == {"A.txt": b"by another name"}
    assert recorder.seen == [(PUT, "A.txt"), (PUT, "A.txt")]


def test_a_file_that_gets_another_case_is_moved(buckets: Buckets, folding: Path, recorder: Recorder) -> None:
    put(buckets, "A", b"1")
    watcher = buckets.watcher()
    watcher.start()
    try:
        assert watcher.flush(30)
        (folding / "A").rename(folding / "a")
        wait_for(lambda: watcher.flush(30) and len(recorder.seen) > 2)
    finally:
        watcher.stop()

    assert content(buckets) == {"a": b"1"}
    assert sorted(recorder.seen[1:]) in ([(COPY, "a"), (DELETE, "A")], [(PUT, "a"), (DELETE, "A")])


def test_versions_of_both_are_kept(buckets: Buckets, folding: Path) -> None:
    buckets.set_versioning("raw", "Enabled")
    first = buckets.objects.put("raw", "A", io.BytesIO(b"1"))
    second = buckets.objects.put("raw", "a", io.BytesIO(b"2"))
    buckets.objects.put("raw", "a", io.BytesIO(b"3"))
    buckets.objects.delete("raw", "A")

    for stored, expected in ((first, b"1"), (second, b"2")):
        with buckets.objects.open("raw", stored.key, stored.version_id) as opened:
            assert opened.file.read() == expected
    assert content(buckets) == {"a": b"3"}


def test_names_that_the_file_system_does_not_take_work_all_the_same(buckets: Buckets, folding: Path) -> None:
    keys = ["10:30.log", "a*b", "q?/x", "in/a|b"]

    assert not any(put(buckets, key, key.encode()) for key in keys)

    buckets.scan("raw")
    assert content(buckets) == {key: key.encode() for key in keys}


def test_where_case_counts_every_key_is_a_file(buckets: Buckets, raw: Path) -> None:
    assert put(buckets, "A", b"1")
    assert put(buckets, "a", b"2")
    assert put(buckets, "É", b"3")
    assert put(buckets, "E\u0301", b"4")

    assert len(names(raw)) == 4
    assert len(content(buckets)) == 4


@pytest.mark.parametrize("key", ["A/b", "a", "1/2", "x"])
def test_a_key_is_spelt_as_it_is_where_case_counts(tmp_path: Path, key: str) -> None:
    (tmp_path / "A").mkdir()
    (tmp_path / "A/b").touch()
    (tmp_path / "a").touch()

    assert Spelling(str(tmp_path)).of(key) == key


@pytest.mark.parametrize(
    ("key", "spelt"),
    [("a/B.TXT", "A/b.txt"), ("A/b.txt", "A/b.txt"), ("a/new", "A/new"), ("new/A", "new/A"), ("2026", "2026")],
)
def test_where_it_does_not_a_key_is_spelt_as_what_is_there(exfat: Path, key: str, spelt: str) -> None:
    (exfat / "A").mkdir()
    (exfat / "A/b.txt").touch()
    (exfat / "2026").touch()

    assert Spelling(str(exfat)).of(key) == spelt


def test_a_move_to_a_key_that_clashes_keeps_both(buckets: Buckets, folding: Path) -> None:
    put(buckets, "A", b"1")
    own = folding / ".cloudlet/own"
    own.write_bytes(b"2")

    move_in(buckets, str(own), S3Uri("raw", "a"), Terms(), lambda _path: None)

    assert content(buckets) == {"A": b"1", "a": b"2"}
    assert not own.exists()


def test_a_folder_that_tells_case_is_not_asked_again_and_one_in_it_that_does_not_is(tmp_path: Path) -> None:
    """
    As on ext4, where `chattr +F` is for a folder.
    """
    spelling = Spelling(str(tmp_path))
    (tmp_path / "mounted").mkdir()
    (tmp_path / "x").touch()

    assert spelling.of("x") == "x"
    with folding_file_system(tmp_path / "mounted") as folder:
        (folder / "A").touch()
        (folder / "É").touch()

        assert spelling.of("mounted/a") == "mounted/A"
        assert spelling.of("mounted/é") == "mounted/É"
    assert spelling.of("X") == "X"
