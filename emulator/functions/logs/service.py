"""The verbs of CloudWatch Logs: groups, streams, events, retention. Everything is read from the folders of logs."""

import dataclasses
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from emulator.functions.logs.cursor import first_moment, last_moment, size_of
from emulator.functions.logs.errors import InvalidLogParameterError, LogGroupNotFoundError, LogStreamNotFoundError
from emulator.functions.logs.event import LogEvent
from emulator.functions.logs.filter_pattern import filter_pattern
from emulator.functions.logs.group import LogFile, LogGroup, LogGroups
from emulator.functions.logs.names import check_group_name, group_name, group_parts
from emulator.functions.logs.pages import Page, page_of, resume_time, stream_page
from emulator.functions.logs.reader import LogReader, streams_named
from emulator.violations import not_one_of, refuse

RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)

BY_NAME, BY_LAST_EVENT = "LogStreamName", "LastEventTime"
"""Orders of streams, as AWS calls them."""


@dataclass(frozen=True)
class GroupSummary:
    """A group, as lists show it."""

    name: str
    created: datetime
    retention_days: int | None
    stored_bytes: int
    folder: Path


@dataclass(frozen=True)
class StreamSummary:
    """A stream, as lists show it."""

    name: str
    first_event: datetime
    last_event: datetime
    stored_bytes: int


@dataclass(frozen=True)
class Selection:
    """Which events of a group: by time (both ends belong to it), stream and content."""

    since: datetime | None = None
    until: datetime | None = None
    streams: Collection[str] = ()
    stream_prefix: str = ""
    pattern: str = ""

    def wants_stream(self) -> Callable[[str], bool] | None:
        if self.streams and self.stream_prefix:
            raise InvalidLogParameterError("LogStreamNamePrefix and LogStreamNames cannot be specified together.")
        if self.streams:
            return streams_named(self.streams)
        return (lambda name: name.startswith(self.stream_prefix)) if self.stream_prefix else None


class Tail:
    """The events of a group that were selected, and those that come."""

    def __init__(self, group: LogGroup, selection: Selection) -> None:
        self._matches = filter_pattern(selection.pattern)
        self._until = selection.until
        self._reader = LogReader(group, selection.since, selection.wants_stream())

    def new_events(self) -> Iterator[LogEvent]:
        """Yield the events since the last call."""
        for event in self._reader.new_events():
            if self._until is not None and event.time > self._until:
                return
            if self._matches(event.message):
                yield event


class Logs:
    """Looks at the logs of one home, and removes them; a server may write to them meanwhile."""

    def __init__(self, root: Path, most_bytes: int, clock: Callable[[], datetime]) -> None:
        self._groups = LogGroups(root, most_bytes)
        self._clock = clock

    def of_group(self, name: str) -> LogGroup:
        """Return the folder of a group that may have no logs yet."""
        return self._groups.group(group_parts(name))

    def groups(self, prefix: str = "", part: str = "") -> list[GroupSummary]:
        """Return the groups whose names begin with *prefix*, or have *part* in them, by name; AWS takes but one."""
        if prefix and part:
            raise InvalidLogParameterError(
                "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."
            )
        found = []
        for parts in self._groups.all():
            name = group_name(parts)
            if name.startswith(prefix) and part.lower() in name.lower():
                found.append(self._summary(name, self._groups.group(parts)))
        return sorted(found, key=lambda one: one.name)

    def streams(self, group: str, prefix: str = "", *, order: str = BY_NAME) -> list[StreamSummary]:
        """Return the streams of a group whose names begin with *prefix*, by name or by their last event."""
        if order not in (BY_NAME, BY_LAST_EVENT):
            raise InvalidLogParameterError(f"{order!r} is no order of streams: {BY_NAME} or {BY_LAST_EVENT}")
        if order == BY_LAST_EVENT and prefix:
            raise InvalidLogParameterError("Cannot order by LastEventTime with a logStreamNamePrefix.")
        files: dict[str, list[LogFile]] = {}
        for file in self._existing(group).files():
            if file.stream.startswith(prefix):
                files.setdefault(file.stream, []).append(file)
        summaries = (_stream_summary(name, parts) for name, parts in sorted(files.items()))
        found = [one for one in summaries if one is not None]
        return found if order == BY_NAME else sorted(found, key=lambda one: one.last_event)

    def tail(self, group: str, selection: Selection) -> Tail:
        """Return the events of a group that *selection* selects, in the order of time."""
        folder = self._existing(group)
        folder.expire(self._clock())
        tail = Tail(folder, selection)
        self._check_streams(group, folder, selection.streams)
        return tail

    def page(self, group: str, selection: Selection, limit: int, token: str | None) -> Page:
        """Return the first *limit* events that *selection* selects, or those that come after *token*."""
        if token:
            selection = dataclasses.replace(selection, since=datetime.fromisoformat(resume_time(token)[0]))
        return page_of(self.tail(group, selection).new_events(), limit, token)

    def stream_page(self, group: str, selection: Selection, limit: int, token: str | None, *, from_head: bool) -> Page:
        """Return *limit* events of the one stream of *selection*: the last, or as *token* and *from_head* say."""
        return stream_page(self.tail(group, selection).new_events(), limit, token, from_head=from_head)

    def keep_for(self, group: str, days: int | None) -> None:
        """Set how many days a group's events are kept; None for as long as there is room."""
        if days is not None:
            refuse(not_one_of(days, "retentionInDays", RETENTION_DAYS), code=InvalidLogParameterError.code)
        folder = self._existing(group)
        folder.keep_for(days)
        folder.expire(self._clock())

    def remove_group(self, group: str) -> None:
        """Remove a group with all its streams."""
        self._existing(group).remove()

    def remove_stream(self, group: str, stream: str) -> None:
        folder = self._existing(group)
        self._check_streams(group, folder, (stream,))
        folder.remove_stream(stream)

    def _existing(self, name: str) -> LogGroup:
        folder = self.of_group(check_group_name(name))
        if not folder.exists():
            raise LogGroupNotFoundError(name, [group_name(parts) for parts in self._groups.all()])
        return folder

    def _check_streams(self, group: str, folder: LogGroup, names: Collection[str]) -> None:
        known = {file.stream for file in folder.files()} if names else set()
        if missing := next((name for name in names if name not in known), None):
            raise LogStreamNotFoundError(group, missing, known)

    def _summary(self, name: str, folder: LogGroup) -> GroupSummary:
        files = list(folder.files())
        first = next((moment for file in files if (moment := first_moment(file))), self._clock())
        size = sum(size_of(file) for file in files)
        return GroupSummary(name, first, folder.retention_days, size, folder.folder)


def _stream_summary(name: str, files: Sequence[LogFile]) -> StreamSummary | None:
    first = first_moment(files[0])
    newest = last_moment(files[-1]) or first
    if first is None or newest is None:
        return None
    return StreamSummary(name, first, newest, sum(size_of(file) for file in files))
