"""Triggers: which changes in which bucket, or what time, run which function; our own verbs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.commands.lambda_.shared import NameArgument
from cli.options import command, open_cloud
from cli.output import Answer, note

if TYPE_CHECKING:
    from emulator.pipeline.scheduling import ScheduleTrigger
    from emulator.pipeline.triggers import Trigger

app = typer.Typer()


@command(app, "add-trigger")
def add_trigger(
    name: NameArgument,
    bucket: Annotated[
        str | None, typer.Option("--bucket", metavar="BUCKET", help="The bucket whose changes run it.")
    ] = None,
    schedule: Annotated[
        str | None,
        typer.Option("--schedule", metavar="WHEN", help="When it runs: 'rate(5 minutes)' or 'cron(…)', in UTC."),
    ] = None,
    prefix: Annotated[str, typer.Option("--prefix", metavar="P", help="Only keys that begin so; default: any.")] = "",
    suffix: Annotated[
        str, typer.Option("--suffix", metavar="S", help="Only keys that end so, such as .csv; default: any.")
    ] = "",
    events: Annotated[
        list[str] | None,
        typer.Option("--events", metavar="EVENT...", help="Which changes; default: s3:ObjectCreated:*."),
    ] = None,
) -> Answer:
    """Run a function whenever a bucket changes, or by the clock.

    \b
    cloudlet lambda add-trigger summarize --bucket raw --suffix .csv
    cloudlet lambda add-trigger summarize:live --bucket raw --prefix reports/
    cloudlet lambda add-trigger tidy --bucket raw --events 's3:ObjectRemoved:*'
    cloudlet lambda add-trigger tidy --schedule 'rate(5 minutes)'
    """
    from emulator.pipeline.triggers import DEFAULT_EVENTS

    if schedule is not None and not (bucket or prefix or suffix or events):
        return _add_schedule(name, schedule)
    if schedule is not None or bucket is None:
        raise typer.BadParameter("give one; what narrows events is for --bucket", param_hint="--bucket, --schedule")
    with open_cloud() as cloud:
        trigger = cloud.triggers.add(name, bucket, events=events or DEFAULT_EVENTS, prefix=prefix, suffix=suffix)
        path = cloud.buckets.path(bucket)
    return _triggers(
        [trigger],
        hint=f"drop a file to run it: cp data{suffix} {path}/{prefix} (no server up: told at its start)",
    )


@command(app, "list-triggers")
def list_triggers(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Only this function's.")] = None,
) -> Answer:
    """List which changes, and which schedules, run which functions.

    \b
    cloudlet lambda list-triggers
    cloudlet lambda list-triggers summarize --quiet
    """
    with open_cloud() as cloud:
        found: list[Trigger | ScheduleTrigger] = [*cloud.triggers.list(name), *cloud.triggers.scheduled.list(name)]
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


def _add_schedule(name: str, schedule: str) -> Answer:
    with open_cloud() as cloud:
        trigger = cloud.triggers.scheduled.add(name, schedule)
    due = f"next at {trigger.due_at:%Y-%m-%d %H:%M:%S} UTC" if trigger.due_at else "never"
    return _triggers([trigger], hint=f"it runs {due}, while a server is up")


def _triggers(triggers: "Sequence[Trigger | ScheduleTrigger]", hint: str | None) -> Answer:
    return Answer(
        {"Triggers": [_document(one) for one in triggers]},
        columns=("ID", "FUNCTION", "BUCKET", "PREFIX", "SUFFIX", "EVENTS"),
        rows=[_row(one) for one in triggers],
        ids=[one.id for one in triggers],
        hint=hint,
    )


def _document(trigger: "Trigger | ScheduleTrigger") -> dict[str, Any]:
    from emulator.pipeline.triggers import Trigger

    document = {"Id": trigger.id, "LambdaFunctionArn": trigger.target}
    if not isinstance(trigger, Trigger):
        return document | {"ScheduleExpression": trigger.rule.schedule}
    rule = trigger.rule
    return document | {
        "Bucket": rule.bucket,
        "Events": list(rule.events),
        "Filter": {"Prefix": rule.plain_prefix, "Suffix": rule.plain_suffix},
    }


def _row(trigger: "Trigger | ScheduleTrigger") -> tuple[str, ...]:
    from emulator.pipeline.triggers import Trigger

    if not isinstance(trigger, Trigger):
        return trigger.id, trigger.function, "-", "-", "-", trigger.rule.schedule
    rule = trigger.rule
    narrowed = (rule.plain_prefix or "-", rule.plain_suffix or "-", ", ".join(rule.events))
    return trigger.id, trigger.function, rule.bucket, *narrowed
