"""The document that handlers receive is AWS's, field for field."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.buckets import ObjectEvent, notification
from emulator.buckets.events import form_encoded
from emulator.errors import InvalidRequestError
from emulator.settings import Settings

EVENT = ObjectEvent(
    bucket="raw",
    key="in/a b+c@é.csv",
    name="ObjectCreated:Put",
    sequencer="0055AED6DCD90281E5",
    time=datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC),
    request_id="C3D13FE58DE4C810",
    size_bytes=12,
    etag="d41d8cd98f00b204e9800998ecf8427e",
)


def only_record(document: dict[str, Any]) -> dict[str, Any]:
    (record,) = document["Records"]
    assert isinstance(record, dict)
    return record


def test_a_created_object_is_announced_as_on_aws() -> None:
    """
    Unmodified handlers read these fields.
    """
    document = notification(EVENT, "my-rule", "eu-west-1")

    record = only_record(document)
    assert record == {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": "eu-west-1",
        "eventTime": "2026-01-02T03:04:05.678Z",
        "eventName": "ObjectCreated:Put",
        "userIdentity": {"principalId": "AWS:000000000000"},
        "requestParameters": {"sourceIPAddress": "127.0.0.1"},
        "responseElements": record["responseElements"],
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "my-rule",
            "bucket": {"name": "raw", "ownerIdentity": {"principalId": "000000000000"}, "arn": "arn:aws:s3:::raw"},
            "object": {
                "key": "in/a+b%2Bc%40%C3%A9.csv",
                "size": 12,
                "eTag": "d41d8cd98f00b204e9800998ecf8427e",
                "sequencer": "0055AED6DCD90281E5",
            },
        },
    }
    assert record["responseElements"]["x-amz-request-id"] == "C3D13FE58DE4C810"


def test_a_removed_object_has_neither_size_nor_etag() -> None:
    """
    AWS leaves them out; a handler that tells the two apart by them must work.
    """
    gone = ObjectEvent("raw", "a", "ObjectRemoved:Delete", "00", EVENT.time, "R")

    record = only_record(notification(gone, "r", "us-east-1"))

    assert record["s3"]["object"] == {"key": "a", "sequencer": "00"}


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_a_handler_gets_the_key_back_with_unquote_plus(key: str) -> None:
    """
    It is the one line that every S3 handler begins with.
    """
    assert unquote_plus(form_encoded(key)) == key


@pytest.mark.parametrize(
    ("name", "version", "said"),
    [
        ("ObjectCreated:Put", "2.1", "2.1"),
        ("ObjectRemoved:DeleteMarkerCreated", "2.1", "2.1"),
        ("ObjectTagging:Delete", "2.1", "2.3"),
        ("LifecycleExpiration:Delete", "2.1", "2.3"),
        ("ObjectTagging:Put", "2.3", "2.3"),
        ("ObjectTagging:Put", "2.4", "2.4"),
        ("ObjectCreated:Put", "2.6", "2.6"),
        ("LifecycleExpiration:Delete", "2.10", "2.10"),
    ],
)
def test_the_version_of_an_event_is_that_of_its_type_until_aws_made_them_one(
    name: str, version: str, said: str
) -> None:
    """
    Handlers are told to compare it as numbers, and look at the major one.
    """
    event = ObjectEvent("raw", "a", name, "00", EVENT.time, "R")

    assert only_record(notification(event, "r", "us-east-1", version=version))["eventVersion"] == said


def test_the_version_is_chosen_by_the_environment() -> None:
    """
    A version that S3 cannot have is refused at once, not when the first event is sent.
    """
    assert Settings.from_environment({"CLOUDLET_HOME": "/h"}).event_version == "2.1"
    assert Settings.from_environment({"CLOUDLET_HOME": "/h", "CLOUDLET_EVENT_VERSION": "2.5"}).event_version == "2.5"
    for wrong in ("", "3.0", "2", "2.05", "2.5 ", "newest"):
        with pytest.raises(InvalidRequestError, match="CLOUDLET_EVENT_VERSION"):
            Settings.from_environment({"CLOUDLET_HOME": "/h", "CLOUDLET_EVENT_VERSION": wrong})
