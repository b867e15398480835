"""Who is told what: AWS's configurations through real boto3, and the name of the event of every way of writing."""

import json
import sqlite3
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Protocol

import pytest
from botocore.exceptions import ClientError

from emulator.buckets import Buckets, Rule, events
from emulator.cloud import Cloud
from emulator.functions import Function
from emulator.settings import Settings

ARN = "arn:aws:lambda:us-east-1:000000000000:function:resize"
RESIZE = Function("resize", "python3.11", "app.handler", "c", "s", 1, "r", datetime(2026, 1, 1, tzinfo=UTC))
PART_BYTES = 5 << 20


@pytest.fixture
def cloud(settings: Settings) -> Iterator[Cloud]:
    """A home with the function `resize`, which nobody runs."""
    with Cloud(settings) as cloud:
        cloud.functions.repository.save(RESIZE)
        yield cloud


@pytest.fixture
def buckets(cloud: Cloud) -> Buckets:
    return cloud.buckets


@pytest.fixture
def bucket(s3: Any) -> str:
    s3.create_bucket(Bucket="raw")
    return "raw"


def put(s3: Any, *functions: dict[str, Any], **more: Any) -> None:
    s3.put_bucket_notification_configuration(
        Bucket="raw",
        NotificationConfiguration={"LambdaFunctionConfigurations": list(functions), **more.pop("configuration", {})},
        **more,
    )


def got(s3: Any) -> dict[str, Any]:
    found = s3.get_bucket_notification_configuration(Bucket="raw")
    assert isinstance(found, dict)
    del found["ResponseMetadata"]
    return found


def rule(*names: str, rule_id: str = "", arn: str = ARN, **filters: str) -> dict[str, Any]:
    document: dict[str, Any] = {"LambdaFunctionArn": arn, "Events": list(names or ["s3:ObjectCreated:*"])}
    if rule_id:
        document["Id"] = rule_id
    if filters:
        rules = [{"Name": name, "Value": value} for name, value in filters.items()]
        document["Filter"] = {"Key": {"FilterRules": rules}}
    return document


def refused(work: Callable[[], object]) -> dict[str, Any]:
    """Return the error that *work* ends in."""
    with pytest.raises(ClientError) as caught:
        work()
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    return dict(caught.value.response["Error"])


def test_a_bucket_has_no_configuration_until_one_is_put(s3: Any, bucket: str) -> None:
    """
    AWS answers an empty one, not an error.
    """
    assert got(s3) == {}


def test_what_is_put_is_what_is_got(s3: Any, bucket: str) -> None:
    """
    Ids are kept, and made where there is none; names of filters come back capitalised, as AWS's do.
    """
    put(
        s3,
        rule("s3:ObjectCreated:Put", "s3:ObjectRemoved:*", rule_id="mine", prefix="in/", suffix=".csv"),
        rule("s3:ObjectAcl:Put", "s3:ObjectRestore:*", arn=f"{ARN}:live", SUFFIX="%20.txt"),
        configuration={"EventBridgeConfiguration": {}},
        SkipDestinationValidation=True,
    )

    found = got(s3)

    made = found["LambdaFunctionConfigurations"][1].pop("Id")
    assert made
    assert found == {
        "LambdaFunctionConfigurations": [
            {
                "Id": "mine",
                "LambdaFunctionArn": ARN,
                "Events": ["s3:ObjectCreated:Put", "s3:ObjectRemoved:*"],
                "Filter": {
                    "Key": {"FilterRules": [{"Name": "Prefix", "Value": "in/"}, {"Name": "Suffix", "Value": ".csv"}]}
                },
            },
            {
                "LambdaFunctionArn": f"{ARN}:live",
                "Events": ["s3:ObjectAcl:Put", "s3:ObjectRestore:*"],
                "Filter": {"Key": {"FilterRules": [{"Name": "Suffix", "Value": "%20.txt"}]}},
            },
        ],
        "EventBridgeConfiguration": {},
    }


def test_a_put_replaces_everything_and_an_empty_one_switches_off(s3: Any, bucket: str, cloud: Cloud) -> None:
    """
    There is no operation that deletes a configuration.
    """
    put(s3, rule(rule_id="first"), configuration={"EventBridgeConfiguration": {}})
    put(s3, rule(rule_id="second"))
    assert [one["Id"] for one in got(s3)["LambdaFunctionConfigurations"]] == ["second"]
    s3.put_object(Bucket="raw", Key="a", Body=b"x")

    put(s3)
    s3.put_object(Bucket="raw", Key="b", Body=b"x")

    assert got(s3) == {}
    assert [event.source for event in cloud.event_history.list().events] == ["s3://raw/a ObjectCreated:Put"]


