"""Tags of objects; and who may do what with an object, which is never anything but AWS's default."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from emulator.buckets import Buckets
from tests.unit.buckets.conftest import Recorder
from tests.unit.s3.conftest import Server
from tests.unit.s3.test_boto3 import refused
from tests.unit.s3.test_wire import send

OBJECT = {"Bucket": "raw", "Key": "a"}


def tag_set(*tags: tuple[str, str]) -> dict[str, Any]:
    return {"TagSet": [{"Key": key, "Value": value} for key, value in tags]}


@pytest.fixture
def stored(s3: Any, raw: Path, recorder: Recorder) -> str:
    """The etag of an object that the tests can tag."""
    etag = str(s3.put_object(**OBJECT, Body=b"x", Tagging="first=1&two=a%20b")["ETag"])
    recorder.events.clear()
    return etag


def test_tags_come_with_a_put_and_are_replaced_and_removed(s3: Any, stored: str, recorder: Recorder) -> None:
    """
    The object stays what it is; that its tags changed is an event of its own.
    """
    assert s3.get_object_tagging(**OBJECT)["TagSet"] == tag_set(("first", "1"), ("two", "a b"))["TagSet"]

    s3.put_object_tagging(**OBJECT, Tagging=tag_set(("colour", "rød"), ("empty", "")))

    assert s3.get_object_tagging(**OBJECT)["TagSet"] == tag_set(("colour", "rød"), ("empty", ""))["TagSet"]
    head = s3.head_object(**OBJECT)
    assert (head["TagCount"], head["ETag"]) == (2, stored)
    s3.delete_object_tagging(**OBJECT)
    assert s3.get_object_tagging(**OBJECT)["TagSet"] == []
    assert "TagCount" not in s3.head_object(**OBJECT)
    assert recorder.seen == [("ObjectTagging:Put", "a"), ("ObjectTagging:Delete", "a")]


def test_each_version_has_its_own_tags(s3: Any, raw: Path, buckets: Buckets, recorder: Recorder) -> None:
    buckets.set_versioning("raw", "Enabled")
    old = s3.put_object(**OBJECT, Body=b"1")["VersionId"]
    new = s3.put_object(**OBJECT, Body=b"2")["VersionId"]

    answer = s3.put_object_tagging(**OBJECT, VersionId=old, Tagging=tag_set(("k", "old")))

    assert answer["VersionId"] == old
    assert recorder.events[-1].version_id == old
    assert s3.get_object_tagging(**OBJECT, VersionId=old)["TagSet"] == tag_set(("k", "old"))["TagSet"]
    current = s3.get_object_tagging(**OBJECT)
    assert (current["VersionId"], current["TagSet"]) == (new, [])
    assert s3.delete_object_tagging(**OBJECT, VersionId=old)["VersionId"] == old
    assert s3.get_object_tagging(**OBJECT, VersionId=old)["TagSet"] == []
    marker = s3.delete_object(**OBJECT)["VersionId"]
    assert refused(s3.get_object_tagging, **OBJECT, VersionId=marker) == ("MethodNotAllowed", 405)
    assert refused(s3.get_object_tagging, **OBJECT, VersionId="0" * 32) == ("NoSuchVersion", 404)


@pytest.mark.parametrize(
    ("tags", "code"),
    [
        ([(f"k{number}", "") for number in range(11)], "BadRequest"),
        ([("k", "1"), ("k", "2")], "InvalidTag"),
        ([("k" * 129, "")], "InvalidTag"),
        ([("k", "v" * 257)], "InvalidTag"),
        ([("aws:mine", "")], "InvalidTag"),
        ([("k!", "")], "InvalidTag"),
        ([("k", "a&b")], "InvalidTag"),
    ],
)
def test_what_is_no_tag_is_refused(s3: Any, stored: str, tags: list[tuple[str, str]], code: str) -> None:
    """
    However it comes; and the tags that were there stay.
    """
    assert refused(s3.put_object_tagging, **OBJECT, Tagging=tag_set(*tags)) == (code, 400)

    assert len(s3.get_object_tagging(**OBJECT)["TagSet"]) == 2


def test_the_limits_themselves_are_tags(s3: Any, stored: str) -> None:
    tags = [("k" * 128, "v" * 256), ("Łódź +-=._:/@", ""), *((f"k{number}", "") for number in range(8))]

    s3.put_object_tagging(**OBJECT, Tagging=tag_set(*tags))

    assert len(s3.get_object_tagging(**OBJECT)["TagSet"]) == 10


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<Tagging/>",
        b"<Tagging><TagSet><Tag><Key></Key><Value>v</Value></Tag></TagSet></Tagging>",
        b"<Tagging><TagSet><Tag><Key>k</Key></Tag></TagSet></Tagging>",
        b"<Tagging><TagSet><Tag><Value>v</Value></Tag></TagSet></Tagging>",
    ],
)
def test_half_a_tag_is_no_document(server: Server, stored: str, body: bytes) -> None:
    assert send(server, "PUT", "/raw/a?tagging", body)[0] == 400


def test_tags_of_a_header_have_the_same_limits(s3: Any, stored: str) -> None:
    many = "&".join(f"k{number}=" for number in range(11))

    assert refused(s3.put_object, **OBJECT, Body=b"", Tagging=many) == ("BadRequest", 400)
    assert refused(s3.put_object, **OBJECT, Body=b"", Tagging="k=1&k=2") == ("InvalidArgument", 400)
    assert refused(s3.create_multipart_upload, **OBJECT, Tagging="aws:k=1") == ("InvalidTag", 400)


@pytest.mark.parametrize(
    "name", ["get_object_tagging", "delete_object_tagging", "get_object_acl", "get_object_retention"]
)
def test_what_is_not_there_has_no_tags_and_no_owner(s3: Any, raw: Path, name: str) -> None:
    call: Callable[..., Any] = getattr(s3, name)

    assert refused(call, **OBJECT) == ("NoSuchKey", 404)
    assert refused(call, Bucket="none", Key="a") == ("NoSuchBucket", 404)


def test_an_object_belongs_to_its_owner_alone(s3: Any, stored: str) -> None:
    """
    As in every bucket that AWS makes since 2023: ACLs can be read, and put if they change nothing.
    """
    acl = s3.get_object_acl(**OBJECT)

    (grant,) = acl["Grants"]
    assert (grant["Permission"], grant["Grantee"]["Type"]) == ("FULL_CONTROL", "CanonicalUser")
    assert grant["Grantee"]["ID"] == acl["Owner"]["ID"]
    s3.put_object_acl(**OBJECT, ACL="bucket-owner-full-control")
    s3.put_object_acl(**OBJECT, AccessControlPolicy={"Grants": acl["Grants"], "Owner": acl["Owner"]})
    for more in (
        {"ACL": "public-read"},
        {"ACL": "private"},
        {"GrantRead": "uri=http://acs.amazonaws.com/groups/global/AllUsers"},
        {"AccessControlPolicy": {"Grants": [grant | {"Permission": "READ"}], "Owner": acl["Owner"]}},
    ):
        assert refused(s3.put_object_acl, **OBJECT, **more) == ("AccessControlListNotSupported", 400)


def test_writes_give_nobody_a_right_unless_the_bucket_takes_acls(s3: Any, raw: Path) -> None:
    s3.put_object(**OBJECT, Body=b"x", ACL="private")
    s3.put_object(**OBJECT, Body=b"x", ACL="bucket-owner-full-control")
    copy = {"Bucket": "raw", "Key": "b", "CopySource": "raw/a"}

    for more in ({"ACL": "public-read"}, {"GrantRead": "id=x"}):
        for call, arguments in (
            (s3.put_object, OBJECT),
            (s3.create_multipart_upload, OBJECT),
            (s3.copy_object, copy),
        ):
            assert refused(call, **arguments, **more) == ("AccessControlListNotSupported", 400)
    s3.put_bucket_ownership_controls(
        Bucket="raw", OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}
    )
    s3.put_object(**OBJECT, Body=b"x", ACL="public-read")
    s3.put_object_acl(**OBJECT, ACL="public-read")


def test_nothing_is_locked_archived_or_sent_by_torrent(s3: Any, stored: str) -> None:
    """
    Each with the error that a bucket has which was made without it.
    """
    assert refused(s3.get_object_legal_hold, **OBJECT) == ("InvalidRequest", 400)
    assert refused(s3.get_object_retention, **OBJECT) == ("InvalidRequest", 400)
    assert refused(s3.put_object_legal_hold, **OBJECT, LegalHold={"Status": "ON"}) == ("InvalidRequest", 400)
    assert refused(s3.put_object_retention, **OBJECT, Retention={"Mode": "GOVERNANCE"}) == ("InvalidRequest", 400)
    assert refused(s3.restore_object, **OBJECT, RestoreRequest={"Days": 1}) == ("InvalidObjectState", 403)
    assert refused(s3.get_object_torrent, **OBJECT) == ("MethodNotAllowed", 405)
