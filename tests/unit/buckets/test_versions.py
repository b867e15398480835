"""A bucket that keeps versions: what was there comes back, whoever replaced it."""

import io
from pathlib import Path

import pytest

from emulator.buckets import Buckets, Description, Origin
from emulator.buckets.errors import DeletedObjectError, MarkerNotAllowedError, NoSuchVersionError
from tests.unit.buckets.conftest import Recorder


@pytest.fixture
def versioned(buckets: Buckets, raw: Path) -> Path:
    buckets.set_versioning("raw", "Enabled")
    return raw


def put(buckets: Buckets, key: str, content: bytes) -> str:
    return buckets.objects.put("raw", key, io.BytesIO(content)).version_id


def read(buckets: Buckets, key: str, version_id: str | None = None) -> bytes:
    with buckets.objects.open("raw", key, version_id) as opened:
        return opened.file.read()


def history(buckets: Buckets) -> list[tuple[str, str, bool, bool]]:
    found = buckets.objects.versions("raw").versions
    return [(one.key, one.stored.version_id, one.is_marker, one.is_latest) for one in found]


def test_what_was_replaced_can_still_be_read(buckets: Buckets, versioned: Path) -> None:
    first = put(buckets, "a", b"1")
    second = put(buckets, "a", b"2")

    assert (versioned / "a").read_bytes() == b"2"
    assert read(buckets, "a", first) == b"1"
    assert read(buckets, "a", second) == b"2"
    assert history(buckets) == [("a", second, False, True), ("a", first, False, False)]


def test_a_program_that_writes_over_the_file_loses_nothing(buckets: Buckets, versioned: Path) -> None:
    """
    `cp` truncates the file that is there: only a copy made beforehand can bring the old bytes back.
    """
    first = put(buckets, "a", b"1")
    (versioned / "a").write_bytes(b"22")
    buckets.scan("raw")

    (versioned / "a").write_bytes(b"333")
    buckets.scan("raw")

    newest, middle, oldest = history(buckets)
    assert oldest[1] == first
    assert [read(buckets, "a", version[1]) for version in (oldest, middle, newest)] == [b"1", b"22", b"333"]


def test_what_was_there_before_versions_were_kept_is_kept_after_the_next_look(buckets: Buckets, raw: Path) -> None:
    (raw / "a").write_bytes(b"old")
    buckets.scan("raw")
    buckets.set_versioning("raw", "Enabled")
    buckets.scan("raw")

    (raw / "a").write_bytes(b"new!")
    buckets.scan("raw")

    assert read(buckets, "a", "null") == b"old"


def test_a_removed_file_leaves_a_marker(buckets: Buckets, versioned: Path, recorder: Recorder) -> None:
    first = put(buckets, "a", b"1")

    (versioned / "a").unlink()
    buckets.scan("raw")

    with pytest.raises(DeletedObjectError):
        read(buckets, "a")
    marker, kept = history(buckets)
    assert marker[2:] == (True, True)
    assert kept == ("a", first, False, False)
    assert recorder.seen[-1] == ("ObjectRemoved:DeleteMarkerCreated", "a")
    with pytest.raises(MarkerNotAllowedError):
        read(buckets, "a", marker[1])


def test_deleting_the_marker_brings_the_file_back(buckets: Buckets, versioned: Path) -> None:
    first = buckets.objects.put("raw", "d/a", io.BytesIO(b"1"), Description("text/x", {"k": "v"})).version_id
    marker = buckets.objects.delete("raw", "d/a")
    assert marker is not None
    assert not (versioned / "d").exists()

    removed = buckets.objects.delete("raw", "d/a", marker.version_id)

    assert removed == marker
    assert (versioned / "d/a").read_bytes() == b"1"
    assert buckets.objects.head("raw", "d/a").description.metadata == {"k": "v"}
    assert history(buckets) == [("d/a", first, False, True)]


def test_deleting_the_current_version_brings_the_one_before_back(
    buckets: Buckets, versioned: Path, recorder: Recorder
) -> None:
    first = put(buckets, "a", b"1")
    second = put(buckets, "a", b"2")

    buckets.objects.delete("raw", "a", second)
    buckets.scan("raw")

    assert (versioned / "a").read_bytes() == b"1"
    assert history(buckets) == [("a", first, False, True)]
    assert [name for name, _ in recorder.seen] == ["ObjectCreated:Put"] * 2 + ["ObjectRemoved:Delete"]


