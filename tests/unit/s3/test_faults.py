"""What the disk does to the server: no room, no right to write, a folder that is gone. Writers are told; it goes on."""

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from emulator.buckets import Buckets
from emulator.home import Home
from emulator.settings import Settings
from emulator.state import Database
from emulator.units import KIB, MIB
from tests.conftest import wait_for
from tests.unit.file_systems import fill, memory_file_system, read_only
from tests.unit.s3.conftest import Server
from tests.unit.s3.test_wire import send

SIZE = 12 * MIB
OLD, NEW = b"o" * 100 * KIB, b"n" * MIB


@pytest.fixture
def home(settings: Settings) -> Iterator[Home]:
    """A home that is a small file system, which `buckets` and the server have."""
    with memory_file_system(settings.home, SIZE):
        yield Home(settings.home)


@pytest.fixture
def calm(home: Home, server: Server) -> Iterator[Any]:
    """A client that is told the first answer."""
    client = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{server.port}",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )
    client.create_bucket(Bucket="raw")
    yield client
    client.close()


def put(s3: Any) -> None:
    s3.put_object(Bucket="raw", Key="a", Body=NEW)


def put_small(s3: Any) -> None:
    s3.put_object(Bucket="raw", Key="a", Body=OLD[:-1])


def put_aside(s3: Any) -> None:
    s3.put_object(Bucket="raw", Key="a/b", Body=NEW)


def copy(s3: Any) -> None:
    s3.copy_object(Bucket="raw", Key="a", CopySource="raw/large")


def put_part(s3: Any) -> None:
    upload = s3.list_multipart_uploads(Bucket="raw")["Uploads"][0]
    s3.upload_part(Bucket="raw", Key=upload["Key"], UploadId=upload["UploadId"], PartNumber=2, Body=NEW)


def complete(s3: Any) -> None:
    upload = s3.list_multipart_uploads(Bucket="raw")["Uploads"][0]
    parts = s3.list_parts(Bucket="raw", Key=upload["Key"], UploadId=upload["UploadId"])["Parts"]
    named = [{"PartNumber": part["PartNumber"], "ETag": part["ETag"]} for part in parts]
    s3.complete_multipart_upload(
        Bucket="raw", Key=upload["Key"], UploadId=upload["UploadId"], MultipartUpload={"Parts": named}
    )


def delete(s3: Any) -> None:
    s3.delete_object(Bucket="raw", Key="a")


WAYS = [put, put_small, put_aside, copy, put_part, complete]


def prepare(s3: Any, versioning: str) -> None:
    """Have an old object, a large one, and an upload with a part."""
    if versioning:
        s3.put_bucket_versioning(Bucket="raw", VersioningConfiguration={"Status": versioning})
    s3.put_object(Bucket="raw", Key="a", Body=OLD)
    s3.put_object(Bucket="raw", Key="large", Body=NEW)
    upload = s3.create_multipart_upload(Bucket="raw", Key="a")
    s3.upload_part(Bucket="raw", Key="a", UploadId=upload["UploadId"], PartNumber=1, Body=NEW)


def kept(home: Home) -> list[tuple[str, int]]:
    """Return what there is of bytes beside the state: files and blobs, and what is on its way."""
    folders = (home.buckets, home.blobs, home.staging)
    paths = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
    return [(str(path), path.stat().st_size) for path in paths]


@pytest.mark.parametrize("versioning", ["", "Enabled"])
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_full_disk_is_told_and_changes_nothing(
    home: Home, calm: Any, way: Callable[[Any], None], versioning: str
) -> None:
    """
    The object that was there is there, nothing is left of the new one, and with room again it works.
    """
    prepare(calm, versioning)
    before = kept(home)
    filler = fill(home.root, but_bytes=64 * KIB)

    with pytest.raises(ClientError) as refused:
        way(calm)

    error = refused.value.response
    assert (error["Error"]["Code"], error["ResponseMetadata"]["HTTPStatusCode"]) == ("InternalError", 500)
    assert "No space left on device" in error["Error"]["Message"]
    assert "make room" in error["Error"]["Hint"]
    assert kept(home) == before
    assert calm.get_object(Bucket="raw", Key="a")["Body"].read() == OLD
    filler.unlink()
    way(calm)
    assert list(home.staging.iterdir()) == []


def test_without_any_room_what_was_told_is_true(home: Home, calm: Any, buckets: Buckets) -> None:
    """
    Even to delete takes room, in the log of the state file; whatever was refused can be done afterwards.
    """
    for number in range(150):
        calm.put_object(Bucket="raw", Key=f"many/{number}", Body=b"")
    filler = fill(home.root)

    deleted, refused = set(), set()
    for number in range(150):
        try:
            calm.delete_object(Bucket="raw", Key=f"many/{number}")
            deleted.add(f"many/{number}")
        except ClientError as error:
            assert error.response["Error"]["Code"] == "InternalError"
            refused.add(f"many/{number}")

    assert refused
    filler.unlink()
    for key in refused:
        calm.delete_object(Bucket="raw", Key=key)
    buckets.scan("raw")
    assert "Contents" not in calm.list_objects_v2(Bucket="raw")


