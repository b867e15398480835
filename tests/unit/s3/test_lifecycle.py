"""Lifecycle configurations, through boto3: what is kept, what AWS refuses, and what answers say of an object's end."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.unit.s3.conftest import Server
from tests.unit.s3.test_posting import form, post
from tests.unit.s3.test_settings import refused, said

HEADER = "x-amz-expiration"
TAGGING = "<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>"


def rule(**members: Any) -> dict[str, Any]:
    return {"ID": "r", "Status": "Enabled", "Filter": {}} | members


def put(s3: Any, *rules: dict[str, Any], **parameters: Any) -> dict[str, Any]:
    answer: dict[str, Any] = s3.put_bucket_lifecycle_configuration(
        Bucket="raw", LifecycleConfiguration={"Rules": list(rules)}, **parameters
    )
    return answer


RULES = [
    rule(
        ID="all kinds",
        Filter={
            "And": {
                "Prefix": "a/",
                "Tags": [{"Key": "k", "Value": "v"}],
                "ObjectSizeGreaterThan": 1,
                "ObjectSizeLessThan": 9,
            }
        },
        Expiration={"Days": 400},
        Transitions=[{"Days": 30, "StorageClass": "STANDARD_IA"}, {"Days": 90, "StorageClass": "GLACIER"}],
        NoncurrentVersionTransitions=[
            {"NoncurrentDays": 30, "StorageClass": "ONEZONE_IA", "NewerNoncurrentVersions": 1}
        ],
        NoncurrentVersionExpiration={"NoncurrentDays": 60, "NewerNoncurrentVersions": 5},
    ),
    rule(ID="by date", Status="Disabled", Expiration={"Date": datetime(2030, 1, 2, tzinfo=UTC)}),
    rule(ID="uploads", Filter={"Prefix": "b"}, AbortIncompleteMultipartUpload={"DaysAfterInitiation": 7}),
    rule(ID="markers", Filter={}, Expiration={"ExpiredObjectDeleteMarker": True}),
]


def test_rules_are_answered_as_they_were_put(s3: Any, raw: Path) -> None:
    """
    Transitions too, though nothing moves.
    """
    told = put(s3, *RULES, TransitionDefaultMinimumObjectSize="varies_by_storage_class")

    answer = said(s3.get_bucket_lifecycle_configuration(Bucket="raw"))
    assert answer == {"Rules": RULES, "TransitionDefaultMinimumObjectSize": "varies_by_storage_class"}
    assert told["TransitionDefaultMinimumObjectSize"] == "varies_by_storage_class"


def test_a_rule_without_an_id_gets_one(s3: Any, raw: Path) -> None:
    """
    And keeps it; the older form, with a prefix and no filter, is still taken.
    """
    rules = [{"Status": "Enabled", "Prefix": prefix, "Expiration": {"Days": 1}} for prefix in ("a", "b")]

    put(s3, *rules)

    answer = s3.get_bucket_lifecycle_configuration(Bucket="raw")
    ids = [one.pop("ID") for one in answer["Rules"]]
    assert answer["Rules"] == rules
    assert len({*ids}) == 2
    assert answer["TransitionDefaultMinimumObjectSize"] == "all_storage_classes_128K"


INVALID, REFUSED, MALFORMED = "InvalidArgument", "InvalidRequest", "MalformedXML"
TAG = {"Key": "k", "Value": "v"}


@pytest.mark.parametrize(
    ("rules", "code", "message"),
    [
        ([], MALFORMED, ""),
        ([rule()], REFUSED, "At least one action needs to be specified in a rule"),
        ([rule(Expiration={"Days": 0})], INVALID, "'Days' for Expiration action must be a positive integer"),
        ([rule(Expiration={})], MALFORMED, ""),
        ([rule(Expiration={"Days": 1, "ExpiredObjectDeleteMarker": True})], MALFORMED, ""),
        (
            [rule(Expiration={"Date": datetime(2030, 1, 2, 3, tzinfo=UTC)})],
            INVALID,
            "'Date' must be at midnight GMT",
        ),
        ([rule(ID="x" * 256, Expiration={"Days": 1})], INVALID, "ID length should not exceed allowed limit of 255"),
        (
            [rule(Expiration={"Days": 1}), rule(Expiration={"Days": 2})],
            INVALID,
            "Rule ID must be unique. Found same ID for more than one rule",
        ),
        ([{"Status": "Enabled", "Expiration": {"Days": 1}}], MALFORMED, ""),
        ([rule(Status="On", Expiration={"Days": 1})], MALFORMED, ""),
        ([rule(Filter={"Prefix": "a", "Tag": TAG}, Expiration={"Days": 1})], MALFORMED, ""),
        ([rule(Filter={"And": {"Prefix": "a"}}, Expiration={"Days": 1})], MALFORMED, ""),
        (
            [rule(Filter={"And": {"Tags": [TAG, TAG]}}, Expiration={"Days": 1})],
            REFUSED,
            "Duplicate Tag Keys are not allowed.",
        ),
        (
            [rule(Filter={"And": {"ObjectSizeGreaterThan": 5, "ObjectSizeLessThan": 5}}, Expiration={"Days": 1})],
            REFUSED,
            "'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'.",
        ),
        (
            [rule(Prefix="a", Expiration={"Days": 1})],
            REFUSED,
            "Base level prefix cannot be used in Lifecycle V2, prefixes are only supported in the Filter.",
        ),
        (
            [rule(Filter={"Tag": TAG}, Expiration={"ExpiredObjectDeleteMarker": True})],
            REFUSED,
            "ExpiredObjectDeleteMarker cannot be specified with Tags.",
        ),
        (
            [rule(Filter={"ObjectSizeLessThan": 9}, AbortIncompleteMultipartUpload={"DaysAfterInitiation": 1})],
            REFUSED,
            "AbortIncompleteMultipartUpload cannot be specified with Object Size.",
        ),
        (
            [rule(AbortIncompleteMultipartUpload={"DaysAfterInitiation": 0})],
            INVALID,
            "'DaysAfterInitiation' for AbortIncompleteMultipartUpload action must be a positive integer",
        ),
        ([rule(NoncurrentVersionExpiration={"NewerNoncurrentVersions": 1})], MALFORMED, ""),
        (
            [rule(NoncurrentVersionExpiration={"NoncurrentDays": 0})],
            INVALID,
            "'NoncurrentDays' for NoncurrentVersionExpiration action must be a positive integer",
        ),
        (
            [rule(Transitions=[{"Days": 29, "StorageClass": "STANDARD_IA"}])],
            INVALID,
            "'Days' in Transition action must be greater than or equal to 30 for storageClass 'STANDARD_IA'",
        ),
        (
            [
                rule(
                    Filter={"Prefix": "a"}, Expiration={"Days": 5}, Transitions=[{"Days": 5, "StorageClass": "GLACIER"}]
                )
            ],
            INVALID,
            "'Days' in the Expiration action for filter '(prefix=a)' must be greater than 'Days' in the Transition",
        ),
        (
            [
                rule(
                    Expiration={"Date": datetime(2030, 1, 2, tzinfo=UTC)},
                    Transitions=[{"Days": 5, "StorageClass": "GLACIER"}],
                )
            ],
            REFUSED,
            "Found mixed 'Date' and 'Days' based Expiration and Transition actions in lifecycle rule",
        ),
        (
            [rule(Transitions=[{"Days": days, "StorageClass": "GLACIER"} for days in (1, 2)])],
            REFUSED,
            "'StorageClass' must be different for 'Transition' actions in same 'Rule'",
        ),
        (
            [rule(ID=str(number), Expiration={"Days": 1}) for number in range(1001)],
            REFUSED,
            "The number of lifecycle rules must not exceed the allowed limit of 1000 rules.",
        ),
    ],
)
def test_what_aws_refuses_is_refused(s3: Any, raw: Path, rules: list[dict[str, Any]], code: str, message: str) -> None:
    """
    With AWS's code and words; nothing is kept of it.
    """
    found = refused(s3.put_bucket_lifecycle_configuration, Bucket="raw", LifecycleConfiguration={"Rules": rules})

    assert found[:2] == (code, 400)
    assert message in found[2]
    assert refused(s3.get_bucket_lifecycle_configuration, Bucket="raw")[0] == "NoSuchLifecycleConfiguration"


def test_answers_say_when_an_object_expires_and_by_which_rule(server: Server, s3: Any, raw: Path) -> None:
    """
    The earliest of the rules that mean it; an object that none means has no end.
    """
    put(
        s3,
        rule(ID="late", Expiration={"Days": 9}, Filter={"Prefix": "a"}),
        rule(ID="for tests & such", Expiration={"Days": 2}, Filter={"Tag": TAG}),
    )
    before = datetime.now(UTC)

    answers = [
        s3.put_object(Bucket="raw", Key="a", Body=b"x", Tagging="k=v"),
        s3.get_object(Bucket="raw", Key="a"),
        s3.head_object(Bucket="raw", Key="a"),
        s3.copy_object(Bucket="raw", Key="b", CopySource="raw/a"),
        _completed(s3, "a", Tagging="k=v"),
        _posted(server, "a", tagging=TAGGING),
    ]

    midnights = {_midnight(moment + timedelta(days=3)) for moment in (before, datetime.now(UTC))}
    for answer in answers:
        assert answer["Expiration"] in {f'expiry-date="{day}", rule-id="for%20tests%20%26%20such"' for day in midnights}
    assert 'rule-id="late"' in s3.put_object(Bucket="raw", Key="a2", Body=b"x")["Expiration"]
    assert "Expiration" not in s3.put_object(Bucket="raw", Key="c", Body=b"x")
    assert "Expiration" not in _completed(s3, "c")
    assert "Expiration" not in _posted(server, "c")


def _completed(s3: Any, key: str, **more: str) -> Any:
    """Upload an object in one part, and return the last answer, which whoever asks once more gets again."""
    place = {"Bucket": "raw", "Key": key}
    place["UploadId"] = s3.create_multipart_upload(**place, **more)["UploadId"]
    part = s3.upload_part(**place, PartNumber=1, Body=b"x")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    first, again = (s3.complete_multipart_upload(**place, MultipartUpload=parts) for _ in range(2))
    assert again.get("Expiration") == first.get("Expiration")
    return first


def _posted(server: Server, key: str, **fields: str) -> dict[str, str]:
    """Store an object by a browser's form; return what the answer says, as boto3 would."""
    status, headers, _ = post(server, form({"key": key, **fields}, b"x"))
    assert status == 204
    return {"Expiration": headers[HEADER]} if HEADER in headers else {}


def test_uploads_say_when_they_are_aborted(s3: Any, raw: Path) -> None:
    """
    From the first word, and as long as they are under way.
    """
    put(s3, rule(ID="stale", AbortIncompleteMultipartUpload={"DaysAfterInitiation": 7}, Expiration={"Days": 9}))

    begun = s3.create_multipart_upload(Bucket="raw", Key="a")
    listed = s3.list_parts(Bucket="raw", Key="a", UploadId=begun["UploadId"])

    assert begun["AbortRuleId"] == listed["AbortRuleId"] == "stale"
    assert begun["AbortDate"] == listed["AbortDate"]
    assert (
        timedelta(days=7)
        <= begun["AbortDate"] - datetime.now(UTC) + timedelta(minutes=5)
        <= timedelta(days=8, minutes=5)
    )


def _midnight(moment: datetime) -> str:
    return f"{moment:%a, %d %b %Y} 00:00:00 GMT"
