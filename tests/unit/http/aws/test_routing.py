"""Which operation is meant: what no SDK of ours sends, and what must not be taken for something else."""

from typing import Any

import pytest

from emulator.errors import EmulatorError
from emulator.http.aws.request import Request, read_query
from emulator.http.aws.s3 import headers_of, path_of, s3
from tests.unit.http.aws.values import SERVICE

ALIKE = {
    "GetBucketLifecycle",
    "GetBucketNotification",
    "ListDirectoryBuckets",
    "PutBucketLifecycle",
    "PutBucketNotification",
}
"""Operations that look like another one, which is meant instead."""


def asked(method: str, target: str, headers: dict[str, str] | None = None) -> Request:
    path, _, query = target.partition("?")
    bucket, _, key = path[1:].partition("/")
    return Request(method, path_of(bucket, key), {"Bucket": bucket, "Key": key}, read_query(query), headers or {})


@pytest.mark.parametrize("name", sorted({*SERVICE.operation_names} - ALIKE))
def test_an_operation_is_found_by_what_it_requires_alone(name: str) -> None:
    """
    With the name that some SDKs add, which must not count, and in the order that the model has least reason to expect.
    """
    operation = s3().model.operations[name]
    required = [operation.input.members[one] for one in operation.input.required] if operation.input else []
    query = {one.wire_name: ["1"] for one in required if one.location == "querystring"}
    query |= {marker: [value] for marker, value in operation.markers.items()} | {"x-id": ["GetObject"]}
    headers = {one.wire_name.lower(): "1" for one in required if one.location == "header"}

    assert s3().operation_of(Request(operation.method, operation.path, {}, query, headers)) is operation


@pytest.mark.parametrize(
    ("method", "target", "name"),
    [
        ("GET", "/b?delimiter=/&prefix=a", "ListObjects"),
        ("GET", "/b?prefix=a&list-type=2&x-id=ListObjectsV2", "ListObjectsV2"),
        ("GET", "/b/k?partNumber=1", "GetObject"),
        ("GET", "/b/k?versionId=1&response-content-type=a", "GetObject"),
        ("GET", "/b/k?id=7&utm_source=mail", "GetObject"),
        ("GET", "/b/k?uploadId=1&max-parts=2", "ListParts"),
        ("GET", "/b?analytics", "ListBucketAnalyticsConfigurations"),
        ("GET", "/b?analytics&id=1", "GetBucketAnalyticsConfiguration"),
        ("DELETE", "/b?analytics", "DeleteBucketAnalyticsConfiguration"),
        ("PUT", "/b/k?partNumber=1", "UploadPart"),
        ("PUT", "/b/k?uploadId=1", "UploadPart"),
        ("GET", "/b/k?attributes", "GetObjectAttributes"),
        ("GET", "/b/k?tagging&versionId=1", "GetObjectTagging"),
    ],
)
def test_markers_tell_operations_apart(method: str, target: str, name: str) -> None:
    """
    What is incomplete is still that operation: its parser then says what is missing.
    """
    assert s3().operation_of(asked(method, target)).name == name


def test_a_header_makes_a_put_a_copy() -> None:
    """
    Of an object, and of a part of one.
    """
    copy = {"x-amz-copy-source": "a/b"}

    assert s3().operation_of(asked("PUT", "/b/k", copy)).name == "CopyObject"
    assert s3().operation_of(asked("PUT", "/b/k?partNumber=1&uploadId=2", copy)).name == "UploadPartCopy"


@pytest.mark.parametrize(
    ("method", "target", "code", "fields"),
    [
        ("POST", "/b/k", "MethodNotAllowed", {"Method": "POST", "ResourceType": "OBJECT"}),
        ("POST", "/b", "MethodNotAllowed", {"Method": "POST", "ResourceType": "BUCKET"}),
        ("DELETE", "/", "MethodNotAllowed", {"Method": "DELETE", "ResourceType": "SERVICE"}),
        ("PATCH", "/b/k", "MethodNotAllowed", {"Method": "PATCH", "ResourceType": "OBJECT"}),
        ("POST", "/b/k?acl", "MethodNotAllowed", {"Method": "POST", "ResourceType": "ACL"}),
        ("DELETE", "/b?acl", "MethodNotAllowed", {"Method": "DELETE", "ResourceType": "ACL"}),
        ("DELETE", "/b?versions", "MethodNotAllowed", {"Method": "DELETE", "ResourceType": "VERSIONS"}),
        ("PUT", "/b/k?versionId=1", "MethodNotAllowed", {"Method": "PUT", "ResourceType": "VERSIONID"}),
        ("GET", "/b/k?website", "MethodNotAllowed", {"Method": "GET", "ResourceType": "WEBSITE"}),
        ("PUT", "/b/k?uploads", "MethodNotAllowed", {"Method": "PUT", "ResourceType": "UPLOADS"}),
        ("GET", "/b?acl&policy", "InvalidArgument", {"ArgumentName": "ResourceType", "ArgumentValue": "acl"}),
        (
            "DELETE",
            "/b/k?tagging&uploadId=1",
            "InvalidArgument",
            {"ArgumentName": "ResourceType", "ArgumentValue": "tagging"},
        ),
        ("GET", "/b?list-type=3", "InvalidArgument", {"ArgumentName": "list-type", "ArgumentValue": "3"}),
    ],
)
def test_a_sub_resource_that_is_not_there_is_not_the_plain_one(
    method: str, target: str, code: str, fields: dict[str, str]
) -> None:
    """
    `DELETE /b?acl` must never delete the bucket.
    """
    with pytest.raises(EmulatorError) as refusal:
        s3().operation_of(asked(method, target))

    error: Any = refusal.value
    assert (error.code, error.fields) == (code, fields)


def test_headers_in_a_presigned_url_count() -> None:
    """
    SDKs that move them there sign them as such; one that is also sent is the sent one.
    """
    query = read_query("X-Amz-Signature=1&x-amz-copy-source=a%2Fb&X-Amz-Acl=private&prefix=a")

    assert headers_of({"X-Amz-Acl": "public-read", "Range": "a"}, query) == {
        "x-amz-signature": "1",
        "x-amz-copy-source": "a/b",
        "x-amz-acl": "public-read",
        "range": "a",
    }
    assert headers_of({"a": "b"}, read_query("x-amz-acl=private")) == {"a": "b"}


def test_a_checksum_of_the_body_in_a_presigned_url_is_overlooked() -> None:
    """
    JavaScript's SDK puts that of an empty body there; what is sent as a header counts.
    """
    of_body = "x-amz-checksum-crc32=AAAAAA%3D%3D&X-Amz-Checksum-Sha256=a&x-amz-sdk-checksum-algorithm=CRC32"
    others = "x-amz-checksum-mode=ENABLED&x-amz-checksum-algorithm=SHA1&x-amz-checksum-type=COMPOSITE"

    assert headers_of({"x-amz-checksum-sha1": "b"}, read_query(f"X-Amz-Signature=1&{of_body}&{others}")) == {
        "x-amz-signature": "1",
        "x-amz-checksum-mode": "ENABLED",
        "x-amz-checksum-algorithm": "SHA1",
        "x-amz-checksum-type": "COMPOSITE",
        "x-amz-checksum-sha1": "b",
    }
