"""Events in the shape of AWS's answers."""

import zlib
from typing import Any

from emulator.functions.logs.event import LogEvent
from emulator.functions.logs.pages import Page

Document = dict[str, Any]


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


def _event(event: LogEvent) -> Document:
    return {"timestamp": event.millis, "message": f"{event.message}\n", "ingestionTime": event.millis}


def _event_id(event: LogEvent) -> str:
    """Return 56 digits that no other event has."""
    return f"{event.millis:020d}{zlib.crc32(event.stream.encode()):018d}{event.part:06d}{event.offset:012d}"
