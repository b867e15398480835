"""Whether a bucket keeps versions, through boto3."""

from collections.abc import Callable
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.s3.test_settings import refused, said


def test_a_bucket_keeps_versions_once_it_is_asked_to(s3: Any, raw: Path) -> None:
    """
    From nothing to Enabled to Suspended; there is no way back to nothing.
    """
    before = said(s3.get_bucket_versioning(Bucket="raw"))

    s3.put_bucket_versioning(Bucket="raw", VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket="raw", Key="a", Body=b"1")["VersionId"]
    second = s3.put_object(Bucket="raw", Key="a", Body=b"2")["VersionId"]
    enabled = said(s3.get_bucket_versioning(Bucket="raw"))
    s3.put_bucket_versioning(Bucket="raw", VersioningConfiguration={"Status": "Suspended"})

    assert (before, enabled) == ({}, {"Status": "Enabled"})
    assert said(s3.get_bucket_versioning(Bucket="raw")) == {"Status": "Suspended"}
    assert [s3.get_object(Bucket="raw", Key="a", VersionId=version)["Body"].read() for version in (first, second)] == [
        b"1",
        b"2",
    ]


@pytest.mark.parametrize(
    ("configuration", "code", "status"),
    [
        ({"Status": "Enabled", "MFADelete": "Enabled"}, "AccessDenied", 403),
        ({}, "IllegalVersioningConfigurationException", 400),
        ({"Status": "Sometimes"}, "MalformedXML", 400),
    ],
)
def test_what_aws_refuses_changes_nothing(
    s3: Any, raw: Path, configuration: dict[str, str], code: str, status: int
) -> None:
    """
    Nobody here has the device that MFA delete needs.
    """
    found = refused(s3.put_bucket_versioning, Bucket="raw", VersioningConfiguration=configuration)

    assert found[:2] == (code, status)
    assert said(s3.get_bucket_versioning(Bucket="raw")) == {}


def test_mfa_delete_that_is_not_wanted_is_no_matter(s3: Any, raw: Path) -> None:
    """
    Infrastructure tools write it down.
    """
    s3.put_bucket_versioning(Bucket="raw", VersioningConfiguration={"Status": "Enabled", "MFADelete": "Disabled"})

    assert said(s3.get_bucket_versioning(Bucket="raw")) == {"Status": "Enabled"}


def test_a_reader_is_told_of_a_delete_marker(s3: Any, raw: Path) -> None:
    """
    Clients tell by it that an object has been there from one that never was.
    """
    s3.put_bucket_versioning(Bucket="raw", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="raw", Key="a", Body=b"1")
    marker = s3.delete_object(Bucket="raw", Key="a")["VersionId"]
    (listed,) = s3.list_object_versions(Bucket="raw")["DeleteMarkers"]

    for read in (s3.get_object, s3.head_object, s3.get_object_tagging):
        gone = headers_of_refusal(read, 404, Key="a")
        asked_for = headers_of_refusal(read, 405, Key="a", VersionId=marker)
        never = headers_of_refusal(read, 404, Key="never")

        assert (gone["x-amz-delete-marker"], gone["x-amz-version-id"]) == ("true", marker)
        assert "last-modified" not in gone
        assert (asked_for["x-amz-delete-marker"], asked_for["x-amz-version-id"]) == ("true", marker)
        assert asked_for["allow"] == "DELETE"
        assert parsedate_to_datetime(asked_for["last-modified"]) == listed["LastModified"]
        assert never.keys() & {"x-amz-delete-marker", "x-amz-version-id"} == set()


def test_the_version_null_is_said_where_the_bucket_keeps_versions(s3: Any, raw: Path) -> None:
    """
    Wherever its bytes lie: in the folder, beside it, or in a file that was there before anybody asked for versions.
    """
    for key in ("before", "below/a", "below"):
        assert "VersionId" not in s3.put_object(Bucket="raw", Key=key, Body=b"1")
        assert "VersionId" not in s3.get_object(Bucket="raw", Key=key)

    s3.put_bucket_versioning(Bucket="raw", VersioningConfiguration={"Status": "Enabled"})

    assert s3.head_object(Bucket="raw", Key="before")["VersionId"] == "null"
    assert s3.head_object(Bucket="raw", Key="below")["VersionId"] == "null"
    new = s3.put_object(Bucket="raw", Key="before", Body=b"2")["VersionId"]
    null = {"Bucket": "raw", "Key": "before", "VersionId": "null"}
    assert s3.get_object(Bucket="raw", Key="before")["VersionId"] == new
    assert s3.get_object(**null)["VersionId"] == "null"
    assert s3.put_object_tagging(**null, Tagging={"TagSet": []})["VersionId"] == "null"
    copied = s3.copy_object(Bucket="raw", Key="copy", CopySource=null)
    assert copied["CopySourceVersionId"] == "null"
    upload = s3.create_multipart_upload(Bucket="raw", Key="parts")["UploadId"]
    part = s3.upload_part_copy(Bucket="raw", Key="parts", UploadId=upload, PartNumber=1, CopySource=null)
    assert part["CopySourceVersionId"] == "null"

    s3.put_bucket_versioning(Bucket="raw", VersioningConfiguration={"Status": "Suspended"})

    for key in ("fold/b", "fold", "fold/"):
        assert s3.put_object(Bucket="raw", Key=key, Body=b"")["VersionId"] == "null"


