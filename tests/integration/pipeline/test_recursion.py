"""A function that causes itself to run again is stopped after sixteen passes: by its lineage, not by a guess."""

import json
from typing import Any

import boto3
import pytest

from emulator.functions.event_config import EventInvokeConfig
from emulator.functions.events.event import Arrival
from emulator.functions.events.lineage import MOST_PASSES, traced
from tests.integration.pipeline.conftest import House


def test_a_handler_that_writes_where_it_listens_is_stopped(house: House) -> None:
    """The mistake that everybody makes once; it must not run all night."""
    raw, failures = house.bucket("raw"), house.bucket("failures")
    function = house.deploy("loops", "app.writes_where_it_listens", timeout_seconds=30, memory_mb=1024)
    house.trigger(function, "raw")
    house.cloud.functions.event_configs.save(function.name, EventInvokeConfig(on_failure="arn:aws:s3:::failures"))
    house.start()

    (raw / "a").write_text("begin")
    outcome = house.settle()

    assert len(set(house.handled(function))) == MOST_PASSES
    (failed,) = outcome["Failed"]
    assert "RecursiveInvocationException" in failed["Error"]
    assert failed["Source"].startswith("s3://raw/axxx")
    (record,) = [path for path in failures.rglob("*") if path.is_file()]
    assert json.loads(record.read_bytes())["requestContext"]["requestId"] == failed["RequestId"]


def test_a_handler_that_calls_itself_is_stopped(house: House) -> None:
    """boto3 in the handler sends the lineage along, whatever it calls."""
    function = house.deploy("loops", "app.calls_itself", timeout_seconds=30, memory_mb=1024)
    house.cloud.queue.enqueue(Arrival(function.name, b"{}", "test"))
    house.start()

    outcome = house.settle()

    assert len(set(house.handled(function))) == MOST_PASSES
    assert len(outcome["Failed"]) == 1


def test_a_caller_in_a_loop_is_told_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody waits for the answer: it is an error of its own, which boto3 knows. It can be allowed."""
    function = house.deploy("faults", "app.good")
    server = house.start()
    trace = ""
    for _ in range(MOST_PASSES):
        trace = traced(trace, function.arn("us-east-1"), "4f1d0a52-0000-4000-8000-000000000000")
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", function.name)
    monkeypatch.setenv("_X_AMZN_TRACE_ID", trace)
    client: Any = boto3.client(
        "lambda",
        endpoint_url=f"http://127.0.0.1:{server.port}",
        aws_access_key_id="cloudlet",
        aws_secret_access_key="cloudlet",
        region_name="us-east-1",
    )

    with pytest.raises(client.exceptions.RecursiveInvocationException) as caught:
        client.invoke(FunctionName=function.name)
    house.cloud.functions.recursion.set(function.name, "Allow")
    allowed = client.invoke(FunctionName=function.name)

    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert json.loads(allowed["Payload"].read()) == {"ok": True}
