"""`ec2 run-instances` and `describe-instances`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.commands.ec2.shared import (
    DryRun,
    Filters,
    InstanceIds,
    TagSpecifications,
    parse_filters,
    parse_structure,
    parse_tag_specifications,
    without,
)
from cli.options import command, open_cloud, read_bytes_argument
from cli.output import Answer, note
from emulator.errors import InvalidRequestError

if TYPE_CHECKING:
    from emulator.cloud import Cloud
    from emulator.instances import Instance

app = typer.Typer()

_NONE = "no instances yet; launch one: cloudlet ec2 run-instances --image-id web --instance-type t3.micro"
_NONE_MATCHES = "no instance matches; see all: cloudlet ec2 describe-instances"


@command(app, "run-instances")
def run_instances(
    image_id: Annotated[str, typer.Option("--image-id", metavar="AMI", help="An AMI's name or id; see `ami list`.")],
    instance_type: Annotated[
        str, typer.Option("--instance-type", metavar="TYPE", help="Its size; see `ec2 describe-instance-types`.")
    ],
    count: Annotated[
        str, typer.Option("--count", metavar="[MIN:]N", help="How many: 1 to 100, default 1. It is N or none.")
    ] = "1",
    key_name: Annotated[
        str | None, typer.Option("--key-name", metavar="NAME", help="Who may log in: see `ec2 create-key-pair`.")
    ] = None,
    security_group_ids: Annotated[
        list[str] | None,
        typer.Option("--security-group-ids", metavar="ID...", help="Who may connect; default: the group `default`."),
    ] = None,
    security_groups: Annotated[
        list[str] | None, typer.Option("--security-groups", metavar="NAME...", help="The same, by their names.")
    ] = None,
    user_data: Annotated[
        str | None,
        typer.Option("--user-data", metavar="TEXT|file://PATH", help="A script or #cloud-config for the first boot."),
    ] = None,
    wait_for_user_data: Annotated[
        bool, typer.Option("--wait-for-user-data", help="Return when user data has run; exit with 1 if it failed.")
    ] = False,
    timeout: Annotated[
        float, typer.Option("--timeout", metavar="SECONDS", help="How long to wait for user data; default: 600.")
    ] = 600,
    publish: Annotated[
        list[str] | None,
        typer.Option(
            "--publish",
            metavar="[HOST:]PORT|auto...",
            help="Reach a port of the instance at 127.0.0.1:HOST, default any free one; auto: all that the AMI serves.",
        ),
    ] = None,
    tag_specifications: TagSpecifications = None,
    subnet_id: Annotated[
        str | None, typer.Option("--subnet-id", metavar="ID", help="Where; default: the first of describe-subnets.")
    ] = None,
    placement: Annotated[
        str | None, typer.Option("--placement", metavar="AvailabilityZone=ZONE", help="Where, by its zone.")
    ] = None,
    private_ip_address: Annotated[
        str | None, typer.Option("--private-ip-address", metavar="ADDRESS", help="A free one of the subnet.")
    ] = None,
    block_device_mappings: Annotated[
        list[str] | None,
        typer.Option(
            "--block-device-mappings",
            metavar="MAPPING...",
            help="Volumes to make: DeviceName=/dev/sdf,Ebs={VolumeSize=8,DeleteOnTermination=false}",
        ),
    ] = None,
    iam_instance_profile: Annotated[
        str | None,
        typer.Option("--iam-instance-profile", metavar="Name=ROLE", help="Give it credentials, as that role."),
    ] = None,
    metadata_options: Annotated[
        str | None,
        typer.Option(
            "--metadata-options", metavar="OPTIONS", help="HttpTokens=required,InstanceMetadataTags=enabled and so on."
        ),
    ] = None,
    instance_initiated_shutdown_behavior: Annotated[
        str,
        typer.Option(
            "--instance-initiated-shutdown-behavior",
            metavar="BEHAVIOR",
            help="What a power-off from inside does: stop or terminate; default: stop.",
        ),
    ] = "stop",
    disable_api_termination: Annotated[
        bool,
        typer.Option("--disable-api-termination/--enable-api-termination", help="Protect it from being terminated."),
    ] = False,
    client_token: Annotated[
        str | None,
        typer.Option("--client-token", metavar="TOKEN", help="The same request with the same token launches once."),
    ] = None,
    monitoring: Annotated[str | None, typer.Option("--monitoring", hidden=True)] = None,
    ebs_optimized: Annotated[bool, typer.Option("--ebs-optimized/--no-ebs-optimized", hidden=True)] = False,
    dry_run: DryRun = False,
) -> Answer:
    """Launch instances and return when they run.

    \b
    cloudlet ec2 run-instances --image-id web --instance-type t3.micro
    cloudlet ec2 run-instances --image-id web --instance-type t3.micro \\
        --publish 8080:80 \\
        --tag-specifications 'ResourceType=instance,Tags=[{Key=Name,Value=web}]'
    cloudlet ec2 run-instances --image-id base --instance-type t3.micro \\
        --key-name mine --user-data file://setup.sh --wait-for-user-data
    """
    from cli.shorthand import count_range, port_pair, structures
    from emulator.instances import LaunchRequest
    from emulator.instances.document import reservation
    from emulator.instances.ssh import ssh_commands
    from emulator.metadata import MetadataOptions
    from emulator.volumes import BlockDevice

    if not timeout >= 0:  # nor is "nan"
        raise InvalidRequestError(f"--timeout {timeout:g} is no time to wait", hint="write 0 or more seconds")
    parse_structure(monitoring, "--monitoring")
    ports = [text for text in publish or () if text != "auto"]
    profile = parse_structure(iam_instance_profile, "--iam-instance-profile", "Name", "Arn")
    tags = parse_tag_specifications(tag_specifications, ("instance", "volume"))
    options = without(parse_structure(metadata_options, "--metadata-options"), "HttpProtocolIpv6")
    mappings = [
        _without_speed(mapping)
        for text in block_device_mappings or ()
        for mapping in structures(text, "--block-device-mappings", "DeviceName=/dev/sdf,Ebs={VolumeSize=8}")
    ]
    least, most = count_range(count)
    request = LaunchRequest(
        image=image_id,
        instance_type=instance_type,
        count=most,
        min_count=least,
        publish=tuple(port_pair(text) for text in ports),
        publish_auto=len(ports) < len(publish or ()),
        tags=tags["instance"],
        volume_tags=tags["volume"],
        key_name=key_name,
        security_groups=(*(security_group_ids or ()), *(security_groups or ())),
        subnet_id=subnet_id,
        zone=parse_structure(placement, "--placement", "AvailabilityZone").get("AvailabilityZone"),
        private_ip=private_ip_address,
        user_data=None if user_data is None else read_bytes_argument(user_data, "--user-data"),
        profile_name=profile.get("Name"),
        profile_arn=profile.get("Arn"),
        metadata=MetadataOptions().changed(options),
        shutdown_behavior=instance_initiated_shutdown_behavior,
        is_protected=disable_api_termination,
        block_devices=tuple(BlockDevice.from_mapping(mapping) for mapping in mappings),
        client_token=client_token,
    )
    with open_cloud() as cloud:
        launched = cloud.instances.run(request, dry_run=dry_run)
        ids = [one.id for one in launched]
        exit_code = _wait_for_user_data(cloud, ids, timeout) if wait_for_user_data else 0
        logins = ssh_commands(launched, lambda: cloud.key_pairs)
    shell = logins.get(ids[0], f"cloudlet ec2 exec {ids[0]} -- bash")
    return _table(
        launched,
        reservation(launched, logins),
        hint=None if exit_code else f"{ids[0]} is running. Open a shell: {shell}",
        exit_code=exit_code,
    )


def _without_speed(mapping: dict[str, Any]) -> dict[str, Any]:
    """Return a block device mapping without what is nominal, and shown nowhere."""
    ebs = mapping.get("Ebs")
    return mapping | {"Ebs": without(ebs, "Iops", "Throughput")} if isinstance(ebs, dict) else mapping


def _wait_for_user_data(cloud: "Cloud", ids: Sequence[str], timeout: float) -> int:
    """Tell what user data failed, or that Ctrl-C has ended nothing but the waiting; return the exit code."""
    from cli import errors

    try:
        failures = cloud.instances.wait_for_user_data(ids, timeout)
    except KeyboardInterrupt:
        note(f"interrupted; still running, user data included: {', '.join(ids)}")
        return errors.INTERRUPTED
    for failure in failures:
        errors.show(failure)
    return errors.FAILED if failures else 0


@command(app, "describe-instances")
def describe_instances(instance_ids: InstanceIds = None, filters: Filters = None) -> Answer:
    """List instances, the ones that ended in the last hour too.

    \b
    cloudlet ec2 describe-instances
    cloudlet ec2 describe-instances --instance-ids web --output json
    cloudlet ec2 describe-instances --filters \\
        Name=instance-state-name,Values=running Name=tag:team,Values=data*
    cloudlet ec2 describe-instances --query 'Reservations[].Instances[].ImageId'
    """
    from emulator.instances.document import reservations
    from emulator.instances.ssh import ssh_commands

    with open_cloud() as cloud:
        found = cloud.instances.describe(instance_ids or [], parse_filters(filters))
        logins = ssh_commands(found, lambda: cloud.key_pairs)
    hint = None if found else _NONE_MATCHES if filters else _NONE
    ways = [f"log in to {one.name or one.id}: {logins[one.id]}" for one in found if one.id in logins]
    return _table(found, reservations(found, logins), hint=hint, footnotes=ways)


def _table(instances: "Sequence[Instance]", document: object, **more: Any) -> Answer:
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
                "-" if one.state.is_over else one.launch.private_ip,
                ", ".join(f"{outside}->{inside}" for outside, inside in one.open_ports) or "-",
            )
            for one in instances
        ],
        ids=[one.id for one in instances],
        **more,
    )
