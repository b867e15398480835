"""boto3, unmodified, finds S3 behind the endpoint."""

import base64
import hashlib
import io
import os
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from emulator.buckets import Buckets
from tests.unit.buckets.conftest import Recorder
from tests.unit.file_systems import folding_file_system

KEYS = [
    "plain.csv",
    "a b+c%@é.csv",
    "deep/er/ключ",
    "semi;colon&amp=?#[]",
    "%2F",
    "'quotes\"<>",
    "dots...",
    "tab\tnl\n",
]


def refused(call: Callable[..., Any], **arguments: Any) -> tuple[str, int]:
    """Return the code and HTTP status of the error that *call* meets."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    response: Any = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.parametrize("key", KEYS)
def test_an_object_comes_back_as_it_was_put(s3: Any, raw: Path, key: str) -> None:
    """
    Through the API and through the folder it is the same object.
    """
    put = s3.put_object(Bucket="raw", Key=key, Body=b"1,2\n", ContentType="text/x-mine", Metadata={"who": "me"})

    got = s3.get_object(Bucket="raw", Key=key)
    assert got["Body"].read() == b"1,2\n"
    assert got["ETag"] == put["ETag"] == '"' + hashlib.md5(b"1,2\n").hexdigest() + '"'
    assert (got["ContentType"], got["ContentLength"], got["Metadata"]) == ("text/x-mine", 4, {"who": "me"})
    assert got["AcceptRanges"] == "bytes"
    assert (raw / key).read_bytes() == b"1,2\n"
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket="raw")["Contents"]] == [key]


def test_keys_that_the_file_system_takes_for_one_are_two(s3: Any, buckets: Buckets, tmp_path: Path) -> None:
    with folding_file_system(tmp_path / "exfat") as folder:
        buckets.create_bucket("raw", folder)

        for key in ("Ä/A.txt", "Ä/a.txt", "ä/A.txt", "10:30"):
            s3.put_object(Bucket="raw", Key=key, Body=key.encode())

        listed = [entry["Key"] for entry in s3.list_objects_v2(Bucket="raw")["Contents"]]
        assert listed == ["10:30", "Ä/A.txt", "Ä/a.txt", "ä/A.txt"]
        assert [s3.get_object(Bucket="raw", Key=key)["Body"].read().decode() for key in listed] == listed
        assert refused(s3.get_object, Bucket="raw", Key="ä/a.txt") == ("NoSuchKey", 404)
        assert [path.name for path in folder.rglob("*.txt")] == ["A.txt"]
        s3.copy_object(Bucket="raw", Key="ä/a.txt", CopySource={"Bucket": "raw", "Key": "Ä/A.txt"})
        s3.delete_object(Bucket="raw", Key="ä/A.txt")
        assert s3.get_object(Bucket="raw", Key="Ä/A.txt")["Body"].read() == "Ä/A.txt".encode()


def test_a_dropped_file_can_be_read_at_once(s3: Any, raw: Path) -> None:
    """
    The folder and the API are two doors to one bucket.
    """
    (raw / "a.json").write_text("{}")

    got = s3.get_object(Bucket="raw", Key="a.json")

    assert (got["Body"].read(), got["ContentType"]) == (b"{}", "application/json")


def test_head_says_what_get_says(s3: Any, raw: Path) -> None:
    """
    Programs look before they fetch.
    """
    s3.put_object(Bucket="raw", Key="a", Body=b"x" * 1000, CacheControl="no-cache", ContentEncoding="gzip")

    head, got = s3.head_object(Bucket="raw", Key="a"), s3.get_object(Bucket="raw", Key="a")

    for name in ("ETag", "ContentLength", "LastModified", "ContentType", "CacheControl", "ContentEncoding"):
        assert head[name] == got[name]
    assert head["CacheControl"] == "no-cache"
    assert head["ContentEncoding"] == "gzip"
    assert abs(head["LastModified"] - datetime.now(UTC)) < timedelta(minutes=5)


def test_the_default_checksum_is_kept_and_sent_back(s3: Any, raw: Path) -> None:
    """
    boto3 sends a CRC32 with every put and checks it with every get.
    """
    expected = base64.b64encode(zlib.crc32(b"x").to_bytes(4)).decode()

    put = s3.put_object(Bucket="raw", Key="a", Body=b"x")

    assert put["ChecksumCRC32"] == expected
    assert s3.head_object(Bucket="raw", Key="a", ChecksumMode="ENABLED")["ChecksumCRC32"] == expected
    (raw / "a").write_bytes(b"y")
    assert s3.get_object(Bucket="raw", Key="a")["Body"].read() == b"y"


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256"])
def test_a_body_that_does_not_fit_its_checksum_is_refused(s3: Any, raw: Path, algorithm: str) -> None:
    """
    What was garbled on the way must not become an object.
    """
    wrong = base64.b64encode(b"\0" * {"CRC32": 4, "SHA1": 20, "SHA256": 32}[algorithm]).decode()

    answer = refused(s3.put_object, Bucket="raw", Key="a", Body=b"x", **{f"Checksum{algorithm}": wrong})

    assert answer == ("BadDigest", 400)
    assert refused(
        s3.put_object, Bucket="raw", Key="a", Body=b"x", ContentMD5=base64.b64encode(b"\0" * 16).decode()
    ) == ("BadDigest", 400)
    assert list(raw.iterdir()) == []


def test_a_stream_of_unknown_length_is_sent_in_chunks_and_unpacked(s3: Any, raw: Path) -> None:
    """
    Files are sent with frames around their chunks; those are no part of the object.
    """
    content = os.urandom(3_000_001)

    s3.upload_fileobj(io.BytesIO(content), "raw", "up")

    assert (raw / "up").read_bytes() == content


def test_files_go_up_and_down(s3: Any, raw: Path, tmp_path: Path) -> None:
    """
    upload_file and download_file are what most handlers use.
    """
    (tmp_path / "in").write_bytes(os.urandom(200_000))

    s3.upload_file(str(tmp_path / "in"), "raw", "d/file")
    s3.download_file("raw", "d/file", str(tmp_path / "out"))

    assert (tmp_path / "out").read_bytes() == (tmp_path / "in").read_bytes()


@pytest.mark.parametrize(
    ("asked", "expected", "content_range"),
    [
        ("bytes=0-1", b"01", "bytes 0-1/10"),
        ("bytes=8-", b"89", "bytes 8-9/10"),
        ("bytes=-3", b"789", "bytes 7-9/10"),
        ("bytes=5-99", b"56789", "bytes 5-9/10"),
    ],
)
def test_a_range_is_answered_with_its_bytes(
    s3: Any, raw: Path, asked: str, expected: bytes, content_range: str
) -> None:
    """
    Parquet readers live on ranges.
    """
    s3.put_object(Bucket="raw", Key="a", Body=b"0123456789")

    got = s3.get_object(Bucket="raw", Key="a", Range=asked)

    assert (got["Body"].read(), got["ContentRange"]) == (expected, content_range)
    assert got["ResponseMetadata"]["HTTPStatusCode"] == 206


def test_a_range_beyond_the_end_cannot_be_satisfied(s3: Any, raw: Path) -> None:
    """
    AWS says 416.
    """
    s3.put_object(Bucket="raw", Key="a", Body=b"0123456789")

    assert refused(s3.get_object, Bucket="raw", Key="a", Range="bytes=10-") == ("InvalidRange", 416)


def test_conditions_decide_whether_an_object_is_sent(s3: Any, raw: Path) -> None:
    """
    Caches ask before they fetch.
    """
    etag = s3.put_object(Bucket="raw", Key="a", Body=b"x")["ETag"]
    later, earlier = datetime.now(UTC) + timedelta(hours=1), datetime(2020, 1, 1, tzinfo=UTC)
    get = {"Bucket": "raw", "Key": "a"}

    assert s3.get_object(**get, IfMatch=etag, IfUnmodifiedSince=earlier)["Body"].read() == b"x"
    assert s3.get_object(**get, IfNoneMatch='"other"', IfModifiedSince=later)["Body"].read() == b"x"
    assert refused(s3.get_object, **get, IfMatch='"other"') == ("PreconditionFailed", 412)
    assert refused(s3.get_object, **get, IfUnmodifiedSince=earlier) == ("PreconditionFailed", 412)
    assert refused(s3.get_object, **get, IfNoneMatch=etag) == ("304", 304)
    assert refused(s3.head_object, **get, IfModifiedSince=later) == ("304", 304)


def test_a_put_may_depend_on_what_is_there(s3: Any, raw: Path) -> None:
    """
    `If-None-Match: *` is a lock, `If-Match` a compare-and-swap.
    """
    put = {"Bucket": "raw", "Key": "a"}
    etag = s3.put_object(**put, Body=b"1", IfNoneMatch="*")["ETag"]

    assert refused(s3.put_object, **put, Body=b"2", IfNoneMatch="*") == ("PreconditionFailed", 412)
    assert refused(s3.put_object, **put, Body=b"2", IfMatch='"other"') == ("PreconditionFailed", 412)
    assert refused(s3.put_object, Bucket="raw", Key="b", Body=b"2", IfMatch=etag) == ("NoSuchKey", 404)
    s3.put_object(**put, Body=b"3", IfMatch=etag)

    assert (raw / "a").read_text() == "3"


def test_copies_keep_or_replace_their_description(s3: Any, raw: Path, recorder: Recorder) -> None:
    """
    The directive decides; and a copy is told apart from a put.
    """
    s3.put_object(Bucket="raw", Key="a b+c", Body=b"x", Metadata={"who": "me"}, ContentType="text/csv")

    copied = s3.copy_object(Bucket="raw", Key="kept", CopySource={"Bucket": "raw", "Key": "a b+c"})
    s3.copy_object(
        Bucket="raw", Key="new", CopySource="raw/a b+c", MetadataDirective="REPLACE", Metadata={"who": "you"}
    )

    assert copied["CopyObjectResult"]["ETag"] == s3.head_object(Bucket="raw", Key="kept")["ETag"]
    assert s3.head_object(Bucket="raw", Key="kept")["Metadata"] == {"who": "me"}
    assert s3.head_object(Bucket="raw", Key="new")["Metadata"] == {"who": "you"}
    assert [event.name for event in recorder.events] == ["ObjectCreated:Put"] + ["ObjectCreated:Copy"] * 2
    assert refused(s3.copy_object, Bucket="raw", Key="kept", CopySource="raw/kept") == ("InvalidRequest", 400)
    assert refused(s3.copy_object, Bucket="raw", Key="x", CopySource="raw/none") == ("NoSuchKey", 404)


def test_pages_of_a_listing_are_the_whole_listing(s3: Any, raw: Path) -> None:
    """
    Paginators go on until they are told to stop.
    """
    keys = [f"d{number % 7}/{number:03} é+%" for number in range(50)] + ["top"]
    for key in keys:
        s3.put_object(Bucket="raw", Key=key, Body=b"")
    paginator = s3.get_paginator("list_objects_v2")

    pages = list(paginator.paginate(Bucket="raw", PaginationConfig={"PageSize": 9}))
    rolled = list(paginator.paginate(Bucket="raw", Delimiter="/", PaginationConfig={"PageSize": 3}))
    old = list(s3.get_paginator("list_objects").paginate(Bucket="raw", PaginationConfig={"PageSize": 9}))

    assert [entry["Key"] for page in pages for entry in page["Contents"]] == sorted(keys)
    assert [entry["Key"] for page in old for entry in page["Contents"]] == sorted(keys)
    assert [p["Prefix"] for page in rolled for p in page.get("CommonPrefixes", ())] == [f"d{n}/" for n in range(7)]
    assert [entry["Key"] for page in rolled for entry in page.get("Contents", ())] == ["top"]
    assert [page["KeyCount"] for page in rolled] == [3, 3, 2]
    assert s3.list_objects_v2(Bucket="raw", Prefix="d6/", StartAfter="d6/034 é+%")["KeyCount"] == 2


def test_objects_are_deleted_one_by_one_and_together(s3: Any, raw: Path, recorder: Recorder) -> None:
    """
    To delete what is not there is a success, and no event.
    """
    for key in ("a", "b&<", "c"):
        s3.put_object(Bucket="raw", Key=key, Body=b"")
    recorder.events.clear()

    s3.delete_object(Bucket="raw", Key="a")
    s3.delete_object(Bucket="raw", Key="a")
    gone = s3.delete_objects(Bucket="raw", Delete={"Objects": [{"Key": "b&<"}, {"Key": "never"}]})

    assert sorted(entry["Key"] for entry in gone["Deleted"]) == ["b&<", "never"]
    assert [event.key for event in recorder.events] == ["a", "b&<"]
    assert [path.name for path in raw.iterdir()] == ["c"]


def test_buckets_come_and_go(s3: Any, raw: Path, buckets: Buckets) -> None:
    """
    With AWS's codes for each wrong moment.
    """
    s3.create_bucket(Bucket="raw")  # us-east-1 says yes again
    s3.put_object(Bucket="raw", Key="a", Body=b"")

    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["raw"]
    assert s3.get_bucket_location(Bucket="raw")["LocationConstraint"] is None
    assert s3.head_bucket(Bucket="raw")["BucketRegion"] == "us-east-1"
    assert refused(s3.delete_bucket, Bucket="raw") == ("BucketNotEmpty", 409)
    s3.delete_object(Bucket="raw", Key="a")
    s3.delete_bucket(Bucket="raw")
    assert refused(s3.head_bucket, Bucket="raw") == ("404", 404)
    assert buckets.names() == []


def test_what_is_not_there_has_aws_s_code(s3: Any, raw: Path) -> None:
    """
    Handlers catch these by name.
    """
    with pytest.raises(s3.exceptions.NoSuchKey):
        s3.get_object(Bucket="raw", Key="none")
    with pytest.raises(s3.exceptions.NoSuchBucket):
        s3.get_object(Bucket="none", Key="none")
    assert refused(s3.head_object, Bucket="raw", Key="none") == ("404", 404)
    assert refused(s3.put_object, Bucket="none", Key="a", Body=b"x" * 3_000_000) == ("NoSuchBucket", 404)
    assert refused(s3.list_objects_v2, Bucket="none") == ("NoSuchBucket", 404)
    assert refused(s3.put_object, Bucket="raw", Key="k" * 1025, Body=b"") == ("KeyTooLongError", 400)


def test_what_is_not_built_says_so(s3: Any, raw: Path) -> None:
    """
    A sub-resource must not be mistaken for the resource.
    """
    assert refused(s3.get_bucket_metadata_configuration, Bucket="raw") == ("NotImplemented", 501)
    assert refused(s3.rename_object, Bucket="raw", Key="a", RenameSource="raw/b") == ("NotImplemented", 501)


def test_metadata_has_a_limit(s3: Any, raw: Path) -> None:
    """
    2 KB fit, more is refused; names are in lower case.
    """
    s3.put_object(Bucket="raw", Key="a", Body=b"", Metadata={"Title": "x" * 2000})

    assert s3.head_object(Bucket="raw", Key="a")["Metadata"] == {"title": "x" * 2000}
    assert refused(s3.put_object, Bucket="raw", Key="b", Body=b"", Metadata={"t": "x" * 2048}) == (
        "MetadataTooLarge",
        400,
    )
