"""What becomes of an asynchronous event, seen from outside: what is told of it, and what is given up."""

import base64
import dataclasses
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from emulator.engine import Kind
from emulator.functions import Function
from emulator.functions.changes import Changes
from emulator.functions.deployment import Deployment
from emulator.functions.event_config import EventInvokeConfig
from emulator.functions.events.event import Arrival, Condition, QueuedInvocation
from emulator.functions.events.history import Choice
from emulator.functions.events.notice import End, record_for
from emulator.functions.events.queue import InvocationQueue
from emulator.functions.records import Invocation
from emulator.units import utc_now
from tests.conftest import wait_for
from tests.integration.pipeline.conftest import House


def enqueue(house: House, function: Function, payload: bytes = b"{}") -> str:
    return house.cloud.queue.enqueue(Arrival(function.name, payload, "test"))


def configure(house: House, function: Function, **config: Any) -> None:
    house.cloud.functions.event_configs.save(function.name, EventInvokeConfig(**config))


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_failed_event_leaves_a_record_in_a_bucket_and_itself_in_the_dead_letter_folder(house: House) -> None:
    """Both, as on AWS; with three tries behind it."""
    failures = house.bucket("failures")
    function = house.deploy("faults", "app.raises")
    house.cloud.functions.repository.save(
        with_dead_letter(function, "arn:aws:s3:::failures/dead"),
    )
    configure(house, function, on_failure="arn:aws:s3:::failures/records/")
    request_id = enqueue(house, function, b'{"a": 1}')
    house.start()

    house.settle()

    (record_file,) = files(failures / "records" / "aws" / "lambda" / "async" / function.name)
    record = json.loads(record_file.read_bytes())
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 3
    assert record["responsePayload"]["errorMessage"] == "Handler fails"
    (letter,) = files(failures / "dead")
    assert letter.read_bytes() == b'{"a": 1}'
    key = letter.relative_to(failures).as_posix()
    assert house.s3().head_object(Bucket="failures", Key=key)["Metadata"] == {
        "requestid": request_id,
        "errorcode": "200",
        "errormessage": "ValueError: Handler fails",
    }
    assert house.handled(function) == [request_id] * 3


def with_dead_letter(function: Function, arn: str) -> Function:
    return dataclasses.replace(function, dead_letter_arn=arn)


HALF_AN_EMOJI = """
exports.handler = async (event) => {
    if (event.fails) throw new Error("\\u{1F600} smile".substring(0, 1));
    return "said";
};
"""


def test_an_error_that_is_no_text_is_kept_and_holds_up_nobody(house: House, tmp_path: Path) -> None:
    """JavaScript cuts an emoji in two: the next event is handled all the same, and the server ends as it should."""
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "index.js").write_text(HALF_AN_EMOJI)
    deployment = Deployment(tmp_path / "code", "smiles", Changes(handler="index.handler", runtime="nodejs20.x"))
    function = house.cloud.functions.deploy(deployment)
    house.cloud.functions.event_configs.save(function.name, EventInvokeConfig(max_retries=0))
    server = house.start()
    bad, good = enqueue(house, function, b'{"fails": true}'), enqueue(house, function)

    outcome = house.settle()

    assert (outcome["Idle"], [one["RequestId"] for one in outcome["Failed"]]) == (True, [bad])
    assert house.cloud.event_history.show(bad).event.error == "Error: \\ud83d"
    assert house.cloud.event_history.show(good).event.state == "done"
    assert server.status()["troubles"] == {}
    house.stop()
    assert house.cloud.engine.containers.list(Kind.WORKER, Kind.HOLDER) == []


def test_a_success_is_told_to_another_function(house: House) -> None:
    """Functions are chained without knowing of each other."""
    first, second = house.deploy("echo", name="first"), house.deploy("echo", name="second")
    configure(house, first, on_success=second.arn("us-east-1"))
    request_id = enqueue(house, first, b'{"a": 1}')
    house.start()

    house.settle()

    (told,) = house.cloud.event_history.list(Choice(function="second", state="done")).events
    record = json.loads(house.cloud.event_history.show(told.request_id).payload)
    assert record["requestContext"]["requestId"] == request_id
    assert record["requestPayload"] == {"a": 1}
    assert record["responsePayload"]["event"] == {"a": 1}


