"""`ec2 describe-images`, `copy-image` and `deregister-image`; `create-image` is the instances'."""

import shlex
from typing import Annotated

import typer

from cli.commands.ec2.shared import DryRun, Filters, TagSpecifications, parse_filters, parse_tags
from cli.options import command, open_cloud
from cli.output import Answer

app = typer.Typer()


@command(app, "describe-images")
def describe_images(
    image_ids: Annotated[
        list[str] | None, typer.Option("--image-ids", metavar="AMI...", help="Ids or names; default: all.")
    ] = None,
    owners: Annotated[
        list[str] | None,
        typer.Option("--owners", metavar="OWNER...", help="self, amazon (what comes with cloudlet), or account ids."),
    ] = None,
    filters: Filters = None,
    dry_run: DryRun = False,
) -> Answer:
    """List AMIs: those with a definition, and the images made from instances.

    \b
    cloudlet ec2 describe-images
    cloudlet ec2 describe-images --owners self
    cloudlet ec2 describe-images --filters 'Name=name,Values=web*'
    cloudlet ec2 describe-images --image-ids web --query 'Images[0].ImageId'
    """
    from emulator.images.document import SHIPPED_OWNER_ALIAS, SHIPPED_OWNER_ID, image
    from emulator.resources.dry_run import DryRunError

    with open_cloud() as cloud:
        found = cloud.image_registry.describe(image_ids or (), owners or (), parse_filters(filters))
    if dry_run:
        raise DryRunError
    documents = [image(one.ami, one.tags, built=one.built) for one in found]
    return Answer(
        {"Images": documents},
        columns=("NAME", "AMI ID", "OWNER", "BUILT", "DESCRIPTION"),
        rows=[
            (
                one.ami.name,
                one.ami.id,
                SHIPPED_OWNER_ALIAS if document["OwnerId"] == SHIPPED_OWNER_ID else "self",
                "yes" if one.built else "no",
                one.ami.description,
            )
            for one, document in zip(found, documents, strict=True)
        ],
        ids=[one.ami.id for one in found],
        hint=None if found else "no image matches; see all: cloudlet ec2 describe-images",
    )


@command(app, "copy-image")
def copy_image(
    source_image_id: Annotated[
        str, typer.Option("--source-image-id", metavar="AMI", help="An AMI's name or id; see `describe-images`.")
    ],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="What the copy is called.")],
    source_region: Annotated[
        str | None, typer.Option("--source-region", metavar="REGION", help="AWS wants one; there is but one here.")
    ] = None,
    description: Annotated[
        str | None, typer.Option("--description", metavar="TEXT", help="A sentence; default: the source's.")
    ] = None,
    tag_specifications: TagSpecifications = None,
    dry_run: DryRun = False,
) -> Answer:
    """Copy an AMI. A definition becomes a folder of yours to edit, an image made from an instance another image.

    \b
    cloudlet ec2 copy-image --source-image-id web --name my-web \\
        --source-region us-east-1
    cloudlet ec2 copy-image --source-image-id web-with-data \\
        --name 'Web 2026-01-02' --source-region us-east-1
    """
    tags = parse_tags(tag_specifications, "image")
    with open_cloud() as cloud:
        ami = cloud.image_registry.copy(source_image_id, name, description, tags, dry_run=dry_run)
    launch = f"cloudlet ec2 run-instances --image-id {shlex.quote(ami.name)} --instance-type t3.micro"
    return Answer(
        {"ImageId": ami.id},
        text=ami.id,
        ids=[ami.id],
        hint=f"edit {ami.location}, then launch it: {launch}" if ami.origin == "home" else f"launch it: {launch}",
    )


@command(app, "deregister-image")
def deregister_image(
    image_id: Annotated[str, typer.Option("--image-id", metavar="AMI", help="Its id or name.")],
    dry_run: DryRun = False,
) -> Answer:
    """Remove an AMI that `create-image` or `copy-image` made. Instances launched from it stay.

    \b
    cloudlet ec2 deregister-image --image-id ami-0123456789abcdef0
    """
    with open_cloud() as cloud:
        ami = cloud.image_registry.deregister(image_id, dry_run=dry_run)
    return Answer({"Return": True}, text=f"{ami.id} ({ami.name}) is deregistered", ids=[ami.id])