def test_triggers_and_configurations_are_the_same_rules(s3: Any, bucket: str, cloud: Cloud) -> None:
    """
    Two doors: what one makes the other shows, and removes. A trigger's prefix is a piece of a key; AWS's is encoded.
    """
    trigger = cloud.triggers.add("resize", "raw", prefix="größe 1/", suffix=".csv")
    (shown,) = got(s3)["LambdaFunctionConfigurations"]
    assert (shown["Id"], shown["LambdaFunctionArn"]) == (trigger.id, ARN)
    assert [one["Value"] for one in shown["Filter"]["Key"]["FilterRules"]] == ["gr%C3%B6%C3%9Fe+1/", ".csv"]
    s3.put_object(Bucket="raw", Key="größe 1/a.csv", Body=b"x")

    put(s3, rule(rule_id="configured", prefix="a+b/"))

    (found,) = cloud.triggers.list("resize")
    assert (found.id, found.rule.plain_prefix) == ("configured", "a b/")
    cloud.triggers.remove("configured")
    assert got(s3) == {}
    assert len(cloud.event_history.list().events) == 1


@pytest.mark.parametrize("arn", ["resize", "arn:aws:lambda:us-east-1:function:resize", "arn:aws:s3:::raw", "."])
def test_what_is_no_arn_of_a_function_is_refused(s3: Any, bucket: str, arn: str) -> None:
    """
    In AWS's words.
    """
    error = refused(lambda: put(s3, rule(arn=arn)))

    assert (error["Code"], error["Message"]) == ("InvalidArgument", "The ARN could not be parsed")
    assert (error["ArgumentName"], error.get("ArgumentValue", "")) == ("CloudFunction", arn)


def test_a_function_that_is_not_there_is_refused_unless_nobody_is_to_look(s3: Any, bucket: str) -> None:
    """
    On AWS it is the function's permissions that say so; the words are the same.
    """
    missing = ARN.replace("resize", "nothing")

    error = refused(lambda: put(s3, rule(), rule("s3:ObjectRemoved:*", arn=missing)))
    assert got(s3) == {}
    put(s3, rule(arn=missing), SkipDestinationValidation=True)

    assert error["Code"] == "InvalidArgument"
    assert error["Message"] == "Unable to validate the following destination configurations"
    assert error["ArgumentName1"] == f"{missing}, null"
    assert error["ArgumentValue1"] == f"Not authorized to invoke function [{missing}]"
    assert got(s3)["LambdaFunctionConfigurations"][0]["LambdaFunctionArn"] == missing


@pytest.mark.parametrize(
    ("member", "document"),
    [
        ("QueueConfigurations", {"QueueArn": "arn:aws:sqs:us-east-1:000000000000:q", "Events": ["s3:ObjectCreated:*"]}),
        ("TopicConfigurations", {"TopicArn": "arn:aws:sns:us-east-1:000000000000:t", "Events": ["s3:ObjectCreated:*"]}),
    ],
)
def test_queues_and_topics_are_refused_as_not_here(s3: Any, bucket: str, member: str, document: dict[str, Any]) -> None:
    """
    A configuration that would never tell anybody must not look as if it did.
    """
    error = refused(lambda: put(s3, configuration={member: [document]}))

    assert error["Code"] == "InvalidArgument"
    assert "no queues and topics here" in error["Message"]


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ([rule(), rule("s3:ObjectCreated:Put", suffix=".csv")], "Configuration is ambiguously defined"),
        ([rule(prefix="a/", rule_id="x"), rule(prefix="b/", rule_id="x")], "IDs must be unique"),
        ([rule("s3:ObjectMade:*")], "A specified event is not supported for notifications"),
        ([rule(infix="x")], "must be either prefix or suffix"),
        ([rule(prefix="a", Prefix="b")], "more than one prefix rule"),
        ([rule(prefix="x" * 1025)], "cannot exceed 1024"),
    ],
)
def test_what_aws_refuses_is_refused_and_changes_nothing(
    s3: Any, bucket: str, rules: list[dict[str, Any]], message: str
) -> None:
    """
    All of a configuration or nothing of it.
    """
    put(s3, rule(rule_id="kept"))

    error = refused(lambda: put(s3, *rules))

    assert error["Code"] == "InvalidArgument"
    assert message in error["Message"]
    assert [one["Id"] for one in got(s3)["LambdaFunctionConfigurations"]] == ["kept"]