def test_an_event_that_is_too_old_is_given_up_untried(house: House) -> None:
    """News of yesterday may do harm today."""
    function = house.deploy("faults", "app.good")
    configure(house, function, max_age_seconds=60)
    house.start()
    earlier = InvocationQueue(house.cloud.database, 1.0, lambda: utc_now() - timedelta(seconds=61))
    request_id = earlier.enqueue(Arrival(function.name, b"{}", "test"))

    outcome = house.settle()

    assert [one["RequestId"] for one in outcome["Failed"]] == [request_id]
    assert house.cloud.event_history.show(request_id).event.condition == "EventAgeExceeded"
    assert house.handled(function) == []


def test_without_concurrency_nothing_runs_and_all_is_told(house: House) -> None:
    """How people switch a function off."""
    failures = house.bucket("failures")
    function = house.deploy("faults", "app.good")
    configure(house, function, on_failure="arn:aws:s3:::failures")
    house.cloud.functions.concurrency.reserve(function.name, 0)
    enqueue(house, function)
    house.start()

    house.settle()

    (file,) = files(failures)
    assert json.loads(file.read_bytes())["requestContext"]["condition"] == "ZeroReservedConcurrency"
    assert house.handled(function) == []


@pytest.mark.parametrize("bucket", ["records", "nowhere"])
def test_a_record_that_a_killed_server_owed_is_delivered_by_the_next(house: House, bucket: str) -> None:
    """What was settled is told; where it cannot be, that is said, and nobody waits for ever."""
    folder = house.bucket("records")
    queued = QueuedInvocation("f", 1, Invocation(b"{}"), 0.0)
    end = End(queued.invocation.request_id, "arn", b"{}", Condition.RETRIES_EXHAUSTED, 3, utc_now())
    with house.cloud.database.transaction() as transaction:
        house.cloud.queue.outbox.add(transaction, record_for(f"arn:aws:s3:::{bucket}", end), queued, "")
    house.start()

    outcome = house.settle()

    assert (outcome["Idle"], outcome["Pending"]) == (True, 0)
    assert len(files(folder)) == (1 if bucket == "records" else 0)


def test_an_event_invocation_has_the_client_context_of_its_caller(house: House) -> None:
    """It is kept beside the payload until the handler runs."""
    function = house.deploy("echo")
    server = house.start()
    context = base64.b64encode(b'{"custom": {"a": "b"}}').decode()

    server.request(
        "POST",
        f"/2015-03-31/functions/{function.name}/invocations",
        b"{}",
        {"X-Amz-Invocation-Type": "Event", "X-Amz-Client-Context": context},
    )
    house.settle()

    (row,) = house.cloud.database.rows("SELECT client_context, state FROM invocation")
    assert (json.loads(row["client_context"]), row["state"]) == ({"custom": {"a": "b"}}, "done")


def test_a_server_that_is_killed_tells_of_each_end_once(house: House) -> None:
    """The end of an event and the record of it are one transaction: none is lost, none comes twice."""
    records = house.bucket("records")
    function = house.deploy("faults", "app.good", name="first", memory_mb=1024)
    second = house.deploy("faults", "app.good", name="second", memory_mb=1024)
    configure(house, function, on_success=second.arn("us-east-1"))
    configure(house, second, on_success="arn:aws:s3:::records")
    house.start()
    request_ids = {enqueue(house, function) for _ in range(60)}
    wait_for(lambda: house.cloud.queue.counts()["done"] > 10)

    house.kill()
    house.start()
    house.settle()

    told = [json.loads(file.read_bytes())["requestPayload"]["requestContext"]["requestId"] for file in files(records)]
    assert len(told) == 60
    assert set(told) == request_ids
