"""Groups, streams and events in the shape of AWS's answers."""

import zlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from emulator.functions.logs.event import LogEvent
from emulator.functions.logs.pages import Page
from emulator.functions.logs.service import GroupSummary, StreamSummary
from emulator.settings import ACCOUNT_ID

Document = dict[str, Any]


def groups(found: Iterable[GroupSummary], region: str) -> Document:
    """Return the answer of DescribeLogGroups."""
    return {"logGroups": [_group(one, region) for one in found]}


def streams(group: str, found: Iterable[StreamSummary], region: str) -> Document:
    """Return the answer of DescribeLogStreams."""
    return {"logStreams": [_stream(group, one, region) for one in found]}


def filtered(page: Page) -> Document:
    """Return the answer of FilterLogEvents; like AWS's, it does not list the streams that were searched."""
    events = [{"logStreamName": event.stream, **_event(event), "eventId": _event_id(event)} for event in page.events]
    more = {"nextToken": page.forward} if page.forward else {}
    return {"events": events, "searchedLogStreams": [], **more}


def of_stream(page: Page) -> Document:
    """Return the answer of GetLogEvents; the tokens are those that were given where there is nothing more."""
    return {
        "events": [_event(event) for event in page.events],
        "nextForwardToken": page.forward,
        "nextBackwardToken": page.backward,
    }


def _group(one: GroupSummary, region: str) -> Document:
    arn = _arn(one.name, region)
    return {
        "logGroupName": one.name,
        "creationTime": _millis(one.created),
        **({"retentionInDays": one.retention_days} if one.retention_days else {}),
        "metricFilterCount": 0,
        "arn": f"{arn}:*",
        "storedBytes": one.stored_bytes,
        "logGroupClass": "STANDARD",
        "logGroupArn": arn,
    }


def _stream(group: str, one: StreamSummary, region: str) -> Document:
    return {
        "logStreamName": one.name,
        "creationTime": _millis(one.first_event),
        "firstEventTimestamp": _millis(one.first_event),
        "lastEventTimestamp": _millis(one.last_event),
        "lastIngestionTime": _millis(one.last_event),
        "arn": f"{_arn(group, region)}:log-stream:{one.name}",
        "storedBytes": one.stored_bytes,
    }


def _arn(group: str, region: str) -> str:
    return f"arn:aws:logs:{region}:{ACCOUNT_ID}:log-group:{group}"


def _millis(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _event(event: LogEvent) -> Document:
    return {"timestamp": event.millis, "message": f"{event.message}\n", "ingestionTime": event.millis}


def _event_id(event: LogEvent) -> str:
    """Return 56 digits that no other event has."""
    return f"{event.millis:020d}{zlib.crc32(event.stream.encode()):018d}{event.part:06d}{event.offset:012d}"
