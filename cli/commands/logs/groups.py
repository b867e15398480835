"""Log groups: listed, bounded in time, removed."""

from typing import Annotated

import typer

from cli.commands.logs.shared import GroupName
from cli.options import command, open_cloud
from cli.output import Answer

app = typer.Typer()


@command(app, "describe-log-groups")
def describe_log_groups(
    log_group_name_prefix: Annotated[
        str, typer.Option("--log-group-name-prefix", metavar="P", help="Only groups whose names begin so.")
    ] = "",
    log_group_name_pattern: Annotated[
        str, typer.Option("--log-group-name-pattern", metavar="TEXT", help="Only groups with this in their names.")
    ] = "",
    limit: Annotated[int | None, typer.Option("--limit", metavar="N", min=1, max=50, help="No more than N.")] = None,
) -> Answer:
    """List the log groups, with the size of their files.

    \b
    cloudlet logs describe-log-groups
    cloudlet logs describe-log-groups --log-group-name-prefix /aws/lambda/ -q
    """
    from emulator.functions.logs import document

    with open_cloud() as cloud:
        found = cloud.logs.groups(log_group_name_prefix, log_group_name_pattern)[:limit]
    return Answer(
        document.groups(found, cloud.settings.region),
        columns=("GROUP", "BYTES", "KEPT FOR", "FOLDER"),
        rows=[
            (one.name, one.stored_bytes, f"{one.retention_days} days" if one.retention_days else "-", one.folder)
            for one in found
        ],
        ids=[one.name for one in found],
        hint=None if found else "no logs yet: a function's group comes with its first invocation",
    )


@command(app, "put-retention-policy")
def put_retention_policy(
    log_group_name: GroupName,
    retention_in_days: Annotated[
        int, typer.Option("--retention-in-days", metavar="DAYS", help="1, 3, 5, 7, 14, 30, ... as on AWS.")
    ],
) -> Answer:
    """Keep a group's events for so many days: older files are removed.

    \b
    cloudlet logs put-retention-policy --log-group-name /aws/lambda/summarize \\
        --retention-in-days 7
    """
    with open_cloud() as cloud:
        cloud.logs.keep_for(log_group_name, retention_in_days)
    return Answer(None, text="", hint=f"events of {log_group_name} are kept for {retention_in_days} days")


@command(app, "delete-retention-policy")
def delete_retention_policy(log_group_name: GroupName) -> Answer:
    """Keep a group's events for as long as there is room: CLOUDLET_LOG_BYTES.

    \b
    cloudlet logs delete-retention-policy --log-group-name /aws/lambda/summarize
    """
    with open_cloud() as cloud:
        cloud.logs.keep_for(log_group_name, None)
    return Answer(None, text="", hint=f"events of {log_group_name} are kept for as long as there is room")


@command(app, "delete-log-group")
def delete_log_group(log_group_name: GroupName) -> Answer:
    """Remove a group with all its streams. A function that is invoked again makes it anew.

    \b
    cloudlet logs delete-log-group --log-group-name /aws/lambda/summarize
    """
    with open_cloud() as cloud:
        cloud.logs.remove_group(log_group_name)
    return Answer(None, text="", hint=f"{log_group_name} is removed")