def test_disjoint_suffixes_of_one_prefix_go_to_different_functions(s3: Any, bucket: str, cloud: Cloud) -> None:
    """
    The example of AWS's manual.
    """
    put(
        s3,
        rule(prefix="images/", suffix=".jpg"),
        rule(prefix="images/", suffix=".png", arn=ARN.replace("resize", "other")),
        SkipDestinationValidation=True,
    )

    for key in ("images/a.jpg", "images/a.png", "images/a.gif"):
        s3.put_object(Bucket="raw", Key=key, Body=b"x")

    told = {event.function: event.source for event in cloud.event_history.list().events}
    assert told == {
        "resize": "s3://raw/images/a.jpg ObjectCreated:Put",
        "other": "s3://raw/images/a.png ObjectCreated:Put",
    }


class Way(Protocol):
    """Something that changes a bucket; `old` is an object that is there."""

    def __call__(self, s3: Any, buckets: Buckets) -> object: ...


def complete(s3: Any, buckets: Buckets) -> None:
    upload = s3.create_multipart_upload(Bucket="raw", Key="a")["UploadId"]
    parts = []
    for number, body in enumerate([b"x" * PART_BYTES, b"y"], 1):
        part = s3.upload_part(Bucket="raw", Key="a", UploadId=upload, PartNumber=number, Body=body)
        parts.append({"PartNumber": number, "ETag": part["ETag"]})
    s3.complete_multipart_upload(Bucket="raw", Key="a", UploadId=upload, MultipartUpload={"Parts": parts})


def post(s3: Any, buckets: Buckets) -> None:
    field = '--limit\r\nContent-Disposition: form-data; name="'
    body = f'{field}key"\r\n\r\na\r\n{field}file"; filename="a"\r\n\r\nx\r\n--limit--\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=limit"}
    form = urllib.request.Request(f"{s3.meta.endpoint_url}/raw", body.encode(), headers)
    urllib.request.urlopen(form, timeout=30).close()


def drop(s3: Any, buckets: Buckets) -> None:
    (buckets.path("raw") / "a").write_text("x")
    buckets.scan("raw")


def expire(s3: Any, buckets: Buckets) -> None:
    buckets.objects.delete("raw", "old", event=events.EXPIRED)


WAYS: list[tuple[str, Way, list[str]]] = [
    ("put", lambda s3, _: s3.put_object(Bucket="raw", Key="a", Body=b"x"), ["ObjectCreated:Put"]),
    ("copy", lambda s3, _: s3.copy_object(Bucket="raw", Key="a", CopySource="raw/old"), ["ObjectCreated:Copy"]),
    ("post", post, ["ObjectCreated:Post"]),
    ("complete", complete, ["ObjectCreated:CompleteMultipartUpload"]),
    ("drop", drop, ["ObjectCreated:Put"]),
    ("delete", lambda s3, _: s3.delete_object(Bucket="raw", Key="old"), ["ObjectRemoved:Delete"]),
    (
        "delete many",
        lambda s3, _: s3.delete_objects(Bucket="raw", Delete={"Objects": [{"Key": "old"}, {"Key": "older"}]}),
        ["ObjectRemoved:Delete", "ObjectRemoved:Delete"],
    ),
    (
        "tag",
        lambda s3, _: s3.put_object_tagging(
            Bucket="raw", Key="old", Tagging={"TagSet": [{"Key": "kind", "Value": "raw"}]}
        ),
        ["ObjectTagging:Put"],
    ),
    ("untag", lambda s3, _: s3.delete_object_tagging(Bucket="raw", Key="old"), ["ObjectTagging:Delete"]),
    ("expiry", expire, ["LifecycleExpiration:Delete"]),
]
ALL_TYPES = [f"s3:{kind}:*" for kind in ("ObjectCreated", "ObjectRemoved", "ObjectTagging", "LifecycleExpiration")]


@pytest.fixture
def told(s3: Any, bucket: str, cloud: Cloud) -> Callable[[], list[dict[str, Any]]]:
    """Return the records that the function is told of, but for the two objects that are there first."""
    for key in ("old", "older"):
        s3.put_object(Bucket="raw", Key=key, Body=b"was here")
    put(s3, rule(*ALL_TYPES))

    def records() -> list[dict[str, Any]]:
        found = [cloud.event_history.show(one.request_id) for one in cloud.event_history.list().events]
        records = [record for one in found for record in json.loads(one.payload)["Records"]]
        return sorted(records, key=lambda record: str(record["s3"]["object"].get("sequencer")))

    return records


@pytest.mark.parametrize(("way", "names"), [way[1:] for way in WAYS], ids=[way[0] for way in WAYS])
def test_every_way_of_writing_has_its_event(
    s3: Any, buckets: Buckets, told: Callable[[], list[dict[str, Any]]], way: Way, names: list[str]
) -> None:
    """
    Handlers and filters go by these names. Each record has the members that AWS's has, and no others.
    """
    way(s3, buckets)

    records = told()
    assert [record["eventName"] for record in records] == names
    for record in records:
        kind = record["eventName"].partition(":")[0]
        members = set(record["s3"]["object"])
        assert (
            members
            == {
                "ObjectCreated": {"key", "size", "eTag", "sequencer"},
                "ObjectRemoved": {"key", "sequencer"},
                "ObjectTagging": {"key", "eTag"},
                "LifecycleExpiration": {"key", "sequencer"},
            }[kind]
        )


