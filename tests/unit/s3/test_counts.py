"""Numbers of parts and sizes of pages: what is none is refused, and no page is longer than S3's."""

from pathlib import Path
from typing import Any

import pytest

from emulator.units import MIB
from tests.unit.s3.conftest import Server
from tests.unit.s3.test_wire import send


@pytest.fixture
def parts(s3: Any, raw: Path) -> Any:
    """An object of two parts, b in the bucket raw, and a plain one, a."""
    s3.put_object(Bucket="raw", Key="a", Body=b"plain")
    named = {"Bucket": "raw", "Key": "b"}
    upload = named | {"UploadId": s3.create_multipart_upload(**named, ChecksumAlgorithm="CRC32")["UploadId"]}
    sent = [
        {"PartNumber": number, "ETag": (answer := s3.upload_part(**upload, PartNumber=number, Body=body))["ETag"]}
        | {"ChecksumCRC32": answer["ChecksumCRC32"]}
        for number, body in ((1, bytes(5 * MIB)), (2, b"end"))
    ]
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": sent})
    return s3


@pytest.mark.parametrize("key", ["a", "b"])
@pytest.mark.parametrize("number", ["-1", "0", "10001", "-2147483648"])
def test_a_part_that_no_object_can_have_is_refused(parts: Any, server: Server, key: str, number: str) -> None:
    """
    Not taken for one counted from the end.
    """
    status, _, content = send(server, "GET", f"/raw/{key}?partNumber={number}")

    assert (status, b"<Code>InvalidArgument</Code>" in content) == (400, True)
    assert send(server, "HEAD", f"/raw/{key}?partNumber={number}")[0] == 400


def test_a_part_beyond_the_last_is_not_satisfiable(parts: Any, server: Server) -> None:
    """
    Some object could have it, this one does not.
    """
    assert send(server, "GET", "/raw/b?partNumber=3")[0] == 416
    assert send(server, "GET", "/raw/b?partNumber=2")[::2] == (206, b"end")


@pytest.mark.parametrize(
    "headers", [{"x-amz-max-parts": "-1"}, {"x-amz-part-number-marker": "x"}, {"x-amz-part-number-marker": "-1"}]
)
def test_a_page_of_attributes_that_is_none_is_refused(parts: Any, server: Server, headers: dict[str, str]) -> None:
    """
    A client that is told to go on, and not from where, asks for ever.
    """
    asked = {"x-amz-object-attributes": "ObjectParts"} | headers

    assert send(server, "GET", "/raw/b?attributes", b"", asked)[0] == 400


def test_parts_of_an_object_are_told_in_pages(parts: Any) -> None:
    """
    And no page says that there is more without saying where.
    """

    def page(**more: Any) -> Any:
        asked = {"Bucket": "raw", "Key": "b", "ObjectAttributes": ["ObjectParts"], **more}
        return parts.get_object_attributes(**asked)["ObjectParts"]

    first = page(MaxParts=1)

    assert (first["IsTruncated"], int(first["NextPartNumberMarker"]), len(first["Parts"])) == (True, 1, 1)
    assert [one["PartNumber"] for one in page(PartNumberMarker=1)["Parts"]] == [2]
    assert page(MaxParts=0)["IsTruncated"] is False


def test_no_page_is_longer_than_the_longest(parts: Any) -> None:
    """
    A client that asks for more is told how many it gets at most.
    """
    upload = parts.create_multipart_upload(Bucket="raw", Key="c")["UploadId"]

    assert parts.list_objects_v2(Bucket="raw", MaxKeys=5000)["MaxKeys"] == 1000
    assert parts.list_objects(Bucket="raw", MaxKeys=5000)["MaxKeys"] == 1000
    assert parts.list_object_versions(Bucket="raw", MaxKeys=5000)["MaxKeys"] == 1000
    assert parts.list_multipart_uploads(Bucket="raw", MaxUploads=5000)["MaxUploads"] == 1000
    assert parts.list_parts(Bucket="raw", Key="c", UploadId=upload, MaxParts=5000)["MaxParts"] == 1000


@pytest.mark.parametrize(
    "target", ["?max-keys=-1", "?list-type=2&max-keys=-1", "?versions&max-keys=-1", "?uploads&max-uploads=-1"]
)
def test_a_page_of_less_than_nothing_is_refused(server: Server, raw: Path, target: str) -> None:
    """
    In every listing.
    """
    assert send(server, "GET", f"/raw{target}")[0] == 400
