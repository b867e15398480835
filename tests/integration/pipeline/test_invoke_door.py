"""Invoke as AWS answers it, to the letter: statuses, headers and bodies that programs branch on."""

import base64
import dataclasses
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore.config import Config

from cli.server import Reply
from emulator.engine import Kind
from emulator.functions.references import FunctionReference
from tests.conftest import wait_for
from tests.integration.pipeline.conftest import House

FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function"


def client(house: House) -> Any:
    """A client that does not try again by itself."""
    assert house.server is not None
    return boto3.client(
        "lambda",
        endpoint_url=f"http://127.0.0.1:{house.server.port}",
        aws_access_key_id="cloudlet",
        aws_secret_access_key="cloudlet",
        region_name="us-east-1",
        config=Config(retries={"max_attempts": 0}),
    )


def call(house: House, name: str, body: bytes = b"{}", query: str = "", **headers: str) -> Reply:
    assert house.server is not None
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return house.server.request("POST", f"/2015-03-31/functions/{name}/invocations{query}", body, named)


def test_a_throttled_call_is_awss_429(house: House) -> None:
    """boto3 makes its exception of it, with the reason that says which limit it was."""
    function = house.deploy("faults", "app.good")
    house.cloud.functions.concurrency.reserve(function.name, 0)
    house.start()
    boto = client(house)

    with pytest.raises(boto.exceptions.TooManyRequestsException) as caught:
        boto.invoke(FunctionName=function.name)
    reply = call(house, function.name)

    assert caught.value.response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert caught.value.response["Error"]["Message"] == "Rate Exceeded."
    assert caught.value.response["Type"] == "User"
    assert (reply.status, reply.headers["x-amzn-errortype"]) == (429, "TooManyRequestsException")
    assert int(reply.headers["retry-after"]) >= 1
    body = json.loads(reply.body)
    assert {key: body[key] for key in body if key != "Hint"} == {
        "Type": "User",
        "message": "Rate Exceeded.",
        "Reason": "ReservedFunctionConcurrentInvocationLimitExceeded",
    }


def test_more_than_is_reserved_at_once_is_throttled_and_the_rest_is_served(house: House) -> None:
    """Five callers, room for two: who is not throttled gets an answer."""
    function = house.deploy("faults", "app.sleeps", timeout_seconds=30)
    house.cloud.functions.concurrency.reserve(function.name, 2)
    house.start()

    with ThreadPoolExecutor(5) as callers:
        statuses = sorted(
            callers.map(lambda _: call(house, function.name, b'{"seconds": 1}').status, range(5)),
        )

    assert statuses == [200, 200, 429, 429, 429]


def test_the_command_says_that_it_was_throttled(house: House) -> None:
    """With the server down, too: the limit is the function's, not the server's."""
    function = house.deploy("faults", "app.good")
    house.cloud.functions.concurrency.reserve(function.name, 0)

    done = house.run("lambda", "invoke", "--function-name", function.name)

    assert done.returncode == 1
    assert "Rate Exceeded." in done.stderr
    assert "get-function-concurrency" in done.stderr


def test_a_dry_run_runs_nothing(house: House) -> None:
    """It only asks whether one could."""
    function = house.deploy("faults", "app.good")
    house.start()

    reply = call(house, function.name, X_Amz_Invocation_Type="DryRun")
    unknown = call(house, "nobody", X_Amz_Invocation_Type="DryRun")

    assert (reply.status, reply.body, unknown.status) == (204, b"", 404)
    assert house.handled(function) == []


def test_an_answer_has_awss_headers(house: House) -> None:
    """Version, log, error: no more than was asked for."""
    house.deploy("faults", "app.raises")
    house.start()

    plain = call(house, "worker-bee")
    told = call(house, "worker-bee", X_Amz_Log_Type="Tail")

    assert plain.status == 200
    assert plain.headers["content-type"] == "application/json"
    assert plain.headers["x-amz-executed-version"] == "$LATEST"
    assert plain.headers["x-amz-function-error"] == "Unhandled"
    assert "x-amz-log-result" not in plain.headers
    tail = base64.b64decode(told.headers["x-amz-log-result"]).decode()
    assert told.headers["x-amzn-requestid"] in tail
    assert tail.startswith("START RequestId: ")
    assert "REPORT RequestId: " in tail


