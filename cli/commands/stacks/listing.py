"""`cloudlet stacks`: what is deployed."""

from typing import Annotated

import typer

from cli.options import open_cloud
from cli.output import Answer


def stacks(
    stack: Annotated[str | None, typer.Argument(metavar="[STACK]", help="Only this one, with its resources.")] = None,
) -> Answer:
    """List stacks, or the resources of one.

    \b
    cloudlet stacks
    cloudlet stacks photos
    cloudlet stacks photos --query 'Stacks[0].Outputs'
    """
    from emulator.stacks.document import described
    from emulator.stacks.records import StackRecords

    with open_cloud() as cloud:
        records = StackRecords(cloud.database)
        found = [records.find(stack)] if stack else records.all()
        resources = {one.name: records.resources(one.name) for one in found}
    document = {"Stacks": [described(one, resources[one.name]) for one in found]}
    if stack:
        return Answer(
            document,
            columns=("LOGICAL ID", "TYPE", "STATUS", "PHYSICAL ID"),
            rows=[(one.logical_id, one.type, one.status, one.physical_id) for one in resources[stack]],
            ids=[one.physical_id for one in resources[stack]],
        )
    return Answer(
        document,
        columns=("STACK", "STATUS", "RESOURCES", "SINCE"),
        rows=[(one.name, one.status, len(resources[one.name]), one.updated or one.created) for one in found],
        ids=[one.name for one in found],
        hint=None if found else "no stack is deployed here; deploy one: cloudlet deploy template.yaml",
    )
