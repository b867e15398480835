"""
What others are told of an event's end: a destination gets a record, a dead-letter target the bare event.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from emulator.functions.events.event import Condition
from emulator.functions.records import MAX_ASYNC_PAYLOAD_BYTES, InvocationResult
from emulator.units import iso_millis

BUCKET_ARN = "arn:aws:s3:::"

_FAILED_HANDLER = 200
_STATUS = {
    Condition.ZERO_RESERVED_CONCURRENCY: 429,
    Condition.EVENT_AGE_EXCEEDED: 429,
    Condition.RECURSION: 400,
    Condition.FUNCTION_NOT_FOUND: 404,
}
_LONGEST_MESSAGE = 1024  # of a message attribute, as Lambda cuts it


@dataclass(frozen=True)
class Notice:
    """Something to be delivered to *target*, the ARN of a function or a bucket."""

    target: str
    body: bytes
    source: str
    """What caused it, for people."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    """Beside the body: a function finds them in its client context, a bucket's object has them as metadata."""

    @property
    def is_for_bucket(self) -> bool:
        return self.target.startswith(BUCKET_ARN)

    @property
    def client_context(self) -> str | None:
        """Return the attributes as a function is told them: `context.client_context.custom` in Python."""
        return json.dumps({"custom": dict(self.attributes)}) if self.attributes else None


@dataclass(frozen=True)
class End:
    """How an event ended. `attempts` counts those that a handler saw."""

    request_id: str
    function_arn: str
    """With the qualifier that was asked for, $LATEST if none was."""
    payload: bytes
    condition: Condition
    attempts: int
    at: datetime
    error: str | None = None
    executed_version: str | None = None
    result: InvocationResult | None = None
    """Of the last try, if that came so far."""


def record_for(target: str, end: End) -> Notice:
    """Return the notice that a destination gets."""
    document = {
        "version": "1.0",
        "timestamp": iso_millis(end.at),
        "requestContext": {
            "requestId": end.request_id,
            "functionArn": end.function_arn,
            "condition": str(end.condition),
            "approximateInvokeCount": end.attempts,
        },
        "requestPayload": _value(end.payload),
    }
    if end.result is not None:
        context: dict[str, object] = {"statusCode": 200, "executedVersion": end.executed_version}
        if end.result.function_error:
            context["functionError"] = end.result.function_error
        document |= {"responseContext": context, "responsePayload": _value(end.result.payload)}
    notice = Notice(target, b"", f"{end.function_arn} {end.condition}")
    return Notice(target, _encoded(document, limited=not notice.is_for_bucket), notice.source)


def dead_letter_for(target: str, end: End) -> Notice:
    """Return the notice that a dead-letter target gets."""
    attributes = {
        "RequestID": end.request_id,
        "ErrorCode": str(_STATUS.get(end.condition, _FAILED_HANDLER)),
        "ErrorMessage": (end.error or str(end.condition))[:_LONGEST_MESSAGE],
    }
    return Notice(target, end.payload, f"{end.function_arn} dead letter", attributes)


def _encoded(document: dict[str, object], *, limited: bool) -> bytes:
    """Return the record; for a function, what does not fit into an event is left out of it, the response first."""
    body = json.dumps(document).encode()
    for part in ("responsePayload", "requestPayload"):
        if limited and len(body) > MAX_ASYNC_PAYLOAD_BYTES:
            document = {name: value for name, value in document.items() if name != part}
            body = json.dumps(document).encode()
    return body


def _value(payload: bytes) -> object:
    """Return the value that *payload* stands for; what is no JSON, as a custom runtime may answer, is a text."""
    try:
        return json.loads(payload)
    except (ValueError, RecursionError):
        return payload.decode("utf-8", "replace")
