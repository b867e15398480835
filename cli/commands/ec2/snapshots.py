"""`ec2 create-snapshot`, `describe-snapshots` and `delete-snapshot`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.ec2.shared import DryRun, Filters, TagSpecifications, VolumeId, parse_filters, parse_tags
from cli.options import command, open_cloud
from cli.output import Answer

if TYPE_CHECKING:
    from emulator.volumes import Snapshot

app = typer.Typer()


@command(app, "create-snapshot")
def create_snapshot(
    volume_id: VolumeId,
    description: Annotated[str, typer.Option("--description", metavar="TEXT", help="What it is for.")] = "",
    tag_specifications: TagSpecifications = None,
    dry_run: DryRun = False,
) -> Answer:
    """Copy what a volume holds. It may be attached, but what is being written may be copied in parts.

    \b
    cloudlet ec2 create-snapshot --volume-id pgdata --description 'before 2.0'
    """
    from emulator.volumes import document

    tags = parse_tags(tag_specifications, "snapshot")
    with open_cloud() as cloud:
        made = cloud.volumes.snapshots.create(volume_id, description, tags, dry_run=dry_run)
    next_step = f"make a volume of it: cloudlet ec2 create-volume --snapshot-id {made.id} --availability-zone ZONE"
    return _table([made], document.snapshot(made), hint=next_step)


@command(app, "describe-snapshots")
def describe_snapshots(
    snapshot_ids: Annotated[
        list[str] | None, typer.Option("--snapshot-ids", metavar="ID...", help="Ids, or Name tags that only one has.")
    ] = None,
    owner_ids: Annotated[
        list[str] | None, typer.Option("--owner-ids", metavar="ID...", help="self, whose they all are.")
    ] = None,
    filters: Filters = None,
) -> Answer:
    """List snapshots.

    \b
    cloudlet ec2 describe-snapshots
    cloudlet ec2 describe-snapshots --owner-ids self \\
        --filters Name=volume-id,Values=vol-0123456789abcdef0
    """
    from emulator.volumes import document

    with open_cloud() as cloud:
        found = cloud.volumes.snapshots.describe(snapshot_ids or [], parse_filters(filters), owner_ids or [])
    none_yet = "no snapshots; make one: cloudlet ec2 create-snapshot --volume-id ID"
    none = "no snapshot matches; see all: cloudlet ec2 describe-snapshots" if filters or owner_ids else none_yet
    return _table(found, document.snapshots(found), hint=None if found else none)


@command(app, "delete-snapshot")
def delete_snapshot(
    snapshot_id: Annotated[
        str, typer.Option("--snapshot-id", metavar="ID", help="An id, or a Name tag that only one has.")
    ],
    dry_run: DryRun = False,
) -> Answer:
    """Delete a snapshot. Volumes that were made of it keep what they hold.

    \b
    cloudlet ec2 delete-snapshot --snapshot-id snap-0123456789abcdef0
    """
    with open_cloud() as cloud:
        deleted = cloud.volumes.snapshots.delete(snapshot_id, dry_run=dry_run)
    return Answer(None, text="", ids=[deleted], hint=f"deleted {deleted}")


def _table(snapshots: "Sequence[Snapshot]", document: object, hint: str | None) -> Answer:
    return Answer(
        document,
        columns=("SNAPSHOT ID", "NAME", "STATE", "SIZE", "VOLUME ID", "DESCRIPTION"),
        rows=[
            (one.id, one.name or "-", one.state, f"{one.size_gib} GiB", one.volume_id, one.description or "-")
            for one in snapshots
        ],
        ids=[one.id for one in snapshots],
        hint=hint,
    )
