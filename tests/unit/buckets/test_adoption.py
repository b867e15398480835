"""A folder that somebody has already becomes a bucket, and stays where it is."""

import io
import time
from pathlib import Path

import pytest

from emulator.buckets import Buckets
from emulator.buckets.errors import BucketNotEmptyError
from emulator.errors import InvalidRequestError
from tests.unit.buckets.conftest import Recorder


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "a.csv").write_text("1")
    return folder


def test_an_adopted_folder_is_the_bucket(buckets: Buckets, mine: Path, recorder: Recorder) -> None:
    buckets.create_bucket("raw", mine)
    buckets.objects.put("raw", "in/b.csv", io.BytesIO(b"2"))
    buckets.scan("raw")

    assert (mine / "in/b.csv").read_text() == "2"
    assert [stored.key for stored in buckets.objects.all("raw")] == ["a.csv", "in/b.csv"]
    assert sorted(recorder.seen) == [("ObjectCreated:Put", "a.csv"), ("ObjectCreated:Put", "in/b.csv")]


def test_a_drop_into_an_adopted_folder_is_noticed(buckets: Buckets, mine: Path, recorder: Recorder) -> None:
    watcher = buckets.watcher()
    watcher.start()
    try:
        buckets.create_bucket("raw", mine)
        assert watcher.flush(30)
        deadline = time.monotonic() + 30
        while ("ObjectCreated:Put", "a.csv") not in recorder.seen and time.monotonic() < deadline:
            watcher.flush(30)

        (mine / "d").mkdir()
        (mine / "d/c.csv").write_text("3")
        assert watcher.flush(30)
    finally:
        watcher.stop()

    assert recorder.seen == [("ObjectCreated:Put", "a.csv"), ("ObjectCreated:Put", "d/c.csv")]


def test_the_folder_is_given_back_with_its_files(buckets: Buckets, mine: Path) -> None:
    buckets.create_bucket("raw", mine)

    with pytest.raises(BucketNotEmptyError):
        buckets.delete_bucket("raw")
    buckets.delete_bucket("raw", force=True)

    assert (mine / "a.csv").read_text() == "1"
    assert buckets.list() == []
    assert not buckets.path("raw").is_symlink()


def test_a_folder_that_cannot_be_adopted_is_refused(buckets: Buckets, mine: Path, raw: Path) -> None:
    with pytest.raises(InvalidRequestError, match="is no folder"):
        buckets.create_bucket("none", mine / "none")
    with pytest.raises(InvalidRequestError, match="within each other"):
        buckets.create_bucket("loop", raw)
    with pytest.raises(InvalidRequestError, match="within each other"):
        buckets.create_bucket("loop", raw.parents[2])

    assert buckets.names() == ["raw"]


def test_a_folder_on_another_file_system_is_a_bucket_too(buckets: Buckets, other_file_system: Path) -> None:
    """
    A rename cannot cross file systems; the object must be whole from the moment it is there all the same.
    """
    buckets.create_bucket("raw", other_file_system)

    buckets.objects.put("raw", "d/a", io.BytesIO(b"1" * 3_000_000))
    buckets.scan("raw")

    assert (other_file_system / "d/a").stat().st_size == 3_000_000
    assert [stored.key for stored in buckets.objects.all("raw")] == ["d/a"]
    assert sorted(path.name for path in other_file_system.iterdir()) == [".cloudlet", "d"]
