"""`ec2 create-image`."""

import shlex
from typing import Annotated

import typer

from cli.commands.ec2.shared import DryRun, InstanceId, TagSpecifications, parse_tags
from cli.options import command, open_cloud
from cli.output import Answer

app = typer.Typer()


@command(app, "create-image")
def create_image(
    instance_id: InstanceId,
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="What it is called: 3 to 128 characters.")],
    description: Annotated[str, typer.Option("--description", metavar="TEXT", help="A sentence about it.")] = "",
    no_reboot: Annotated[
        bool,
        typer.Option("--no-reboot/--reboot", help="Hold the instance still in place of shutting it down meanwhile."),
    ] = False,
    tag_specifications: TagSpecifications = None,
    dry_run: DryRun = False,
) -> Answer:
    """Make an AMI of an instance's disk. What runs is shut down for it, and runs again afterwards.

    \b
    cloudlet ec2 create-image --instance-id web --name web-with-data
    cloudlet ec2 run-instances --image-id web-with-data --instance-type t3.micro
    """
    from emulator.instances import ImageRequest

    request = ImageRequest(name, description, parse_tags(tag_specifications, "image"), reboot=not no_reboot)
    with open_cloud() as cloud:
        ami = cloud.instances.create_image(instance_id, request, dry_run=dry_run)
    return Answer(
        {"ImageId": ami.id},
        text=ami.id,
        ids=[ami.id],
        hint=f"launch it: cloudlet ec2 run-instances --image-id {shlex.quote(ami.name)} --instance-type t3.micro",
    )
