"""Events: those of a group that match, and those of one stream."""

from typing import Annotated

import typer

from cli.commands.logs.shared import GroupName, parse_millis
from cli.options import command, open_cloud
from cli.output import Answer

app = typer.Typer()

StartTime = Annotated[
    int | None, typer.Option("--start-time", metavar="MS", help="Only events from then on, in ms since 1970.")
]
EndTime = Annotated[
    int | None, typer.Option("--end-time", metavar="MS", help="Only events until then, in ms since 1970.")
]
Limit = Annotated[
    int, typer.Option("--limit", metavar="N", min=1, max=10_000, help="No more than N at once; default: 10000.")
]
Token = Annotated[str | None, typer.Option("--next-token", metavar="TOKEN", help="Go on from the answer that had it.")]


@command(app, "filter-log-events")
def filter_log_events(
    log_group_name: GroupName,
    filter_pattern: Annotated[
        str, typer.Option("--filter-pattern", metavar="PATTERN", help="Only events that match; default: all.")
    ] = "",
    log_stream_names: Annotated[
        list[str] | None, typer.Option("--log-stream-names", metavar="STREAM...", help="Only of these streams.")
    ] = None,
    log_stream_name_prefix: Annotated[
        str, typer.Option("--log-stream-name-prefix", metavar="P", help="Only of streams whose names begin so.")
    ] = "",
    start_time: StartTime = None,
    end_time: EndTime = None,
    limit: Limit = 10_000,
    next_token: Token = None,
) -> Answer:
    """Find events in a group. A pattern is terms that all must be there, some of ?these ?terms, and -none of these;
    or, for events that are JSON, a comparison.

    \b
    cloudlet logs filter-log-events --log-group-name /aws/lambda/summarize \\
        --filter-pattern 'ERROR -"code 404"'
    cloudlet logs filter-log-events --log-group-name /aws/lambda/summarize \\
        --filter-pattern '{ $.level = "ERROR" && $.took > 100 }'
    """
    from emulator.functions.logs import document
    from emulator.functions.logs.service import Selection

    selection = Selection(
        since=parse_millis(start_time, "--start-time"),
        until=parse_millis(end_time, "--end-time"),
        streams=tuple(log_stream_names or ()),
        stream_prefix=log_stream_name_prefix,
        pattern=filter_pattern,
    )
    with open_cloud() as cloud:
        page = cloud.logs.page(log_group_name, selection, limit, next_token)
    return Answer(
        document.filtered(page),
        columns=("TIME", "STREAM", "MESSAGE"),
        rows=[(event.stamp, event.stream, event.message) for event in page.events],
        hint="there are more; go on with --next-token, or ask for less" if page.forward else None,
    )


@command(app, "get-log-events")
def get_log_events(
    log_group_name: GroupName,
    log_stream_name: Annotated[str, typer.Option("--log-stream-name", metavar="STREAM", help="The stream's name.")],
    start_time: StartTime = None,
    end_time: EndTime = None,
    start_from_head: Annotated[
        bool, typer.Option("--start-from-head", help="Begin with the oldest; by default, with the newest N.")
    ] = False,
    limit: Limit = 10_000,
    next_token: Token = None,
) -> Answer:
    """Show the events of a stream.

    \b
    cloudlet logs get-log-events --log-group-name /aws/lambda/summarize \\
        --limit 20 \\
        --log-stream-name '2026/01/31/[$LATEST]0123456789abcdef0123456789abcdef'
    """
    from emulator.functions.logs import document
    from emulator.functions.logs.service import Selection

    selection = Selection(
        since=parse_millis(start_time, "--start-time"),
        until=parse_millis(end_time, "--end-time"),
        streams=(log_stream_name,),
    )
    with open_cloud() as cloud:
        page = cloud.logs.stream_page(log_group_name, selection, limit, next_token, from_head=start_from_head)
    return Answer(
        document.of_stream(page),
        columns=("TIME", "MESSAGE"),
        rows=[(event.stamp, event.message) for event in page.events],
    )
