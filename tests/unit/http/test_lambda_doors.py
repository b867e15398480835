"""What the doors of Lambda do with what no client should send, and what a handler should not return."""

import http.client
import json
import socket
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.exceptions import ClientError

from emulator.errors import EmulatorError
from emulator.functions import errors
from emulator.functions.definition import Function
from emulator.http.lambda_.refusal import refusal
from tests.unit.http.conftest import FUNCTION, Doors

INVOKE = "/2015-03-31/functions/hello/invocations"
CREDENTIALS = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "us-east-1"}
LATIN = "café".encode("latin-1")


def url_of(doors: Doors) -> str:
    return f"/_cloudlet/url/{doors.cloud.function_urls.create('hello', 'NONE').id}"


@pytest.mark.parametrize("kind", ["Event", "RequestResponse", "DryRun"])
def test_bytes_that_are_no_text_are_no_trace(doors: Doors, kind: str) -> None:
    """They can be written nowhere: not into the queue, not into a log."""
    headers: dict[str, bytes | str] = {
        "X-Amz-Invocation-Type": kind,
        "X-Amzn-Trace-Id": b"Root=1-\xff",
        "X-Other": LATIN,
    }

    reply = doors.send("POST", INVOKE, b"{}", headers)

    assert reply.status in (200, 202, 204), reply
    seen = [event.trace for event in doors.runs.events] + [one.trace for _, one in doors.runs.invocations]
    assert set(seen) <= {""}


@pytest.mark.parametrize("header", ["X-Amz-Invocation-Type", "X-Amz-Log-Type", "X-Amz-Client-Context"])
def test_a_choice_that_is_no_text_is_refused_as_any_other(doors: Doors, header: str) -> None:
    reply = doors.send("POST", INVOKE, b"{}", {header: LATIN})

    assert (reply.status, json.loads(reply.body)["Type"]) == (400, "User")


@pytest.mark.parametrize(
    "path", [INVOKE.replace("hello", "\xff"), INVOKE + "?Qualifier=%FF", INVOKE + "?Qualifier=\xff"]
)
def test_a_name_that_is_no_text_is_that_of_no_function(doors: Doors, path: str) -> None:
    """Bytes that http.client would not send, but curl does."""
    with socket.create_connection(("127.0.0.1", doors.port)) as connection:
        connection.sendall(
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{{}}".encode("latin-1")
        )
        response = http.client.HTTPResponse(connection)
        response.begin()

        assert 400 <= response.status < 500, response.read()


def test_a_handler_sees_headers_as_text(doors: Doors) -> None:
    """What is no UTF-8 was meant as what the web began with."""
    reply = doors.send("GET", url_of(doors) + "/", headers={"X-Name": LATIN})

    assert reply.status == 200
    event = json.loads(doors.runs.invocations[0][1].payload)
    assert event["headers"]["x-name"] == "café"


@pytest.mark.parametrize(
    "returned",
    [
        "\ud83d",
        {"statusCode": 200, "body": "\ud83d"},
        {"statusCode": 200, "headers": {"x-half": "\ud83d"}},
        {"statusCode": 200, "cookies": ["a=\ud83d"]},
        {"statusCode": 200, "body": "no base64!", "isBase64Encoded": True},
    ],
)
def test_what_cannot_be_sent_is_a_bad_answer_of_the_handler(doors: Doors, returned: Any) -> None:
    """Half of an emoji is what a text that was cut leaves."""
    doors.runs.answer = json.dumps(returned).encode()

    reply = doors.send("GET", url_of(doors) + "/")

    assert (reply.status, reply.body) == (502, b"Internal Server Error")


def test_a_deployment_while_a_payload_is_sent_counts(doors: Doors) -> None:
    """The sender may take minutes; what is run then is what there is then."""
    with socket.create_connection(("127.0.0.1", doors.port)) as connection:
        connection.sendall(f"POST {INVOKE} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{{".encode())
        assert doors.send("GET", "/2015-03-31/functions/hello").status == 200  # so that the other is under way
        newer = Function(**{**vars(FUNCTION), "description": "newer"})
        doors.cloud.functions.repository.save(newer)
        connection.sendall(b"}")
        response = http.client.HTTPResponse(connection)
        response.begin()

    assert response.status == 200
    assert doors.runs.invocations[0][0] == newer


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/2015-03-31/functions/hello/policy"),
        ("POST", "/2015-03-31/event-source-mappings/"),
        ("GET", "/2021-07-20/functions/hello/runtime-management-config"),
        ("PUT", "/2018-10-31/layers"),
    ],
)
def test_what_is_not_here_is_told_in_lambdas_words(doors: Doors, method: str, path: str) -> None:
    """In S3's, a client would read no reason at all."""
    reply = doors.send(method, path)

    assert (reply.status, reply.headers["x-amzn-errortype"]) == (404, "UnknownOperationException")
    assert "is not available here" in json.loads(reply.body)["message"]


@pytest.mark.parametrize("service", ["events", "logs"])
def test_another_service_is_refused_in_its_own_form(doors: Doors, service: str) -> None:
    """A client that reads JSON reads no reason in XML."""
    client = boto3.client(service, endpoint_url=doors.client().meta.endpoint_url, **CREDENTIALS)

    with pytest.raises(ClientError, match="is not on this endpoint") as caught:
        client.list_rules() if service == "events" else client.describe_log_groups()

    assert caught.value.response["Error"]["Code"] == "UnknownOperationException"


def test_to_reserve_nothing_is_not_to_reserve_none(doors: Doors) -> None:
    """A body without the number would otherwise switch a function off."""
    reply = doors.send("PUT", "/2017-10-31/functions/hello/concurrency", b"{}")

    assert (reply.status, "ReservedConcurrentExecutions" in reply.body.decode()) == (400, True)
    assert doors.cloud.functions.concurrency.reserved("hello") is None


REFUSALS = [
    errors.FunctionNotFoundError("arn", "f", []),
    errors.InvalidFunctionError("no"),
    errors.ResourceConflictError("no"),
    errors.PreconditionFailedError("GetFunction"),
    errors.ProvisionedConcurrencyNotFoundError(),
    errors.InvalidPayloadError("no"),
    errors.PayloadTooLargeError("no"),
    errors.RecursiveInvocationError("f"),
    errors.ThrottledError(errors.ACCOUNT_LIMIT),
    errors.WorkerStartError("no"),
]


@pytest.mark.parametrize("error", REFUSALS, ids=lambda error: error.code)
def test_a_refusal_has_awss_form(error: EmulatorError) -> None:
    """Its status, and `message` where AWS says `message`: from botocore's own description."""
    model = botocore.session.Session().get_service_model("lambda").shape_for(error.code)

    answer = refusal(error)

    assert isinstance(answer.body, bytes)
    document = json.loads(answer.body)
    assert answer.status == model.metadata["error"]["httpStatusCode"]
    assert set(document) - {"Hint"} <= set(model.members)
    assert document["Type"] == ("User" if model.metadata["error"].get("senderFault") else "Service")
    assert error.message in document.values()
