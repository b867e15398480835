"""Asynchronous invocations: which there are, what became of one, and once more; our own verbs."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import command, open_cloud
from cli.output import Answer, note
from emulator import own_paths
from emulator.errors import InvalidRequestError

if TYPE_CHECKING:
    from emulator.cloud import Cloud
    from emulator.functions.events.history import Event, EventDetails
    from emulator.functions.events.tries import Told, Try

app = typer.Typer()

FunctionName = Annotated[
    str | None, typer.Option("--function-name", metavar="NAME", help="Only those of one function.")
]
RequestId = Annotated[
    str, typer.Argument(metavar="ID", help="A request id, from `events list`, or enough of its beginning.")
]
_MOST_EVENTS = 100
_FACTS = (
    "RequestId",
    "FunctionName",
    "Qualifier",
    "State",
    "Attempts",
    "ExecutedVersion",
    "TraceHeader",
    "Payload",
    "Result",
    "FunctionError",
)
"""For people, above the timeline, which tells the rest."""

Since = "90m, 24h, 7d, or a date such as 2026-01-31 (UTC)"


@command(app, "list")
def list_events(
    state: Annotated[
        str | None, typer.Option("--state", metavar="STATE", help="Only queued, running, done or failed ones.")
    ] = None,
    function_name: FunctionName = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="WHEN", help=f"Only those that were queued since: {Since}.")
    ] = None,
    most: Annotated[
        int, typer.Option("--max-items", min=1, metavar="N", help=f"No more than these; default: {_MOST_EVENTS}.")
    ] = _MOST_EVENTS,
    token: Annotated[
        str | None, typer.Option("--starting-token", metavar="TOKEN", help="Go on after the listing that said so.")
    ] = None,
) -> Answer:
    """List events, the newest first. Done ones are kept for a day, those that were given up for two weeks.

    \b
    cloudlet events list --state failed
    cloudlet events list --function-name summarize --since 90m
    cloudlet events list --max-items 1000 --query 'Events[].Source'
    """
    from emulator.functions.events.event import STATES
    from emulator.functions.events.history import Choice
    from emulator.functions.references import function_name as name_of
    from emulator.units import format_duration

    if state is not None and state not in STATES:
        raise InvalidRequestError(f"{state!r} is no state of an event", hint=f"choose from {', '.join(STATES)}")
    name = name_of(function_name) if function_name else None
    with open_cloud() as cloud:
        page = cloud.event_history.list(Choice(state, name, _moment(since)), most, token)
    found = page.events
    document: dict[str, Any] = {"Events": [_document(one) for one in page.events]}
    if page.next_token:
        note(f"these are {len(found)} of them; go on with --starting-token {page.next_token}")
        document["NextToken"] = page.next_token
    return Answer(
        document,
        columns=("ID", "FUNCTION", "STATE", "TRIES", "QUEUED", "TOOK", "SOURCE", "ERROR"),
        rows=[
            (
                one.request_id,
                one.function,
                one.state,
                one.attempts,
                f"{one.created_at:%Y-%m-%d %H:%M:%S}",
                "-" if one.seconds is None else format_duration(one.seconds),
                one.source,
                one.error or "-",
            )
            for one in found
        ],
        ids=[one.request_id for one in found],
        hint=None if found else "no such events; they come of triggers, rules and `--invocation-type Event`",
    )


@command(app, "show")
def show(request_id: RequestId) -> Answer:
    """Show an event as a timeline, with durations, and its payload and answer.

    \b
    cloudlet events show "$(cloudlet events list --state failed -q | head -1)"
    cloudlet events show 4f1d0a52-… --query Payload > event.json
    """
    from cli.commands.events import timeline
    from cli.output import table_lines, terminal_width
    from emulator.units import utc_now

    with open_cloud() as cloud:
        found = cloud.event_history.show(request_id)
    document = _details(found)
    steps = table_lines(*timeline.table(found, utc_now()), terminal_width())
    facts = {name: document[name] for name in _FACTS if name in document}
    lines = [*_lines(facts), "", *steps]  # last, where a terminal shows it, however long the payload is
    return Answer(document, columns=("", ""), text="\n".join(lines), ids=[found.event.request_id])


@command(app, "replay")
def replay(
    request_id: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="A request id, or its beginning, whatever became of it.")
    ] = None,
    failed: Annotated[bool, typer.Option("--failed", help="All that were given up.")] = False,
    since: Annotated[
        str | None, typer.Option("--since", metavar="WHEN", help=f"Those that were given up since: {Since}.")
    ] = None,
    function_name: Annotated[
        str | None, typer.Option("--function-name", metavar="NAME", help="Of these, only one function's.")
    ] = None,
) -> Answer:
    """Have events handled anew, with the same payload and request id.

    \b
    cloudlet events replay 4f1d0a52-…
    cloudlet events replay --failed
    cloudlet events replay --since 2h --function-name summarize
    """
    from emulator.functions.references import function_name as name_of

    several = failed or since is not None
    if several == (request_id is not None) or (function_name and not several):
        raise InvalidRequestError(
            "replay takes either a request id or a choice of those that were given up",
            hint="cloudlet events replay ID, or --failed, or --since 2h",
        )
    with open_cloud() as cloud:
        if request_id is not None:
            queued = [cloud.event_history.replay(request_id)]
        else:
            name = name_of(function_name) if function_name else None
            queued = [*cloud.event_history.replay_failed(name, _moment(since))]
        runs = _wake(cloud) if queued else True
    note(f"{len(queued)} event(s) are queued again" + ("" if runs else "; they are handled when the server runs"))
    return Answer({"Replayed": queued}, text="\n".join(queued), ids=queued)


def _wake(cloud: "Cloud") -> bool:
    """Have the server look at once; tell whether one runs."""
    from cli.server import find_server

    server = find_server(cloud.home)
    if server is not None:
        server.request("POST", own_paths.WAKE, timeout_seconds=10)
    return server is not None


def _moment(since: str | None) -> Any:
    from cli.since import parse_since
    from emulator.units import utc_now

    return parse_since(since, utc_now()) if since else None


def _document(event: "Event") -> dict[str, Any]:
    document = {
        "RequestId": event.request_id,
        "FunctionName": event.function,
        "Qualifier": event.qualifier,
        "State": event.state,
        "Attempts": event.attempts,
        "Source": event.source,
        "QueuedAt": event.created_at,
        "NextTryAt": event.next_try_at,
        "SettledAt": event.settled_at,
        "Condition": event.condition,
        "Error": event.error,
        "BegunAt": event.begun_at,
        "ReplayedAt": event.replayed_at,
        "DurationSeconds": None if event.seconds is None else round(event.seconds, 3),
    }
    return {name: value for name, value in document.items() if value is not None}


def _details(found: "EventDetails") -> dict[str, Any]:
    document = _document(found.event) | {"Payload": _value(found.payload)}
    if found.result is not None:
        document["Result"] = _value(found.result)
    more = {
        "FunctionError": found.function_error,
        "ExecutedVersion": found.executed_version,
        "TraceHeader": found.trace or None,
        "Undelivered": [
            {"Destination": one.target, "Key": one.key, "GivenUp": one.is_given_up, "Error": one.error}
            for one in found.undelivered
        ]
        or None,
        "Tries": [_try(one) for one in found.tries] or None,
        "Told": [_told(one) for one in found.told] or None,
    }
    return document | {name: value for name, value in more.items() if value is not None}


def _try(one: "Try") -> dict[str, Any]:
    from emulator.units import iso_millis

    document = {
        "Attempt": one.attempt,
        "BegunAt": one.begun_at and iso_millis(one.begun_at),
        "EndedAt": iso_millis(one.ended_at),
        "DurationSeconds": None if one.seconds is None else round(one.seconds, 3),
        "HandlerMilliseconds": one.handler_ms,
        "InitMilliseconds": one.init_ms,
        "Outcome": str(one.outcome),
        "Error": one.error,
    }
    return {name: value for name, value in document.items() if value is not None}


def _told(one: "Told") -> dict[str, str]:
    from emulator.functions.events.notice import BUCKET_ARN

    return {"Destination": one.target, "Key" if one.target.startswith(BUCKET_ARN) else "RequestId": one.place}


def _lines(document: dict[str, Any]) -> list[str]:
    """Return the document for people: a name and its value a line, structures as indented JSON."""
    from cli.output import printable

    width = max(map(len, document))
    lines = []
    for name, value in document.items():
        if isinstance(value, dict | list):
            text = json.dumps(value, indent=4, ensure_ascii=False).splitlines()
        else:
            text = [f"{value:%Y-%m-%d %H:%M:%S} UTC" if hasattr(value, "strftime") else str(value)]
        lines += [
            f"{label:{width}}  {printable(line)}" for label, line in zip([name, *[""] * len(text)], text, strict=False)
        ]
    return lines


def _value(payload: bytes) -> Any:
    try:
        return json.loads(payload)
    except ValueError:
        return payload.decode("utf-8", "replace")
