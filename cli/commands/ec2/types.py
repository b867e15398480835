"""`ec2 describe-instance-types`."""

from typing import Annotated

import typer

from cli.options import command
from cli.output import Answer

app = typer.Typer()


@command(app, "describe-instance-types")
def describe_instance_types(
    instance_types: Annotated[
        list[str] | None, typer.Option("--instance-types", metavar="TYPE...", help="Only these; default: all.")
    ] = None,
) -> Answer:
    """List instance types with their vCPUs and memory.

    \b
    cloudlet ec2 describe-instance-types
    cloudlet ec2 describe-instance-types --instance-types t3.micro m5.large
    """
    from emulator.instances import document
    from emulator.instances.instance_types import all_types, find_type
    from emulator.units import format_bytes

    types = [find_type(name) for name in instance_types] if instance_types else list(all_types().values())
    return Answer(
        document.instance_types(types),
        columns=("TYPE", "VCPUS", "MEMORY", "ARCHITECTURE"),
        rows=[(one.name, one.vcpus, format_bytes(one.memory_bytes), one.architecture) for one in types],
        ids=[one.name for one in types],
    )
