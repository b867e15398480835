"""`ec2 run-instances` and `describe-instances`."""

from typing import Annotated, Any

import typer

from cli.commands.ec2.shared import InstanceIds, TagSpecifications, parse_tags
from cli.options import command, open_cloud
from cli.output import Answer

app = typer.Typer()


@command(app, "run-instances")
def run_instances(
    image_id: Annotated[str, typer.Option("--image-id", metavar="AMI", help="An AMI's name or id; see `ami list`.")],
    instance_type: Annotated[
        str, typer.Option("--instance-type", metavar="TYPE", help="Its size; see `ec2 describe-instance-types`.")
    ],
    count: Annotated[int, typer.Option("--count", metavar="N", help="How many: 1 to 100, default 1.")] = 1,
    publish: Annotated[
        list[str] | None,
        typer.Option(
            "--publish",
            metavar="[HOST:]PORT",
            help="Reach a port of the instance at 127.0.0.1:HOST; default: any free one.",
        ),
    ] = None,
    tag_specifications: TagSpecifications = None,
) -> Answer:
    """Launch instances and return when they run.

    \b
    cloudlet ec2 run-instances --image-id web --instance-type t3.micro
    cloudlet ec2 run-instances --image-id web --instance-type t3.micro \\
        --publish 8080:80 \\
        --tag-specifications 'ResourceType=instance,Tags=[{Key=Name,Value=web}]'
    """
    from cli.shorthand import port_pair
    from emulator.instances import LaunchRequest
    from emulator.instances.document import reservation

    request = LaunchRequest(
        image=image_id,
        instance_type=instance_type,
        count=count,
        publish=tuple(port_pair(text) for text in publish or ()),
        tags=parse_tags(tag_specifications, "instance"),
    )
    with open_cloud() as cloud:
        launched = cloud.instances.run(request)
    first = launched[0]
    return _table(
        launched,
        reservation(launched, cloud.settings.region),
        hint=f"{first.id} is running. Open a shell: cloudlet ec2 exec {first.id} -- bash",
    )


@command(app, "describe-instances")
def describe_instances(instance_ids: InstanceIds = None) -> Answer:
    """List instances, the ones that ended in the last hour too.

    \b
    cloudlet ec2 describe-instances
    cloudlet ec2 describe-instances --instance-ids web --output json
    cloudlet ec2 describe-instances --query 'Reservations[].Instances[].ImageId'
    """
    from emulator.instances.document import reservations

    with open_cloud() as cloud:
        found = cloud.instances.describe(instance_ids or [])
    hint = (
        None
        if found
        else "no instances yet; launch one: cloudlet ec2 run-instances --image-id web --instance-type t3.micro"
    )
    return _table(found, reservations(found, cloud.settings.region), hint=hint)


def _table(instances: Any, document: object, hint: str | None) -> Answer:
    return Answer(
        document,
        columns=("INSTANCE ID", "NAME", "STATE", "TYPE", "AMI", "PRIVATE IP", "PORTS"),
        rows=[
            (
                one.id,
                one.name or "-",
                one.state.label,
                one.launch.instance_type,
                one.launch.image_name,
                one.launch.private_ip,
                ", ".join(f"{outside}->{inside}" for outside, inside in one.ports) or "-",
            )
            for one in instances
        ],
        ids=[one.id for one in instances],
        hint=hint,
    )
