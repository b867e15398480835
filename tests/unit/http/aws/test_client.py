"""A real boto3 client on the other side of our parser and renderer, with nothing but a function between them."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, TypeAlias
from urllib.parse import unquote, urlsplit

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError
from hypothesis import given

from emulator.errors import NotFoundError
from emulator.http.aws.request import Request, read_query
from emulator.http.aws.restxml import render_error
from emulator.http.aws.s3 import path_of, s3
from tests.unit.http.aws.values import ANY_TEXT

Operation: TypeAlias = Callable[[dict[str, Any]], dict[str, Any]]

KEYS = [
    "a b",
    "a+b",
    "a%2Fb",
    "a%20b",
    "100%",
    "a/b//c/",
    "/a",
    "a?b=c&d#e",
    "~!*'();:@&=$,[]",
    "ä-nfc",
    "a\u0308-nfd",
    "日本語/キー",
    "\N{PILE OF POO}",
    "\u200e\u202e\ufeff",
    "line\nbreak\r\ttab",
    "\x01\x7f\x85",
    "\ufffe\uffff",
    "<a>&\"'</a>",
    "..a/...",
]


class Service:
    """Answers any operation by a function of its parameters, and remembers what it was asked."""

    def __init__(self) -> None:
        self.answers: Operation = dict
        self.asked: list[tuple[str, dict[str, Any]]] = []
        session = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1")
        config = Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1})
        self.client = session.client("s3", endpoint_url="http://localhost", config=config)
        self.client.meta.events.register("before-send.s3", self._send)

    def _send(self, request: Any, **_: Any) -> AWSResponse:
        parts = urlsplit(request.url)
        raw_bucket, _, raw_key = parts.path[1:].partition("/")
        labels = {"Bucket": unquote(raw_bucket, errors="strict"), "Key": unquote(raw_key, errors="strict")}
        headers = {
            name.lower(): value.decode() if isinstance(value, bytes) else value
            for name, value in request.headers.items()
        }
        body = request.body if isinstance(request.body, bytes) else None
        path = path_of(labels["Bucket"], labels["Key"])
        asked = Request(request.method, path, labels, read_query(parts.query), headers, body)
        operation = s3().operation_of(asked)
        parameters = s3().protocol.parse(operation, asked)
        self.asked.append((operation.name, parameters))
        try:
            answer = s3().protocol.render(operation, self.answers(parameters))
        except NotFoundError as error:
            answer = render_error(error.code, error.message, 404, {"Key": labels["Key"], "RequestId": "r"})
        return AWSResponse(request.url, answer.status, answer.headers, _Raw(answer.body or b""))


class _Raw(BytesIO):
    """What botocore takes for an open connection."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


@pytest.fixture(scope="module")
def service() -> Service:
    return Service()


def asked(service: Service) -> tuple[str, dict[str, Any]]:
    """Return the last call: the operation, and what a caller gave it that we see in the request."""
    return service.asked[-1]


@pytest.mark.parametrize("key", KEYS)
def test_a_key_comes_in_as_it_was_named(service: Service, key: str) -> None:
    """
    In the path, in the source of a copy, in a list to delete, and in the query.
    """
    service.answers = lambda parameters: {}

    service.client.put_object(Bucket="bucket", Key=key, Body=b"x")
    put = asked(service)
    service.client.list_objects_v2(Bucket="bucket", Prefix=key)
    listed = asked(service)

    assert (put[0], put[1]["Bucket"], put[1]["Key"]) == ("PutObject", "bucket", key)
    assert (listed[0], listed[1]["Prefix"]) == ("ListObjectsV2", key)


@given(key=ANY_TEXT.filter(bool))
def test_any_key_comes_in_as_it_was_named(service: Service, key: str) -> None:
    """
    Whatever a caller of boto3 may type.
    """
    service.answers = lambda parameters: {}

    service.client.get_object_tagging(Bucket="bucket", Key=key)

    assert asked(service) == ("GetObjectTagging", {"Bucket": "bucket", "Key": key})


@pytest.mark.parametrize("key", [key for key in KEYS if not set(key) & set("\x01\x7f\x85\ufffe\uffff")])
def test_a_key_in_a_document_comes_in_and_goes_out(service: Service, key: str) -> None:
    """
    Also one with line breaks, which readers of XML would change.
    """
    service.answers = lambda parameters: {"Deleted": [{"Key": one["Key"]} for one in parameters["Delete"]["Objects"]]}

    answer = service.client.delete_objects(Bucket="bucket", Delete={"Objects": [{"Key": key}], "Quiet": False})

    assert asked(service)[1]["Delete"] == {"Objects": [{"Key": key}], "Quiet": False}
    assert answer["Deleted"] == [{"Key": key}]


def test_a_put_comes_in_with_all_that_was_said(service: Service) -> None:
    """
    Beside it are what the client adds by itself: a length, and how the body's checksum is sent.
    """
    service.answers = lambda parameters: {"ETag": '"e"', "VersionId": "v", "BucketKeyEnabled": True}
    said = {
        "ContentType": "text/plain; charset=utf-8",
        "CacheControl": "no-cache",
        "StorageClass": "STANDARD_IA",
        "Tagging": "a=b&c=d",
        "IfNoneMatch": "*",
        "ObjectLockMode": "GOVERNANCE",
        "ObjectLockRetainUntilDate": datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC),
    }

    answer = service.client.put_object(Bucket="bucket", Key="k", Body=b"x", Metadata={"Some-Name": "V"}, **said)

    name, parameters = asked(service)
    assert name == "PutObject"
    assert said.items() <= parameters.items()
    assert parameters["Metadata"] == {"some-name": "V"}
    assert parameters["ChecksumAlgorithm"] == "CRC32"
    assert "Body" not in parameters
    assert (answer["ETag"], answer["VersionId"], answer["BucketKeyEnabled"]) == ('"e"', "v", True)


