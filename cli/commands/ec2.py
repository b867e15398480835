"""`cloudlet ec2`: instances, with the verbs and flags of `aws ec2`, and `exec`, which AWS has not."""

from typing import Annotated, Any

import typer

from cli.options import command, open_cloud
from cli.output import Answer
from emulator.errors import InvalidRequestError

app = typer.Typer(
    name="ec2",
    no_args_is_help=True,
    help="""Instances: machines with a size.

    \b
    cloudlet ec2 run-instances --image-id web --instance-type t3.micro
    cloudlet ec2 describe-instances
    cloudlet ec2 exec i-0123456789abcdef0 -- bash
    cloudlet ec2 terminate-instances --instance-ids i-0123456789abcdef0
    """,
)

InstanceIds = Annotated[
    list[str] | None, typer.Option("--instance-ids", metavar="ID...", help="Ids, or Name tags that only one has.")
]


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
    tag_specifications: Annotated[
        list[str] | None,
        typer.Option(
            "--tag-specifications",
            metavar="SPEC",
            help="Tags, as `aws` takes them: ResourceType=instance,Tags=[{Key=Name,Value=web}]",
        ),
    ] = None,
) -> Answer:
    """Launch instances and return when they run.

    \b
    cloudlet ec2 run-instances --image-id web --instance-type t3.micro
    cloudlet ec2 run-instances --image-id web --instance-type t3.micro \\
        --publish 8080:80 \\
        --tag-specifications 'ResourceType=instance,Tags=[{Key=Name,Value=web}]'
    """
    from cli.shorthand import instance_tags, port_pair
    from emulator.instances import LaunchRequest
    from emulator.instances.document import reservation

    request = LaunchRequest(
        image=image_id,
        instance_type=instance_type,
        count=count,
        publish=tuple(port_pair(text) for text in publish or ()),
        tags=instance_tags(tag_specifications or []),
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


@command(app, "stop-instances")
def stop_instances(instance_ids: InstanceIds = None) -> Answer:
    """Shut instances down; id, disk and private address stay.

    \b
    cloudlet ec2 stop-instances --instance-ids web
    """
    with open_cloud() as cloud:
        changes = cloud.instances.stop(_required(instance_ids))
    return _changes("StoppingInstances", changes)


@command(app, "start-instances")
def start_instances(instance_ids: InstanceIds = None) -> Answer:
    """Boot stopped instances again.

    \b
    cloudlet ec2 start-instances --instance-ids web
    """
    with open_cloud() as cloud:
        changes = cloud.instances.start(_required(instance_ids))
    return _changes("StartingInstances", changes)


@command(app, "terminate-instances")
def terminate_instances(instance_ids: InstanceIds = None) -> Answer:
    """End instances for good, with their disks.

    \b
    cloudlet ec2 terminate-instances --instance-ids web
    """
    with open_cloud() as cloud:
        changes = cloud.instances.terminate(_required(instance_ids))
    return _changes("TerminatingInstances", changes)


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


@command(app, "exec")
def exec_(
    instance_id: Annotated[str, typer.Argument(metavar="ID", help="An id, or a Name tag that only one has.")],
    words: Annotated[list[str], typer.Argument(metavar="-- COMMAND...", help="The command and its words.")],
    user: Annotated[str, typer.Option("--user", metavar="NAME", help="Who runs it; default: root.")] = "root",
) -> Answer:
    """Run a command inside an instance. Its exit code becomes ours; 125 if it never ran.

    \b
    cloudlet ec2 exec web -- systemctl status nginx
    cloudlet ec2 exec web -- bash                     a shell
    tar c site | cloudlet ec2 exec web -- tar x -C /var/www
    """
    from cli import errors
    from cli.terminal import bridge
    from emulator.errors import EmulatorError

    try:
        with open_cloud() as cloud:
            container_id = cloud.instances.running_container(instance_id)
            return Answer(None, text="", exit_code=bridge(cloud.engine, container_id, words, user))
    except EmulatorError as error:
        errors.show(error)
        return Answer(None, text="", exit_code=errors.EXEC_FAILED)


def _required(instance_ids: list[str] | None) -> list[str]:
    if not instance_ids:
        raise InvalidRequestError(
            "The request must contain the parameter InstanceIds",
            code="MissingParameter",
            hint="add --instance-ids ID...; list them with `cloudlet ec2 describe-instances`",
        )
    return instance_ids


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


def _changes(name: str, changes: Any) -> Answer:
    from emulator.instances.document import state_changes

    return Answer(
        state_changes(name, changes),
        columns=("INSTANCE ID", "PREVIOUS", "CURRENT"),
        rows=[(one.instance_id, one.previous.label, one.current.label) for one in changes],
        ids=[one.instance_id for one in changes],
    )