VERSIONED: list[tuple[str, Way, list[tuple[str, bool]]]] = [
    ("put", WAYS[0][1], [("ObjectCreated:Put", False)]),
    ("delete", WAYS[5][1], [("ObjectRemoved:DeleteMarkerCreated", True)]),
    (
        "delete nothing",
        lambda s3, _: s3.delete_object(Bucket="raw", Key="no"),
        [("ObjectRemoved:DeleteMarkerCreated", True)],
    ),
    (
        "delete a version",
        lambda s3, _: s3.delete_object(
            Bucket="raw", Key="new", VersionId=s3.put_object(Bucket="raw", Key="new", Body=b"x")["VersionId"]
        ),
        [("ObjectCreated:Put", False), ("ObjectRemoved:Delete", False)],
    ),
    ("tag", WAYS[7][1], [("ObjectTagging:Put", False)]),
    ("expiry", expire, [("LifecycleExpiration:DeleteMarkerCreated", True)]),
]


@pytest.mark.parametrize(("way", "names"), [way[1:] for way in VERSIONED], ids=[way[0] for way in VERSIONED])
def test_where_versions_are_kept_events_name_them(
    s3: Any,
    buckets: Buckets,
    told: Callable[[], list[dict[str, Any]]],
    way: Way,
    names: list[tuple[str, bool]],
) -> None:
    """
    A marker has the etag of no bytes. What was written before versions were kept is the version "null", which S3
    leaves out.
    """
    s3.put_bucket_versioning(Bucket="raw", VersioningConfiguration={"Status": "Enabled"})

    way(s3, buckets)

    records = told()
    assert [record["eventName"] for record in records] == [name for name, _ in names]
    for record, (name, is_marker) in zip(records, names, strict=True):
        subject = record["s3"]["object"]
        assert ("versionId" in subject) == (not name.startswith("ObjectTagging"))
        assert (subject.get("eTag") == "d41d8cd98f00b204e9800998ecf8427e") == is_marker


def test_sequencers_of_one_key_grow_through_every_way_of_changing_it(
    s3: Any, buckets: Buckets, cloud: Cloud, bucket: str
) -> None:
    """
    They say, of two events of one key, which came later: compared as text, whatever the clock did.
    """
    seen: list[str] = []

    def note(_: sqlite3.Connection, event: events.ObjectEvent) -> None:
        seen.append(event.sequencer)

    same_home = Buckets(
        cloud.database, cloud.home, cloud.settings, on_event=note, clock=lambda: datetime(2026, 1, 1, tzinfo=UTC)
    )
    backwards = Buckets(
        cloud.database, cloud.home, cloud.settings, on_event=note, clock=lambda: datetime(2020, 1, 1, tzinfo=UTC)
    )
    for one in (same_home, backwards, same_home):
        (one.path("raw") / "a").write_text(str(len(seen)))
        one.scan("raw")
        one.objects.set_tags("raw", "a", {"a": "b"})
        one.objects.delete("raw", "a")

    assert len(seen) == 9
    assert seen == sorted(set(seen))


def test_the_version_of_events_is_a_setting(s3: Any, bucket: str, settings: Settings) -> None:
    """
    AWS has raised it since; who tests a handler for that chooses it.
    """
    import dataclasses

    versions = []
    for version in ("2.1", "2.5"):
        with Cloud(dataclasses.replace(settings, event_version=version)) as cloud:
            cloud.buckets.rules.configure("raw", cloud.buckets.rules.configuration("raw"))
            if version == "2.1":
                cloud.buckets.rules.add(Rule.plain("raw", ARN, ALL_TYPES))
            (cloud.buckets.path("raw") / "a").write_text(version)
            cloud.buckets.scan("raw")
            cloud.buckets.objects.set_tags("raw", "a", {"a": "b"})
            shown = [cloud.event_history.show(one.request_id) for one in cloud.event_history.list().events]
            documents = [json.loads(one.payload)["Records"][0] for one in shown]
            versions = sorted((one["eventName"], one["eventVersion"]) for one in documents)

    assert versions == [
        ("ObjectCreated:Put", "2.1"),
        ("ObjectCreated:Put", "2.5"),
        ("ObjectTagging:Put", "2.3"),
        ("ObjectTagging:Put", "2.5"),
    ]