def test_an_event_is_answered_202_without_a_body(house: House) -> None:
    """Nothing ran yet: there is no version, no error and no log to tell of."""
    function = house.deploy("faults", "app.good")
    house.start()

    reply = call(house, function.name, X_Amz_Invocation_Type="Event", X_Amz_Log_Type="Tail")
    house.settle()

    assert (reply.status, reply.body) == (202, b"")
    assert not {"x-amz-executed-version", "x-amz-function-error", "x-amz-log-result"} & set(reply.headers)
    assert house.handled(function) == [reply.headers["x-amzn-requestid"]]


REFUSED: tuple[tuple[dict[str, str], bytes, int, str, str], ...] = (
    ({}, b"NaN", 400, "InvalidRequestContentException", "Could not parse request body into json: "),
    (
        {"X_Amz_Log_Type": "All"},
        b"{}",
        400,
        "InvalidParameterValueException",
        "Value 'All' at 'logType' failed to satisfy constraint: Member must satisfy enum value set: [None, Tail]",
    ),
    (
        {"X_Amz_Invocation_Type": "Event"},
        b'"' + b"x" * 1_048_575 + b'"',
        413,
        "RequestTooLargeException",
        "Request must be smaller than 1048576 bytes for the InvokeFunction operation",
    ),
    (
        {},
        b'"' + b"x" * 6_291_455 + b'"',
        413,
        "RequestTooLargeException",
        "Request must be smaller than 6291456 bytes for the InvokeFunction operation",
    ),
    (
        {"X_Amz_Client_Context": "no base64!"},
        b"{}",
        400,
        "InvalidRequestContentException",
        "Client context must be a valid Base64-encoded JSON object.",
    ),
)


def test_what_cannot_be_invoked_is_refused_in_awss_words(house: House) -> None:
    """The code is in a header, the text in the body; the handler sees none of it."""
    function = house.deploy("faults", "app.good")
    house.start()

    for headers, payload, status, code, text in REFUSED:
        reply = call(house, function.name, payload, **headers)

        document = json.loads(reply.body)
        assert (reply.status, reply.headers["x-amzn-errortype"], document["Type"]) == (status, code, "User")
        assert document["message"].startswith(text)
    assert house.handled(function) == []


def test_the_largest_payload_goes_through(house: House) -> None:
    """One byte less than is refused; what the handler makes of it is its own business."""
    house.deploy("faults", "app.nothing", memory_mb=1769)
    house.start()

    assert call(house, "worker-bee", b'"' + b"x" * 6_291_454 + b'"').body == b"null"


def test_a_qualifier_is_heeded_wherever_it_stands(house: House) -> None:
    """In the query, or at the end of the ARN; not one here and another there."""
    house.deploy("echo")
    house.start()

    asked = [
        call(house, "worker-bee", query="?Qualifier=$LATEST"),
        call(house, f"{FUNCTION}:worker-bee:$LATEST"),
        call(house, f"{FUNCTION}:worker-bee"),
    ]
    missing = call(house, "worker-bee", query="?Qualifier=7")
    torn = call(house, f"{FUNCTION}:worker-bee:$LATEST", query="?Qualifier=7")

    arns = [json.loads(reply.body)["arn"] for reply in asked]
    assert arns == [f"{FUNCTION}:worker-bee:$LATEST"] * 2 + [f"{FUNCTION}:worker-bee"]
    assert json.loads(missing.body)["Message"] == f"Function not found: {FUNCTION}:worker-bee:7"
    assert (torn.status, torn.headers["x-amzn-errortype"]) == (400, "InvalidParameterValueException")


def test_a_running_server_keeps_workers_ready_and_one_for_a_single_call_does_not(house: House) -> None:
    """Who types `lambda invoke` wants an answer, not a fleet that is started and removed again."""
    function = dataclasses.replace(house.deploy("faults", "app.tells_its_start"), version="1")
    house.cloud.functions.repository.save(function)
    house.cloud.functions.concurrency.provision(FunctionReference(function.name, "1"), 1)
    words = ("lambda", "invoke", "--function-name", f"{function.name}:1")

    alone = json.loads(house.run(*words).stdout)
    assert house.cloud.engine.containers.list(Kind.WORKER) == []
    house.start()
    boto = client(house)
    asked = {"FunctionName": function.name, "Qualifier": "1"}
    wait_for(lambda: boto.get_provisioned_concurrency_config(**asked)["Status"] == "READY")
    ready = json.loads(call(house, function.name, query="?Qualifier=1").body)

    assert (alone["type"], ready["type"]) == ("on-demand", "provisioned-concurrency")
