"""Log streams: one a worker."""

from typing import Annotated

import typer

from cli.commands.logs.shared import GroupName
from cli.options import command, open_cloud
from cli.output import Answer

app = typer.Typer()


@command(app, "describe-log-streams")
def describe_log_streams(
    log_group_name: GroupName,
    log_stream_name_prefix: Annotated[
        str, typer.Option("--log-stream-name-prefix", metavar="P", help="Only streams whose names begin so.")
    ] = "",
    order_by: Annotated[
        str, typer.Option("--order-by", metavar="ORDER", help="LogStreamName (default) or LastEventTime.")
    ] = "LogStreamName",
    descending: Annotated[bool, typer.Option("--descending", help="The last first.")] = False,
    limit: Annotated[int | None, typer.Option("--limit", metavar="N", min=1, max=50, help="No more than N.")] = None,
) -> Answer:
    """List a group's streams: one for each worker there was.

    \b
    cloudlet logs describe-log-streams --log-group-name /aws/lambda/summarize
    cloudlet logs describe-log-streams --log-group-name /aws/lambda/summarize \\
        --order-by LastEventTime --descending --limit 1 -q
    """
    from emulator.functions.logs import document

    with open_cloud() as cloud:
        found = cloud.logs.streams(log_group_name, log_stream_name_prefix, order=order_by)
    found = (found[::-1] if descending else found)[:limit]
    return Answer(
        document.streams(log_group_name, found, cloud.settings.region),
        columns=("STREAM", "BYTES", "FIRST EVENT", "LAST EVENT"),
        rows=[
            (one.name, one.stored_bytes, f"{one.first_event:%Y-%m-%d %H:%M:%S}", f"{one.last_event:%Y-%m-%d %H:%M:%S}")
            for one in found
        ],
        ids=[one.name for one in found],
    )


@command(app, "delete-log-stream")
def delete_log_stream(
    log_group_name: GroupName,
    log_stream_name: Annotated[str, typer.Option("--log-stream-name", metavar="STREAM", help="The stream's name.")],
) -> Answer:
    """Remove a stream with all its events.

    \b
    cloudlet logs delete-log-stream --log-group-name /aws/lambda/summarize \\
        --log-stream-name '2026/01/31/[$LATEST]0123456789abcdef0123456789abcdef'
    """
    with open_cloud() as cloud:
        cloud.logs.remove_stream(log_group_name, log_stream_name)
    return Answer(None, text="", hint=f"{log_stream_name} is removed")
