"""What we answer, read by botocore: for every operation, any output."""

from typing import Any

import pytest
from botocore.awsrequest import HeadersDict
from botocore.parsers import create_parser
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator.http.aws.s3 import s3
from tests.unit.http.aws.values import SERVICE, is_raw, parameters

WITH_OUTPUT = [
    name
    for name in SERVICE.operation_names
    if SERVICE.operation_model(name).output_shape
    and name not in ("GetBucketLocation", "GetBucketNotification", "SelectObjectContent")
]
"""Not what botocore reads by hand, nor an old shape with two members in one element, nor a stream of events."""

PARSER = create_parser("rest-xml")


def read(name: str, output: dict[str, Any]) -> dict[str, Any]:
    """Return what botocore makes of our answer."""
    answer = s3().protocol.render(s3().model.operations[name], output)
    response = {"status_code": answer.status, "headers": HeadersDict(answer.headers), "body": answer.body or b""}
    found: dict[str, Any] = PARSER.parse(response, SERVICE.operation_model(name).output_shape)
    del found["ResponseMetadata"]
    return found


@pytest.mark.parametrize("name", WITH_OUTPUT)
@given(data=st.data())
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
def test_boto3_gives_back_what_was_answered(name: str, data: st.DataObject) -> None:
    """
    botocore's own parser reads it, so an operation answers in the words of boto3's documentation.
    """
    shape = SERVICE.operation_model(name).output_shape
    output = data.draw(parameters(shape))
    always: dict[str, Any] = {"Metadata": {}} if "Metadata" in shape.members else {}
    payload = shape.serialization.get("payload")
    if payload and shape.members[payload].type_name == "structure":
        always[payload] = {}

    found = read(name, output)

    if payload and is_raw(shape.members[payload]):
        del found[payload]
    assert found == always | output
