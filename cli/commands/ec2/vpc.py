"""`ec2 describe-vpcs`, `describe-subnets` and `describe-availability-zones`: what every cloud begins with."""

from typing import Annotated

import typer

from cli.commands.ec2.shared import Filters, parse_filters
from cli.options import command, open_cloud
from cli.output import Answer

app = typer.Typer()


@command(app, "describe-vpcs")
def describe_vpcs(
    vpc_ids: Annotated[list[str] | None, typer.Option("--vpc-ids", metavar="ID...", help="Only these.")] = None,
    filters: Filters = None,
) -> Answer:
    """Show the default VPC, which is all there is.

    \b
    cloudlet ec2 describe-vpcs
    cloudlet ec2 describe-vpcs --query 'Vpcs[0].VpcId' --output text
    """
    from emulator.network.document import vpcs

    with open_cloud() as cloud:
        found = cloud.network.describe_vpcs(vpc_ids or [], parse_filters(filters))
    return Answer(
        vpcs(found),
        columns=("VPC ID", "CIDR", "DEFAULT"),
        rows=[(one.vpc.id, one.vpc.cidr, "yes") for one in found],
        ids=[one.vpc.id for one in found],
    )


@command(app, "describe-subnets")
def describe_subnets(
    subnet_ids: Annotated[list[str] | None, typer.Option("--subnet-ids", metavar="ID...", help="Only these.")] = None,
    filters: Filters = None,
) -> Answer:
    """List the subnets, one a zone, and how many addresses they have left.

    \b
    cloudlet ec2 describe-subnets
    cloudlet ec2 describe-subnets --filters \\
        Name=availability-zone,Values=us-east-1b
    """
    from emulator.network.document import subnets

    with open_cloud() as cloud:
        found = cloud.network.describe_subnets(subnet_ids or [], parse_filters(filters))
    return Answer(
        subnets(found, cloud.settings.region),
        columns=("SUBNET ID", "ZONE", "CIDR", "FREE ADDRESSES"),
        rows=[(one.subnet.id, one.subnet.zone, one.subnet.cidr, one.free_addresses) for one in found],
        ids=[one.subnet.id for one in found],
    )


@command(app, "describe-availability-zones")
def describe_availability_zones(
    zone_names: Annotated[list[str] | None, typer.Option("--zone-names", metavar="NAME...", help="Only these.")] = None,
    zone_ids: Annotated[list[str] | None, typer.Option("--zone-ids", metavar="ID...", help="Only these.")] = None,
    filters: Filters = None,
) -> Answer:
    """List the zones of your region. All of them are on this machine.

    \b
    cloudlet ec2 describe-availability-zones
    """
    from emulator.network.document import availability_zones

    with open_cloud() as cloud:
        found = cloud.network.describe_zones(zone_names or [], zone_ids or [], parse_filters(filters))
    return Answer(
        availability_zones(found),
        columns=("ZONE", "ZONE ID", "STATE"),
        rows=[(zone.name, zone.id, "available") for zone in found],
        ids=[zone.name for zone in found],
    )
