"""`ec2 describe-instance-types`."""

from typing import Annotated

import typer

from cli.commands.ec2.shared import Filters, parse_filters
from cli.options import command
from cli.output import Answer

app = typer.Typer()


@command(app, "describe-instance-types")
def describe_instance_types(
    instance_types: Annotated[
        list[str] | None, typer.Option("--instance-types", metavar="TYPE...", help="Only these; default: all.")
    ] = None,
    filters: Filters = None,
) -> Answer:
    """List instance types: vCPUs, memory, and what an hour costs on AWS. On demand, in us-east-1, with Linux.

    \b
    cloudlet ec2 describe-instance-types
    cloudlet ec2 describe-instance-types --instance-types t3.micro m5.large
    cloudlet ec2 describe-instance-types \\
        --filters 'Name=instance-type,Values=t3.*'
    cloudlet ec2 describe-instance-types \\
        --filters Name=vcpu-info.default-vcpus,Values=2 \\
        Name=current-generation,Values=true
    """
    from emulator.costs.document import hourly_price_document
    from emulator.costs.prices import hourly_price
    from emulator.instances.instance_types import describe_types
    from emulator.instances.type_document import instance_types as document
    from emulator.units import format_bytes

    types = describe_types(instance_types or (), parse_filters(filters))
    prices = {one.name: hourly_price(one.name) for one in types}
    return Answer(
        document(types, hourly_price_document),
        columns=("TYPE", "VCPUS", "MEMORY", "ARCHITECTURE", "USD/HOUR"),
        rows=[
            (
                one.name,
                one.vcpus,
                format_bytes(one.memory_bytes),
                one.architecture,
                price.usd if (price := prices[one.name]) else "-",
            )
            for one in types
        ],
        ids=[one.name for one in types],
        hint=None if types else "no instance type matches; see all: cloudlet ec2 describe-instance-types",
    )
