"""A record in a bucket: an object with its event, once, whatever happens between the writing and its being noted."""

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.buckets import Rule
from emulator.buckets.errors import NoSuchBucketError
from emulator.cloud import Cloud
from emulator.functions.events.history import Choice
from emulator.functions.events.lineage import traced
from emulator.functions.events.outbox import Delivery
from emulator.pipeline.destinations import BucketDestinations
from emulator.settings import Settings

ARN = "arn:aws:lambda:us-east-1:000000000000:function:listener"
DELIVERY = Delivery(
    id="1",
    request_id="4f1d0a52-0000-4000-8000-000000000000",
    bucket="failures",
    key="mine/aws/lambda/async/f/2026/01/01/2026-01-01T00.00.00-1",
    body=b'{"a": 1}',
    metadata={"errormessage": "größer"},
    trace=traced("", ARN, "4f1d0a52-0000-4000-8000-000000000000"),
)


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    with Cloud(dataclasses.replace(Settings.from_environment(), home=tmp_path / "home")) as cloud:
        yield cloud


def test_a_record_that_is_delivered_again_after_a_crash_is_one_object_with_one_event(cloud: Cloud) -> None:
    """The server was killed when the object was there and the outbox did not know it yet."""
    folder = cloud.buckets.create_bucket("failures").path
    cloud.buckets.rules.add(Rule.plain("failures", ARN))
    destinations = BucketDestinations(cloud.buckets)

    for _ in range(2):
        destinations.deliver(DELIVERY)

    assert (folder / DELIVERY.key).read_bytes() == b'{"a": 1}'
    assert cloud.buckets.objects.head("failures", DELIVERY.key).description.metadata == {"errormessage": "größer"}
    (event,) = cloud.event_history.list().events
    assert cloud.event_history.show(event.request_id).trace == DELIVERY.trace


def test_a_record_for_a_bucket_that_is_not_there_is_refused(cloud: Cloud) -> None:
    """The courier gives such a one up; no bucket is made by mistake."""
    with pytest.raises(NoSuchBucketError):
        BucketDestinations(cloud.buckets).deliver(DELIVERY)

    assert cloud.buckets.list() == []


def test_the_event_of_a_record_says_what_it_is_in_the_words_of_s3(cloud: Cloud) -> None:
    """A function may listen where records are dropped."""
    cloud.buckets.create_bucket("failures")
    cloud.buckets.rules.add(Rule.plain("failures", ARN))

    BucketDestinations(cloud.buckets).deliver(DELIVERY)

    (event,) = cloud.event_history.list(Choice(function="listener")).events
    (record,) = json.loads(cloud.event_history.show(event.request_id).payload)["Records"]
    assert (record["eventName"], record["s3"]["object"]["key"]) == ("ObjectCreated:Put", DELIVERY.key)
