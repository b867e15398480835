"""`ec2 describe-instance-status`."""

from typing import Annotated

import typer

from cli.commands.ec2.shared import Filters, InstanceIds, parse_filters
from cli.options import command, open_cloud
from cli.output import Answer

app = typer.Typer()


@command(app, "describe-instance-status")
def describe_instance_status(
    instance_ids: InstanceIds = None,
    filters: Filters = None,
    include_all_instances: Annotated[
        bool, typer.Option("--include-all-instances/--no-include-all-instances", help="Also those that do not run.")
    ] = False,
) -> Answer:
    """Check running instances: machine, network, and whether the system has come up.

    \b
    cloudlet ec2 describe-instance-status
    cloudlet ec2 describe-instance-status --instance-ids web \\
        --include-all-instances
    """
    from emulator.instances import InstanceState
    from emulator.instances.finding import select_statuses
    from emulator.instances.status_document import status_document

    wanted = parse_filters(filters)
    with open_cloud() as cloud:
        found = cloud.instances.describe(instance_ids or [])
        shown = [one for one in found if include_all_instances or one.state is InstanceState.RUNNING]
        statuses = select_statuses(cloud.instances.statuses(shown), wanted)
    none_matches = "no status matches; see all: cloudlet ec2 describe-instance-status --include-all-instances"
    return Answer(
        status_document(statuses),
        columns=("INSTANCE ID", "NAME", "STATE", "SYSTEM", "INSTANCE"),
        rows=[
            (one.instance.id, one.instance.name or "-", one.instance.state.label, one.system, one.reachability)
            for one in statuses
        ],
        ids=[one.instance.id for one in statuses],
        hint=None if statuses else none_matches if wanted else "no instance runs",
    )
