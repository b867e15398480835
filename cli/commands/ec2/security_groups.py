"""`ec2 create-security-group`, `describe-security-groups` and `delete-security-group`: who may reach whom."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.ec2.groups import GroupId, GroupName, group_reference, traffic_text
from cli.commands.ec2.shared import DryRun, Filters, TagSpecifications, parse_filters, parse_tags
from cli.options import command, open_cloud
from cli.output import Answer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from emulator.network.security_group import Permission

app = typer.Typer()


@command(app, "create-security-group")
def create_security_group(
    group_name: Annotated[str, typer.Option("--group-name", metavar="NAME", help="1 to 255 characters.")],
    description: Annotated[str, typer.Option("--description", metavar="TEXT", help="What it is for.")],
    vpc_id: Annotated[
        str | None, typer.Option("--vpc-id", metavar="ID", help="The default VPC, which is all there is.")
    ] = None,
    tag_specifications: TagSpecifications = None,
    dry_run: DryRun = False,
) -> Answer:
    """Make a security group. It lets nothing in and everything out, until it is told otherwise.

    \b
    cloudlet ec2 create-security-group --group-name web \\
        --description 'Web servers'
    """
    import shlex

    from emulator.network.group_document import created

    tags = parse_tags(tag_specifications, "security-group")
    with open_cloud() as cloud:
        group = cloud.network.groups.create(group_name, description, vpc_id, tags, dry_run=dry_run)
    return Answer(
        created(group, cloud.settings.region),
        columns=("GROUP ID", "NAME"),
        rows=[(group.id, group.name)],
        ids=[group.id],
        hint="let something in: cloudlet ec2 authorize-security-group-ingress"
        f" --group-name {shlex.quote(group.name)} --protocol tcp --port 80 --cidr 0.0.0.0/0",
    )


@command(app, "describe-security-groups")
def describe_security_groups(
    group_ids: Annotated[list[str] | None, typer.Option("--group-ids", metavar="ID...", help="Only these.")] = None,
    group_names: Annotated[
        list[str] | None, typer.Option("--group-names", metavar="NAME...", help="Only these.")
    ] = None,
    filters: Filters = None,
) -> Answer:
    """List security groups, and what they let in and out.

    \b
    cloudlet ec2 describe-security-groups
    cloudlet ec2 describe-security-groups --group-names web --output json
    cloudlet ec2 describe-security-groups --filters \\
        Name=ip-permission.to-port,Values=22
    """
    from emulator.network.group_document import described

    with open_cloud() as cloud:
        groups = cloud.network.groups
        found = groups.describe(group_ids or [], group_names or [], parse_filters(filters))
        peers = {rule.permission.peer_group for group in found for rule in group.rules}
        names = groups.names([peer for peer in peers if peer is not None])
    return Answer(
        described(found, cloud.settings.region, groups.vpc_id),
        columns=("GROUP ID", "NAME", "IN", "OUT", "DESCRIPTION"),
        rows=[
            (
                group.id,
                group.name,
                _all_traffic(group.permissions(egress=False), "from", names),
                _all_traffic(group.permissions(egress=True), "to", names),
                group.description,
            )
            for group in found
        ],
        ids=[group.id for group in found],
        hint=None if found else "no security group matches; see all: cloudlet ec2 describe-security-groups",
    )


@command(app, "delete-security-group")
def delete_security_group(group_id: GroupId = None, group_name: GroupName = None, dry_run: DryRun = False) -> Answer:
    """Delete a group that no instance is in and no rule of another group is about.

    \b
    cloudlet ec2 delete-security-group --group-name web
    """
    from emulator.network.group_document import deleted

    reference = group_reference(group_id, group_name)
    with open_cloud() as cloud:
        group = cloud.network.groups.delete(reference, dry_run=dry_run)
    return Answer(deleted(group), text="", ids=[group.id], hint=f"deleted {group.name} ({group.id})")


def _all_traffic(permissions: "Iterable[Permission]", way: str, names: "Mapping[str, str]") -> str:
    """Return what is let through and for whom, *way* between the two: `tcp 22 from 10.0.0.0/8, web; icmp from web`."""
    peers: dict[str, list[str]] = {}
    for one in permissions:
        peer = one.cidr or one.peer_group or "-"
        peers.setdefault(traffic_text(one), []).append(names.get(peer, peer))
    return "; ".join(f"{traffic} {way} {', '.join(whom)}" for traffic, whom in peers.items()) or "nothing"
