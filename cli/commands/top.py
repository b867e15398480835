"""`cloudlet top`: who uses how much of what it may."""

import sys
from typing import Annotated

import typer

from cli.options import command, open_cloud
from cli.output import Answer
from emulator.settings import Settings

_NOTHING = "nothing runs; launch one: cloudlet ec2 run-instances --image-id web --instance-type t3.micro"


def add_to(app: typer.Typer) -> None:
    """Register the command at the top of the tree."""
    command(app, "top")(top)


def top(
    context: typer.Context,
    once: Annotated[
        bool, typer.Option("--once", help="Measure for a second and exit, as is done anyway if this is no terminal.")
    ] = False,
) -> Answer:
    """Watch what instances and workers use, invocations, and the queue. Ctrl-C ends it.

    \b
    cloudlet top
    cloudlet top --once
    cloudlet top --query 'Usage[?CpuPercent > `90`].Id'
    cloudlet top --query Queue
    """
    from cli.output import table_lines, terminal_width
    from cli.usage_table import COLUMNS, Seen, cells, head, watch
    from emulator.units import utc_now
    from emulator.usage.document import usage_document

    with open_cloud() as cloud:
        activity = cloud.activity()

        def measure() -> Seen:
            return Seen(cloud.monitor.measure(), activity.look())

        watched = not once and _is_watched(context)
        seen = watch(measure, _NOTHING) if watched else measure()
    lines = [head(seen.activity)]
    if seen.usages:
        lines += ["", *table_lines(COLUMNS, [cells(one) for one in seen.usages], terminal_width())]
    return Answer(
        usage_document(seen.usages, seen.activity, utc_now()),
        text="\n".join(lines),
        ids=[one.id for one in seen.usages],
        hint=None if seen.usages else _NOTHING,
    )


def _is_watched(context: typer.Context) -> bool:
    """Tell whether there is a terminal, and nothing was asked for that is not for watching."""
    asked = context.params
    output = asked["output"] or Settings.from_environment().output
    return sys.stdout.isatty() and output == "table" and asked["query"] is None and not asked["quiet"]
