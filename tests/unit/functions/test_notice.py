"""What is told of an event's end is as AWS has it, and fits where it goes."""

import json

import pytest

from emulator.functions.events.event import Condition
from emulator.functions.events.notice import End, record_for
from emulator.functions.records import MAX_ASYNC_PAYLOAD_BYTES, InvocationResult
from tests.unit.functions.test_queue import START

FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:listener"
MOST = MAX_ASYNC_PAYLOAD_BYTES


def end(asked: int, answered: int) -> End:
    """Return an end whose payload and answer are JSON texts of so many bytes."""
    result = InvocationResult("id", b'"' + b"a" * (answered - 2) + b'"')
    payload = b'"' + b"p" * (asked - 2) + b'"'
    return End("id", f"{FUNCTION}:$LATEST", payload, Condition.SUCCESS, 1, START, None, "$LATEST", result)


@pytest.mark.parametrize(
    ("asked", "answered", "kept"),
    [
        (100, 100, {"requestPayload", "responsePayload"}),
        (MOST // 2 - 1000, MOST // 2 - 1000, {"requestPayload", "responsePayload"}),
        (MOST // 2, MOST // 2, {"requestPayload"}),
        (100, MOST, {"requestPayload"}),
        (MOST, 100, set()),
    ],
)
def test_a_record_for_a_function_fits_into_an_event(asked: int, answered: int, kept: set[str]) -> None:
    """What does not fit is left out, the answer first; the rest says what became of the event all the same."""
    notice = record_for(FUNCTION, end(asked, answered))

    record = json.loads(notice.body)
    assert len(notice.body) <= MOST
    assert {"requestPayload", "responsePayload"} & record.keys() == kept
    assert record["requestContext"]["condition"] == "Success"


def test_a_record_for_a_bucket_is_whole() -> None:
    """An object may be as long as it likes."""
    record = json.loads(record_for("arn:aws:s3:::records", end(MOST, MOST)).body)

    assert {"requestPayload", "responsePayload"} <= record.keys()


def test_what_is_no_unicode_is_told_as_json_tells_it() -> None:
    """Half an emoji in an answer must not cost the record."""
    result = InvocationResult("id", b'"half: \\ud83d"')
    told = End("id", f"{FUNCTION}:$LATEST", b"\xff", Condition.SUCCESS, 1, START, None, "$LATEST", result)

    record = json.loads(record_for(FUNCTION, told).body)

    assert (record["requestPayload"], record["responsePayload"]) == ("�", "half: \ud83d")
