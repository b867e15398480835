"""`ec2 create-volume`, `describe-volumes`, `attach-volume`, `detach-volume`, `modify-volume` and `delete-volume`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.ec2.shared import DryRun, Filters, InstanceId, TagSpecifications, VolumeId, parse_filters, parse_tags
from cli.options import command, open_cloud
from cli.output import Answer

if TYPE_CHECKING:
    from emulator.volumes import Attachment, Volume

app = typer.Typer()

_VolumeType = Annotated[
    str | None,
    typer.Option("--volume-type", metavar="TYPE", help="gp2, gp3, io1, io2, st1, sc1 or standard: all are as fast."),
]
_Size = Annotated[int | None, typer.Option("--size", metavar="GIB", help="1 to 16384; nominal, nothing enforces it.")]


@command(app, "create-volume")
def create_volume(
    availability_zone: Annotated[
        str, typer.Option("--availability-zone", metavar="ZONE", help="The zone of the instance it is for.")
    ],
    size: _Size = None,
    snapshot_id: Annotated[
        str | None, typer.Option("--snapshot-id", metavar="ID", help="A snapshot to copy; its size is the default.")
    ] = None,
    volume_type: _VolumeType = None,
    encrypted: Annotated[bool, typer.Option("--encrypted/--no-encrypted", help="Not possible here.")] = False,
    tag_specifications: TagSpecifications = None,
    client_token: Annotated[
        str | None,
        typer.Option("--client-token", metavar="TOKEN", help="The same request with the same token makes one volume."),
    ] = None,
    dry_run: DryRun = False,
) -> Answer:
    """Make a volume: a disk that outlives instances. Empty, or of a snapshot.

    \b
    cloudlet ec2 create-volume --size 8 --availability-zone us-east-1a
    cloudlet ec2 create-volume --size 8 --availability-zone us-east-1a \\
        --tag-specifications 'ResourceType=volume,Tags=[{Key=Name,Value=pgdata}]'
    cloudlet ec2 create-volume --snapshot-id snap-0123456789abcdef0 \\
        --availability-zone us-east-1a
    """
    from emulator.volumes import VolumeRequest, document
    from emulator.volumes.devices import unencrypted
    from emulator.volumes.request import DEFAULT_TYPE

    if encrypted:
        raise unencrypted()
    request = VolumeRequest(
        zone=availability_zone,
        size_gib=size,
        snapshot_id=snapshot_id,
        type=volume_type or DEFAULT_TYPE,
        tags=parse_tags(tag_specifications, "volume"),
        client_token=client_token,
    )
    with open_cloud() as cloud:
        made = cloud.volumes.create(request, dry_run=dry_run)
    return _table(
        [made],
        document.volume(made),
        hint=f"attach it: cloudlet ec2 attach-volume --volume-id {made.id} --instance-id ID --device /dev/sdf",
    )


@command(app, "describe-volumes")
def describe_volumes(
    volume_ids: Annotated[
        list[str] | None, typer.Option("--volume-ids", metavar="ID...", help="Ids, or Name tags that only one has.")
    ] = None,
    filters: Filters = None,
) -> Answer:
    """List volumes, and what they are attached to.

    \b
    cloudlet ec2 describe-volumes
    cloudlet ec2 describe-volumes --filters Name=status,Values=available
    cloudlet ec2 describe-volumes \\
        --filters Name=attachment.instance-id,Values=i-0123456789abcdef0
    """
    from emulator.volumes import document

    with open_cloud() as cloud:
        found = cloud.volumes.describe(volume_ids or [], parse_filters(filters))
    none_yet = "no volumes; make one: cloudlet ec2 create-volume --size 8 --availability-zone us-east-1a"
    none = "no volume matches; see all: cloudlet ec2 describe-volumes" if filters else none_yet
    return _table(found, document.volumes(found), hint=None if found else none)


@command(app, "attach-volume")
def attach_volume(
    volume_id: VolumeId,
    instance_id: InstanceId,
    device: Annotated[
        str, typer.Option("--device", metavar="DEVICE", help="/dev/sdf is the folder /volumes/sdf in the instance.")
    ],
    dry_run: DryRun = False,
) -> Answer:
    """Attach a volume to an instance, running or stopped. It is there at once, as a folder.

    \b
    cloudlet ec2 attach-volume --volume-id pgdata --instance-id db \\
        --device /dev/sdf
    cloudlet ec2 exec db -- ls /volumes/sdf
    """
    with open_cloud() as cloud:
        attachment = cloud.volumes.attach(volume_id, instance_id, device, dry_run=dry_run)
    name = attachment.device.removeprefix("/dev/")
    return _attachment(
        attachment, hint=f"look into it: cloudlet ec2 exec {attachment.instance_id} -- ls /volumes/{name}"
    )


@command(app, "detach-volume")
def detach_volume(
    volume_id: VolumeId,
    instance_id: Annotated[
        str | None, typer.Option("--instance-id", metavar="ID", help="Only if it is attached to this one.")
    ] = None,
    device: Annotated[
        str | None, typer.Option("--device", metavar="DEVICE", help="Only if it is attached as this.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force/--no-force", help="Makes no difference: it is detached at once.")
    ] = False,
    dry_run: DryRun = False,
) -> Answer:
    """Take a volume out of its instance, with all that is in it. First stop what uses it.

    \b
    cloudlet ec2 exec db -- systemctl stop postgresql
    cloudlet ec2 detach-volume --volume-id pgdata
    """
    with open_cloud() as cloud:
        return _attachment(cloud.volumes.detach(volume_id, instance_id, device, dry_run=dry_run))


@command(app, "modify-volume")
def modify_volume(
    volume_id: VolumeId, size: _Size = None, volume_type: _VolumeType = None, dry_run: DryRun = False
) -> Answer:
    """Give a volume a larger size, or another type. Both are nominal: its room is this machine's.

    \b
    cloudlet ec2 modify-volume --volume-id pgdata --size 16
    """
    from emulator.units import utc_now
    from emulator.volumes import document

    with open_cloud() as cloud:
        before, after = cloud.volumes.modify(volume_id, size, volume_type, dry_run=dry_run)
    return Answer(
        document.modification(before, after, utc_now()),
        columns=("VOLUME ID", "SIZE", "TYPE"),
        rows=[(after.id, _size(after), after.type)],
        ids=[after.id],
    )


@command(app, "delete-volume")
def delete_volume(volume_id: VolumeId, dry_run: DryRun = False) -> Answer:
    """Delete a volume with all that is in it. Not one that is attached.

    \b
    cloudlet ec2 delete-volume --volume-id vol-0123456789abcdef0
    """
    with open_cloud() as cloud:
        deleted = cloud.volumes.delete(volume_id, dry_run=dry_run)
    return Answer(None, text="", ids=[deleted], hint=f"deleted {deleted}")


def _table(volumes: "Sequence[Volume]", document: object, hint: str | None) -> Answer:
    return Answer(
        document,
        columns=("VOLUME ID", "NAME", "STATE", "SIZE", "INSTANCE ID", "DEVICE"),
        rows=[
            (
                one.id,
                one.name or "-",
                one.status,
                _size(one),
                one.attachment.instance_id if one.attachment else "-",
                one.attachment.device if one.attachment else "-",
            )
            for one in volumes
        ],
        ids=[one.id for one in volumes],
        hint=hint,
    )


def _attachment(attachment: "Attachment", hint: str | None = None) -> Answer:
    from emulator.volumes import document

    return Answer(
        document.attachment(attachment),
        columns=("VOLUME ID", "INSTANCE ID", "DEVICE", "STATE"),
        rows=[(attachment.volume_id, attachment.instance_id, attachment.device, attachment.state)],
        ids=[attachment.volume_id],
        hint=hint,
    )


def _size(volume: "Volume") -> str:
    return f"{volume.size_gib} GiB"