@pytest.mark.parametrize("versioning", ["", "Enabled"])
def test_a_folder_that_takes_no_writes_is_still_read(home: Home, calm: Any, buckets: Buckets, versioning: str) -> None:
    """
    Access is denied, which no SDK tries again; what is there can be had, and nothing is left over.
    """
    prepare(calm, versioning)
    before = kept(home)

    with read_only(buckets.path("raw")):
        for way in (put, put_small, copy, complete, delete):
            with pytest.raises(ClientError) as refused:
                way(calm)
            assert refused.value.response["Error"]["Code"] == "AccessDenied"
        assert kept(home) == before
        assert calm.get_object(Bucket="raw", Key="a")["Body"].read() == OLD
        assert [found["Key"] for found in calm.list_objects_v2(Bucket="raw")["Contents"]] == ["a", "large"]

    put(calm)
    assert calm.get_object(Bucket="raw", Key="a")["Body"].read() == NEW


def test_an_adopted_folder_that_takes_no_writes_is_still_read(
    settings: Settings, server: Server, s3: Any, buckets: Buckets, tmp_path: Path
) -> None:
    """
    A data set on a disk that is mounted read-only is a bucket, too.
    """
    with memory_file_system(tmp_path / "disk", MIB) as disk:
        (disk / "a").write_bytes(OLD)
        buckets.create_bucket("raw", disk)
        buckets.scan("raw")

        with read_only(disk):
            with pytest.raises(ClientError) as put_refused:
                s3.put_object(Bucket="raw", Key="b", Body=b"")
            with pytest.raises(ClientError) as delete_refused:
                s3.delete_object(Bucket="raw", Key="a")

            codes = [error.value.response["Error"]["Code"] for error in (put_refused, delete_refused)]
            assert codes == ["AccessDenied", "AccessDenied"]
            assert s3.get_object(Bucket="raw", Key="a")["Body"].read() == OLD
            assert list(Home(settings.home).staging.iterdir()) == []


def test_a_file_that_nobody_may_write_down_yet_keeps_no_reader_of_others_waiting(
    server: Server, raw: Path, s3: Any, settings: Settings
) -> None:
    """
    To make it known takes the state file, which another process has, and its bytes, which may be many.
    """
    s3.put_object(Bucket="raw", Key="known", Body=OLD)
    (raw / "new").write_bytes(NEW)
    other = Database(Home(settings.home).state_file)
    with ThreadPoolExecutor(3) as threads:
        with other.transaction():
            waiting = [threads.submit(send, server, method, "/raw/new") for method in ("GET", "HEAD", "GET")]
            for _ in range(5):
                assert send(server, "GET", "/raw/known")[2] == OLD
                assert send(server, "HEAD", "/raw/known")[0] == 200
            assert not any(answer.done() for answer in waiting)

        assert [answer.result()[0] for answer in waiting] == [200, 200, 200]
    other.close()


@pytest.fixture
def watched(raw: Path, buckets: Buckets) -> Iterator[Callable[[], bool]]:
    """A bucket with an object, whose folder is watched; call it to have all be noticed."""
    (raw / "d").mkdir()
    (raw / "d/a").write_bytes(OLD)
    watcher = buckets.watcher()
    watcher.start()
    yield lambda: wait_for(lambda: watcher.flush(30))
    watcher.stop()


def keys(s3: Any) -> list[str]:
    return [found["Key"] for found in s3.list_objects_v2(Bucket="raw").get("Contents", [])]


def test_a_folder_that_is_deleted_under_the_server_is_an_empty_bucket(
    watched: Callable[[], bool], raw: Path, s3: Any, server: Server
) -> None:
    """
    It is made again by whoever writes first, and watched again.
    """
    watched()

    shutil.rmtree(raw)

    assert send(server, "GET", "/raw/d/a")[0] == 404
    watched()
    assert keys(s3) == []
    s3.put_object(Bucket="raw", Key="d/b", Body=b"")
    watched()
    (raw / "d/c").write_text("x")
    watched()
    assert keys(s3) == ["d/b", "d/c"]


def test_a_file_in_a_folder_s_place_loses_nothing(
    watched: Callable[[], bool], raw: Path, s3: Any, server: Server
) -> None:
    """
    What is put meanwhile lies elsewhere; the file that is no folder is left as it is.
    """
    watched()
    raw.rename(raw.with_name("away"))
    raw.write_text("mine")
    watched()

    assert send(server, "GET", "/raw/d/a")[0] == 404
    s3.put_object(Bucket="raw", Key="d/b", Body=b"b")

    assert keys(s3) == ["d/b"]
    assert s3.get_object(Bucket="raw", Key="d/b")["Body"].read() == b"b"
    assert raw.read_text() == "mine"
    raw.unlink()
    raw.with_name("away").rename(raw)
    watched()
    assert keys(s3) == ["d/a", "d/b"]


def test_a_link_in_a_folder_s_place_is_the_folder_that_it_leads_to(
    watched: Callable[[], bool], raw: Path, s3: Any, buckets: Buckets, tmp_path: Path
) -> None:
    """
    As if it had been adopted; a bucket that is deleted takes nothing with it but the link.
    """
    watched()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "x").write_text("x")
    shutil.rmtree(raw)

    raw.symlink_to(elsewhere)
    watched()

    assert keys(s3) == ["x"]
    (elsewhere / "y").write_text("y")
    watched()
    assert keys(s3) == ["x", "y"]
    buckets.delete_bucket("raw", force=True)
    assert sorted(path.name for path in elsewhere.iterdir()) == ["x", "y"]
