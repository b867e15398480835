"""Triggers: which changes in which bucket run which function; our own verbs."""

from typing import Annotated, Any

import typer

from cli.commands.lambda_.shared import NameArgument
from cli.options import command, open_cloud
from cli.output import Answer, note

app = typer.Typer()


@command(app, "add-trigger")
def add_trigger(
    name: NameArgument,
    bucket: Annotated[str, typer.Option("--bucket", metavar="BUCKET", help="The bucket whose changes run it.")],
    prefix: Annotated[str, typer.Option("--prefix", metavar="P", help="Only keys that begin so; default: any.")] = "",
    suffix: Annotated[
        str, typer.Option("--suffix", metavar="S", help="Only keys that end so, such as .csv; default: any.")
    ] = "",
    events: Annotated[
        list[str] | None,
        typer.Option("--events", metavar="EVENT...", help="Which changes; default: s3:ObjectCreated:*."),
    ] = None,
) -> Answer:
    """Run a function whenever a bucket changes.

    \b
    cloudlet lambda add-trigger summarize --bucket raw --suffix .csv
    cloudlet lambda add-trigger tidy --bucket raw --events 's3:ObjectRemoved:*'
    """
    from emulator.pipeline.triggers import DEFAULT_EVENTS

    with open_cloud() as cloud:
        trigger = cloud.triggers.add(name, bucket, events=events or DEFAULT_EVENTS, prefix=prefix, suffix=suffix)
        path = cloud.buckets.path(bucket)
    return _triggers([trigger], hint=f"drop a file to run it: cp data{suffix} {path}/{prefix} (the server must be up)")


@command(app, "list-triggers")
def list_triggers(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Only this function's.")] = None,
) -> Answer:
    """List which changes run which functions.

    \b
    cloudlet lambda list-triggers
    cloudlet lambda list-triggers summarize --quiet
    """
    with open_cloud() as cloud:
        found = cloud.triggers.list(name)
    return _triggers(found, hint=None if found else "no triggers yet; see `cloudlet lambda add-trigger --help`")


@command(app, "remove-trigger")
def remove_trigger(trigger_id: Annotated[str, typer.Argument(metavar="ID", help="From list-triggers.")]) -> Answer:
    """Remove a trigger; what it queued already is still handled.

    \b
    cloudlet lambda remove-trigger $(cloudlet lambda list-triggers summarize -q)
    """
    with open_cloud() as cloud:
        cloud.triggers.remove(trigger_id)
    note(f"trigger {trigger_id} is removed")
    return Answer(None, text="")


def _triggers(triggers: Any, hint: str | None) -> Answer:
    return Answer(
        {
            "Triggers": [
                {
                    "Id": one.rule.id,
                    "LambdaFunctionArn": one.rule.target,
                    "Bucket": one.rule.bucket,
                    "Events": list(one.rule.events),
                    "Filter": {"Prefix": one.rule.prefix, "Suffix": one.rule.suffix},
                }
                for one in triggers
            ]
        },
        columns=("ID", "FUNCTION", "BUCKET", "PREFIX", "SUFFIX", "EVENTS"),
        rows=[
            (
                one.rule.id,
                one.function,
                one.rule.bucket,
                one.rule.prefix or "-",
                one.rule.suffix or "-",
                ", ".join(one.rule.events),
            )
            for one in triggers
        ],
        ids=[one.rule.id for one in triggers],
        hint=hint,
    )