def test_a_copy_says_of_its_source_what_the_bucket_of_that_keeps(s3: Any, raw: Path) -> None:
    s3.put_object(Bucket="raw", Key="a", Body=b"1")
    s3.create_bucket(Bucket="kept")
    s3.put_bucket_versioning(Bucket="kept", VersioningConfiguration={"Status": "Suspended"})

    copied = s3.copy_object(Bucket="kept", Key="a", CopySource={"Bucket": "raw", "Key": "a"})

    assert copied["VersionId"] == "null"
    assert "CopySourceVersionId" not in copied


def test_a_page_of_versions_shows_all_that_is_known_of_each(s3: Any, raw: Path) -> None:
    """
    Keys that XML must escape, what was dropped as a file, checksums, storage classes, markers.
    """
    s3.put_bucket_versioning(Bucket="raw", VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket="raw", Key="a<&é", Body=b"1", StorageClass="GLACIER", ChecksumAlgorithm="SHA256")
    second = s3.put_object(Bucket="raw", Key="a<&é", Body=b"22")
    marker = s3.delete_object(Bucket="raw", Key="a<&é")["VersionId"]
    last = s3.put_object(Bucket="raw", Key="b", Body=b"333")

    page = s3.list_object_versions(Bucket="raw")

    shown = [(one["Key"], one["VersionId"], one["IsLatest"], one["Size"], one["ETag"]) for one in page["Versions"]]
    assert shown == [
        ("a<&é", second["VersionId"], False, 2, second["ETag"]),
        ("a<&é", first["VersionId"], False, 1, first["ETag"]),
        ("b", last["VersionId"], True, 3, last["ETag"]),
    ]
    assert [one["StorageClass"] for one in page["Versions"]] == ["STANDARD", "GLACIER", "STANDARD"]
    assert page["Versions"][1]["ChecksumAlgorithm"] == ["SHA256"]
    assert page["Versions"][1]["ChecksumType"] == "FULL_OBJECT"
    assert page["Versions"][2]["LastModified"] == s3.head_object(Bucket="raw", Key="b")["LastModified"]
    (deleted,) = page["DeleteMarkers"]
    assert (deleted["Key"], deleted["VersionId"], deleted["IsLatest"]) == ("a<&é", marker, True)
    assert {one["Owner"]["ID"] for one in [*page["Versions"], deleted]} == {"000000000000"}


def test_many_objects_deleted_by_one_request_each_have_their_answer(s3: Any, raw: Path) -> None:
    """
    They go in groups, and what is wrong with one of them is said of that one.
    """
    s3.put_bucket_versioning(Bucket="raw", VersioningConfiguration={"Status": "Enabled"})
    versions = {f"{number:03}": s3.put_object(Bucket="raw", Key=f"{number:03}")["VersionId"] for number in range(70)}
    objects = [{"Key": key} for key in versions] + [{"Key": "x" * 1025}, {"Key": "000", "VersionId": versions["000"]}]

    answer = s3.delete_objects(Bucket="raw", Delete={"Objects": objects})

    assert [(one["Key"], one["Code"]) for one in answer["Errors"]] == [("x" * 1025, "KeyTooLongError")]
    assert [one["Key"] for one in answer["Deleted"]] == [*versions, "000"]
    assert all(one["DeleteMarker"] for one in answer["Deleted"][:70])
    assert answer["Deleted"][70] == {"Key": "000", "VersionId": versions["000"]}
    page = s3.list_object_versions(Bucket="raw")
    assert len(page["DeleteMarkers"]) == 70
    assert len(page["Versions"]) == 69


def headers_of_refusal(read: Callable[..., Any], status: int, **arguments: str) -> dict[str, str]:
    with pytest.raises(ClientError) as caught:
        read(Bucket="raw", **arguments)
    answered: Any = caught.value.response["ResponseMetadata"]
    assert answered["HTTPStatusCode"] == status
    return dict(answered["HTTPHeaders"])
