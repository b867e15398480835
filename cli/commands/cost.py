"""`cloudlet cost`: what all of this would have cost on AWS."""

from typing import Annotated

import typer

from cli.options import command, open_cloud
from cli.output import Answer, note


def add_to(app: typer.Typer) -> None:
    """Register the command at the top of the tree."""
    command(app, "cost")(cost)


def cost(
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="WHEN", help="From then on: 24h, 7d, 2026-01-31 (UTC); default: all there is."),
    ] = None,
) -> Answer:
    """Estimate what instances and invocations would have cost on AWS. On demand, in us-east-1, before any free tier.

    \b
    cloudlet cost
    cloudlet cost --since 24h
    cloudlet cost --query TotalUsd
    """
    from cli.cost_page import cost_page
    from cli.since import parse_since
    from emulator.costs.comparison import compare
    from emulator.costs.document import bill_document
    from emulator.errors import EngineError
    from emulator.units import utc_now

    begin = parse_since(since, utc_now()) if since else None
    with open_cloud() as cloud:
        seen = True
        try:
            cloud.instances.describe()  # which notes what has ended by itself
        except EngineError:
            seen = False
        bill = cloud.costs.bill(begin)
    if not seen and any(line.is_running for line in bill.instances):
        note("warning: the engine does not answer: what ran is taken to run on; see `cloudlet doctor`")
    comparison = compare(bill)
    return Answer(
        bill_document(bill, comparison),
        text="\n".join(cost_page(bill, comparison)) if bill.instances or bill.functions else "",
        ids=[*(one.instance_id for one in bill.instances), *(one.usage.function for one in bill.functions)],
        hint=None if bill.instances or bill.functions else "nothing has run that would have cost anything",
    )
