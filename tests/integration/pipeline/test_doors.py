"""The HTTP doors of a running server: Lambda's invoke, S3 side by side with the folder, and who is turned away."""

import base64
import http.client
import json
import os
from typing import Any

import boto3
import pytest

from emulator.engine import Kind
from tests.integration.pipeline.conftest import House


def lambda_client(house: House) -> Any:
    assert house.server is not None
    return boto3.client(
        "lambda",
        endpoint_url=f"http://127.0.0.1:{house.server.port}",
        aws_access_key_id="cloudlet",
        aws_secret_access_key="cloudlet",
        region_name="us-east-1",
    )


def test_boto3_invokes_a_function(house: House) -> None:
    """Programs call functions as they do on AWS."""
    house.deploy("echo")
    house.start()

    answer = lambda_client(house).invoke(FunctionName="worker-bee", Payload=b'{"a": 1}', LogType="Tail")

    assert answer["StatusCode"] == 200
    assert answer["ExecutedVersion"] == "$LATEST"
    assert "FunctionError" not in answer
    assert json.loads(answer["Payload"].read())["event"] == {"a": 1}
    assert answer["LogResult"]


def test_an_unknown_function_is_awss_error(house: House) -> None:
    """boto3 makes its exception class from it."""
    house.start()
    client = lambda_client(house)

    with pytest.raises(client.exceptions.ResourceNotFoundException) as caught:
        client.invoke(FunctionName="nobody")

    assert (
        caught.value.response["Error"]["Message"]
        == "Function not found: arn:aws:lambda:us-east-1:000000000000:function:nobody:$LATEST"
    )


def test_a_payload_that_is_no_json_is_refused(house: House) -> None:
    """The handler never sees it."""
    function = house.deploy("faults", "app.good")
    house.start()
    client = lambda_client(house)

    with pytest.raises(client.exceptions.InvalidRequestContentException):
        client.invoke(FunctionName=function.name, Payload=b"{not json")

    assert house.handled(function) == []


def test_an_event_invocation_is_queued_and_handled(house: House) -> None:
    """InvocationType=Event answers 202 at once."""
    function = house.deploy("faults", "app.good")
    house.start()

    answer = lambda_client(house).invoke(FunctionName=function.name, InvocationType="Event", Payload=b"{}")
    house.settle()

    assert answer["StatusCode"] == 202
    assert len(house.handled(function)) == 1


def test_what_is_put_through_the_endpoint_is_a_file_and_back(house: House) -> None:
    """One bucket, two ways in."""
    raw = house.bucket("raw")
    house.start()
    client = house.s3()

    client.put_object(Bucket="raw", Key="by/api.txt", Body=b"api")
    (raw / "by-hand.txt").write_bytes(b"hand")
    house.settle()

    assert (raw / "by" / "api.txt").read_bytes() == b"api"
    assert client.get_object(Bucket="raw", Key="by-hand.txt")["Body"].read() == b"hand"
    assert [one["Key"] for one in client.list_objects_v2(Bucket="raw")["Contents"]] == ["by-hand.txt", "by/api.txt"]


@pytest.mark.parametrize(
    ("headers", "method", "status"),
    [
        ({"Host": "evil.example"}, "GET", 403),
        ({"Origin": "https://evil.example"}, "PUT", 403),
        ({"Sec-Fetch-Site": "cross-site"}, "DELETE", 403),
        ({"Origin": "http://localhost:3000"}, "GET", 200),
    ],
)
def test_a_web_page_from_elsewhere_cannot_write_here(
    house: House, headers: dict[str, str], method: str, status: int
) -> None:
    """A page in the browser reaches loopback: it must not reach the buckets."""
    house.bucket("raw")
    server = house.start()
    connection = http.client.HTTPConnection("127.0.0.1", server.port)

    connection.request(method, "/raw", headers=headers)

    assert connection.getresponse().status == status
    connection.close()


def test_invoke_without_a_server_works_and_leaves_nothing(house: House) -> None:
    """One call should not need a daemon, nor leave one."""
    house.deploy("echo")

    done = house.run("lambda", "invoke", "--function-name", "worker-bee", "--payload", '{"a": 1}')

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["event"] == {"a": 1}
    assert house.cloud.engine.containers.list() == []
    assert not house.cloud.home.server_file.exists()


def test_invoke_goes_through_the_server_when_it_is_up_and_is_warm(house: House) -> None:
    """The second call must not start a second worker."""
    house.deploy("faults", "app.counts")
    house.start()

    answers = [house.run("lambda", "invoke", "--function-name", "worker-bee").stdout for _ in range(2)]

    assert answers == ["1\n", "2\n"]
    assert len(house.cloud.engine.containers.list(Kind.WORKER)) == 1


def test_invoke_tells_a_failed_handler_by_its_answer_and_if_asked_by_its_exit_code(house: House) -> None:
    """AWS's habit by default; scripts can ask for more."""
    house.deploy("faults", "app.raises")
    house.start()

    plain = house.run("lambda", "invoke", "--function-name", "worker-bee", str(house.cloud.home.root / "out.json"))
    strict = house.run("lambda", "invoke", "--function-name", "worker-bee", "--fail-on-function-error")

    assert plain.returncode == 0
    assert "Unhandled" in plain.stdout
    assert json.loads((house.cloud.home.root / "out.json").read_text())["errorType"] == "ValueError"
    assert strict.returncode == 4


def test_a_second_server_on_the_same_home_is_refused(house: House) -> None:
    """Two would handle each event twice."""
    house.start()

    second = house.run("start")

    assert second.returncode == 1
    assert "already runs" in second.stderr


@pytest.mark.parametrize(
    ("headers", "body", "status", "code"),
    [
        ({"X-Amz-Invocation-Type": "Sometimes"}, b"{}", 400, "InvalidParameterValueException"),
        ({"X-Amz-Client-Context": "no base64!"}, b"{}", 400, "InvalidRequestContentException"),
        ({}, b"[" * 100_000, 400, "InvalidRequestContentException"),
        ({}, b'"' + b"x" * (6 * 1024 * 1024) + b'"', 413, "RequestTooLargeException"),
        ({}, b'"' + b"x" * (8 * 1024 * 1024) + b'"', 413, "RequestTooLargeException"),
    ],
)
def test_a_bad_invocation_is_refused_with_the_code_of_aws(
    house: House, headers: dict[str, str], body: bytes, status: int, code: str
) -> None:
    """Programs branch on it."""
    function = house.deploy("echo")
    server = house.start()

    reply = server.request("POST", f"/2015-03-31/functions/{function.name}/invocations", body, headers)

    assert (reply.status, reply.headers.get("x-amzn-errortype")) == (status, code)


def test_a_client_context_of_several_lines_reaches_the_handler(house: House) -> None:
    """It travels in a header, which has one line."""
    house.deploy("faults", "app.good", timeout_seconds=5)
    house.start()
    context = base64.b64encode(b'{\n  "custom": {"name": "\xc3\xa9"}\n}').decode()

    answer = lambda_client(house).invoke(FunctionName="worker-bee", ClientContext=context)

    assert json.loads(answer["Payload"].read()) == {"ok": True}


def test_a_pid_that_a_killed_server_left_is_nobodys(house: House) -> None:
    """By the time `stop` reads it, it may be any program's: only the server itself says what to end."""
    server = house.start()
    facts = json.loads(house.cloud.home.server_file.read_text())
    house.cloud.home.server_file.write_text(json.dumps(facts | {"pid": os.getpid()}))

    assert house.find_server() == server
