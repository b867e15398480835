"""`logs tail`: the events of a group as they come, with the flags and the formats of `aws logs tail`."""

import contextlib
import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import command, open_cloud
from cli.output import write, write_bytes
from emulator.errors import InvalidRequestError

if TYPE_CHECKING:
    from emulator.functions.logs.event import LogEvent

app = typer.Typer()

POLL_SECONDS = 0.2


@command(app, "tail")
def tail(
    group_name: Annotated[str, typer.Argument(metavar="GROUP", help="Such as /aws/lambda/NAME.")],
    since: Annotated[
        str,
        typer.Option("--since", metavar="TIME", help="How long ago (30s, 10m, 2h, 7d, 1w) or a date; default: 10m."),
    ] = "10m",
    follow: Annotated[bool, typer.Option("--follow", help="Go on until Ctrl-C.")] = False,
    format_: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="detailed (default), short or json, which spreads JSON.")
    ] = "detailed",
    filter_pattern: Annotated[
        str,
        typer.Option("--filter-pattern", metavar="PATTERN", help="Only events that match; see logs filter-log-events."),
    ] = "",
    log_stream_names: Annotated[
        list[str] | None, typer.Option("--log-stream-names", metavar="STREAM...", help="Only of these streams.")
    ] = None,
    log_stream_name_prefix: Annotated[
        str, typer.Option("--log-stream-name-prefix", metavar="P", help="Only of streams whose names begin so.")
    ] = "",
) -> None:
    """Show what was logged to a group, oldest first, and what comes.

    \b
    cloudlet logs tail /aws/lambda/summarize
    cloudlet logs tail /aws/lambda/summarize --since 1h --follow --format short
    cloudlet logs tail /aws/lambda/summarize --filter-pattern '?ERROR ?timeout'
    """
    from cli.since import parse_since
    from emulator.functions.logs.service import Selection
    from emulator.units import utc_now

    show = _FORMATS.get(format_)
    if show is None:
        raise InvalidRequestError(f"{format_!r} is no format of a log", hint=f"choose from {', '.join(_FORMATS)}")
    selection = Selection(
        since=parse_since(since, utc_now()),
        streams=tuple(log_stream_names or ()),
        stream_prefix=log_stream_name_prefix,
        pattern=filter_pattern,
    )
    with open_cloud() as cloud:
        tail = cloud.logs.tail(group_name, selection)
        while True:
            for event in tail.new_events():
                write(show(event).rstrip())
            if not follow:
                return
            write_bytes(b"")
            time.sleep(POLL_SECONDS)


def _detailed(event: "LogEvent") -> str:
    return f"{event.stamp[:-1]}000+00:00 {event.stream} {event.message}"


def _short(event: "LogEvent") -> str:
    return f"{event.stamp[:19]} {event.message}"


def _json(event: "LogEvent") -> str:
    message = event.message
    with contextlib.suppress(ValueError):
        message = "\n" + json.dumps(json.loads(message), indent=4)
    return f"{event.time.isoformat()} {event.stream} {message}"


_FORMATS: dict[str, Callable[["LogEvent"], str]] = {"detailed": _detailed, "short": _short, "json": _json}