def test_metadata_beyond_ascii_is_in_words_of_mail(service: Service) -> None:
    """
    As on S3: a client that sends such words means what they say, and gets such words back.
    """
    service.answers = lambda parameters: {}
    service.client.put_object(Bucket="bucket", Key="k", Metadata={"a": "=?UTF-8?Q?caf=C3=A9?="})
    assert asked(service)[1]["Metadata"] == {"a": "café"}

    service.answers = lambda parameters: {"Metadata": {"a": "café", "b": "plain"}}
    answer = service.client.head_object(Bucket="bucket", Key="k")

    assert answer["Metadata"] == {"a": "=?UTF-8?B?Y2Fmw6k=?=", "b": "plain"}


def test_expires_is_whatever_it_was(service: Service) -> None:
    """
    boto3 sends a date; other clients send what they like, and S3 gives it back.
    """
    service.answers = lambda parameters: {}
    service.client.put_object(Bucket="bucket", Key="k", Expires=datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC))
    assert asked(service)[1]["Expires"] == "Wed, 02 Jan 2030 03:04:05 GMT"

    service.answers = lambda parameters: {"Expires": "0"}

    assert service.client.head_object(Bucket="bucket", Key="k")["ExpiresString"] == "0"


@pytest.mark.parametrize(("region", "text"), [("eu-west-1", "eu-west-1"), (None, None)])
def test_a_location_is_the_text_of_its_document(service: Service, region: str | None, text: str | None) -> None:
    """
    botocore reads it by hand, since the model cannot say so; us-east-1 is no text at all.
    """
    service.answers = lambda parameters: {"LocationConstraint": region}

    assert service.client.get_bucket_location(Bucket="bucket")["LocationConstraint"] == text


def test_a_grantee_has_its_type_in_an_attribute(service: Service) -> None:
    """
    In a namespace of its own, both ways.
    """
    policy = {"Owner": {"ID": "o"}, "Grants": [{"Grantee": {"Type": "CanonicalUser", "ID": "g"}, "Permission": "READ"}]}
    service.answers = lambda parameters: {}
    service.client.put_bucket_acl(Bucket="bucket", AccessControlPolicy=policy)
    assert asked(service)[1]["AccessControlPolicy"] == policy

    service.answers = lambda parameters: policy
    answer = service.client.get_bucket_acl(Bucket="bucket")

    assert {name: answer[name] for name in policy} == policy


def test_a_copy_names_its_source_as_it_is_sent(service: Service) -> None:
    """
    Encoded: only the operation knows where the version begins.
    """
    service.answers = lambda parameters: {"CopyObjectResult": {"ETag": '"e"'}}

    source = {"Bucket": "other", "Key": "a b+c/ä?", "VersionId": "v"}
    answer = service.client.copy_object(Bucket="bucket", Key="k", CopySource=source)

    assert asked(service)[0] == "CopyObject"
    assert asked(service)[1]["CopySource"] == "other/a%20b%2Bc/%C3%A4%3F?versionId=v"
    assert answer["CopyObjectResult"] == {"ETag": '"e"'}


def test_an_error_reaches_the_caller(service: Service) -> None:
    """
    With its code, message and further fields.
    """

    def refuse(_: dict[str, Any]) -> dict[str, Any]:
        raise NotFoundError("There is no <a>.", code="NoSuchKey")

    service.answers = refuse
    with pytest.raises(ClientError) as refusal:
        service.client.get_object(Bucket="bucket", Key="<a>")

    assert refusal.value.response["Error"] == {"Code": "NoSuchKey", "Message": "There is no <a>.", "Key": "<a>"}


@pytest.mark.parametrize(
    ("name", "output", "root", "content"),
    [
        (
            "ListBuckets",
            {"Buckets": [{"Name": "b"}]},
            "ListAllMyBucketsResult",
            "<Buckets><Bucket><Name>b</Name></Bucket></Buckets>",
        ),
        ("GetBucketVersioning", {}, "VersioningConfiguration", ""),
        ("GetBucketTagging", {"TagSet": []}, "Tagging", "<TagSet></TagSet>"),
        ("GetBucketLocation", {}, "LocationConstraint", ""),
        ("GetObjectLegalHold", {"LegalHold": {"Status": "ON"}}, "LegalHold", "<Status>ON</Status>"),
        ("CreateMultipartUpload", {"UploadId": "u"}, "InitiateMultipartUploadResult", "<UploadId>u</UploadId>"),
        (
            "CopyObject",
            {"CopyObjectResult": {"LastModified": datetime(2026, 1, 2, 3, 4, 5, 678, UTC)}},
            "CopyObjectResult",
            "<LastModified>2026-01-02T03:04:05.000Z</LastModified>",
        ),
        (
            "ListObjectsV2",
            {"Contents": [{"Key": "a\rb", "Size": 1}, {"Key": '"', "ETag": None}]},
            "ListBucketResult",
            "<Contents><Key>a&#13;b</Key><Size>1</Size></Contents><Contents><Key>&quot;</Key></Contents>",
        ),
    ],
)
def test_a_document_is_as_s3_writes_it(name: str, output: dict[str, Any], root: str, content: str) -> None:
    """
    botocore reads any root; other SDKs and people do not.
    """
    answer = s3().protocol.render(s3().model.operations[name], output)

    assert answer.headers == {"Content-Type": "application/xml"}
    assert (answer.body or b"").decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<{root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{content}</{root}>'
    )
