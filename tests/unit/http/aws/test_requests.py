"""What botocore sends, read back: for every operation, any parameters."""

from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from botocore.awsrequest import create_request_object, prepare_request_dict
from botocore.serialize import create_serializer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator.http.aws.request import Request, read_query
from emulator.http.aws.s3 import path_of, s3
from tests.unit.http.aws.values import SERVICE, is_raw, parameters

SAME_AS = {
    "GetBucketLifecycle": "GetBucketLifecycleConfiguration",
    "GetBucketNotification": "GetBucketNotificationConfiguration",
    "ListDirectoryBuckets": "ListBuckets",
    "PutBucketLifecycle": "PutBucketLifecycleConfiguration",
    "PutBucketNotification": "PutBucketNotificationConfiguration",
}
"""Requests that look like those for another operation: an older one, or one of another endpoint."""

SERIALIZER = create_serializer("rest-xml")


def sent(name: str, passed: dict[str, Any]) -> Request:
    """Return the request that botocore makes, as it comes in at our end."""
    shape = SERVICE.operation_model(name).input_shape
    content = {member: b"content" for member in shape.required_members if is_raw(shape.members[member])}
    parts = SERIALIZER.serialize_to_request(passed | content, SERVICE.operation_model(name))
    headers = {key.lower(): value for key, value in parts.get("headers", {}).items()}
    body = parts.get("body")
    prepare_request_dict(parts, "http://localhost")
    raw_path, raw_query = urlsplit(create_request_object(parts).prepare().url)[2:4]
    bucket, _, key = raw_path[1:].partition("/")
    path, labels = path_of(bucket, key), {"Bucket": unquote(bucket), "Key": unquote(key)}
    if bucket == "WriteGetObjectResponse":
        path, labels = raw_path, {}
    return Request(parts["method"], path, labels, read_query(raw_query), headers, body or None)


@pytest.mark.parametrize("name", sorted({*SERVICE.operation_names} - {"PutBucketNotification"}))
@given(data=st.data())
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_request_is_understood_as_it_was_meant(name: str, data: st.DataObject) -> None:
    """
    botocore's own serializer writes it, so what our parser reads is what a caller of boto3 passed.
    """
    passed = data.draw(parameters(SERVICE.operation_model(name).input_shape))
    service = s3()

    request = sent(name, passed)

    assert service.operation_of(request).name == SAME_AS.get(name, name)
    assert service.protocol.parse(service.model.operations[name], request) == {
        key: value for key, value in passed.items() if value != {} or key != "Metadata"
    }