def test_the_last_version_to_go_takes_its_bytes_along(buckets: Buckets, versioned: Path) -> None:
    versions = [put(buckets, "a", content) for content in (b"1", b"2")]
    marker = buckets.objects.delete("raw", "a")
    assert marker is not None

    for version_id in (*versions, marker.version_id):
        buckets.objects.delete("raw", "a", version_id)

    assert history(buckets) == []
    assert [path for path in blobs(buckets).rglob("*") if path.is_file()] == []
    buckets.delete_bucket("raw")


def test_a_suspended_bucket_replaces_only_its_null_version(buckets: Buckets, versioned: Path) -> None:
    first = put(buckets, "a", b"1")
    buckets.set_versioning("raw", "Suspended")

    put(buckets, "a", b"2")
    put(buckets, "a", b"3")

    assert history(buckets) == [("a", "null", False, True), ("a", first, False, False)]
    assert read(buckets, "a") == b"3"
    assert buckets.objects.delete("raw", "a") is not None
    assert history(buckets) == [("a", "null", True, True), ("a", first, False, False)]


def test_a_key_that_the_folder_cannot_hold_has_versions_too(buckets: Buckets, versioned: Path) -> None:
    put(buckets, "a", b"file")
    first = put(buckets, "a/b", b"1")
    second = put(buckets, "a/b", b"2")

    buckets.objects.delete("raw", "a/b", second)

    assert read(buckets, "a/b") == b"1"
    assert history(buckets)[1:] == [("a/b", first, False, True)]


def test_a_deletion_of_what_never_was_makes_a_marker(buckets: Buckets, versioned: Path) -> None:
    removed = buckets.objects.delete("raw", "never")

    assert removed is not None
    assert removed.is_marker
    assert buckets.objects.delete("raw", "never", "0" * 32) is None


def test_unknown_versions_are_told_from_unknown_keys(buckets: Buckets, versioned: Path) -> None:
    put(buckets, "a", b"1")

    with pytest.raises(NoSuchVersionError):
        read(buckets, "a", "0" * 32)


def test_tags_belong_to_a_version(buckets: Buckets, versioned: Path, recorder: Recorder) -> None:
    first = put(buckets, "a", b"1")
    put(buckets, "a", b"2")

    buckets.objects.set_tags("raw", "a", {"colour": "red"}, first, Origin("R1"))

    assert buckets.objects.head("raw", "a", first).description.tags == {"colour": "red"}
    assert buckets.objects.head("raw", "a").description.tags == {}
    assert recorder.seen[-1] == ("ObjectTagging:Put", "a")


def test_pages_of_versions_follow_each_other_without_a_gap(buckets: Buckets, versioned: Path) -> None:
    for key in ("a", "b/1", "b/2", "c"):
        for content in (b"1", b"2"):
            put(buckets, key, content)
    whole = history(buckets)

    paged, key, version = [], "", None
    while True:
        page = buckets.objects.versions("raw", start_key=key, start_version=version, limit=1)
        paged += [(one.key, one.stored.version_id, one.is_marker, one.is_latest) for one in page.versions]
        if page.next_key is None:
            break
        key, version = page.next_key, page.next_version

    assert paged == whole
    grouped = buckets.objects.versions("raw", delimiter="/")
    assert grouped.common_prefixes == ("b/",)
    assert [one.key for one in grouped.versions] == ["a", "a", "c", "c"]


def test_blobs_that_a_killed_process_left_are_swept(buckets: Buckets, versioned: Path) -> None:
    put(buckets, "a", b"1")
    left = blobs(buckets) / "ff" / ("f" * 32)
    left.parent.mkdir(exist_ok=True)
    left.write_bytes(b"left over")

    swept = buckets.sweep(older_than_seconds=-1)

    assert swept == 1
    assert read(buckets, "a") == b"1"


def blobs(buckets: Buckets) -> Path:
    return buckets.root.parent / "blobs"
