"""`ec2 modify-instance-attribute`, `describe-instance-attribute` and `modify-instance-metadata-options`."""

import base64
from typing import Annotated

import typer

from cli.commands.ec2.shared import DryRun, InstanceId, parse_structure
from cli.options import command, open_cloud, read_bytes_argument
from cli.output import Answer
from emulator.resources.invalid import InvalidParameterValueError

app = typer.Typer()

_DESCRIBED = ("instanceType", "userData", "disableApiTermination", "instanceInitiatedShutdownBehavior", "groupSet")


@command(app, "modify-instance-attribute")
def modify_instance_attribute(
    instance_id: InstanceId,
    instance_type: Annotated[
        str | None, typer.Option("--instance-type", metavar="TYPE", help="Its new size, while it is stopped.")
    ] = None,
    user_data: Annotated[
        str | None,
        typer.Option("--user-data", metavar="TEXT|file://PATH", help="New user data, while it is stopped."),
    ] = None,
    disable_api_termination: Annotated[
        bool | None,
        typer.Option("--disable-api-termination/--no-disable-api-termination", help="Protect it from termination."),
    ] = None,
    instance_initiated_shutdown_behavior: Annotated[
        str | None,
        typer.Option(
            "--instance-initiated-shutdown-behavior",
            metavar="BEHAVIOR",
            help="What a power-off from inside does: stop or terminate.",
        ),
    ] = None,
    groups: Annotated[
        list[str] | None, typer.Option("--groups", metavar="ID...", help="The security groups it is in from now on.")
    ] = None,
    dry_run: DryRun = False,
) -> Answer:
    """Change an instance. `Value=…` is understood, too.

    \b
    cloudlet ec2 stop-instances --instance-ids web
    cloudlet ec2 modify-instance-attribute --instance-id web \\
        --instance-type m5.large
    cloudlet ec2 start-instances --instance-ids web
    cloudlet ec2 modify-instance-attribute --instance-id web \\
        --disable-api-termination
    """
    from emulator.instances import AttributeChange

    change = AttributeChange(
        instance_type=_value(instance_type),
        user_data=None if user_data is None else read_bytes_argument(_value(user_data) or "", "--user-data"),
        is_protected=disable_api_termination,
        shutdown_behavior=_value(instance_initiated_shutdown_behavior),
        security_groups=groups,
    )
    with open_cloud() as cloud:
        cloud.instances.modify(instance_id, change, dry_run=dry_run)
    return Answer(None, text="")


@command(app, "describe-instance-attribute")
def describe_instance_attribute(
    instance_id: InstanceId,
    attribute: Annotated[
        str, typer.Option("--attribute", metavar="NAME", help=f"One of {', '.join(_DESCRIBED)}.", show_default=False)
    ],
) -> Answer:
    """Show one thing of an instance; user data comes in base64, as from AWS.

    \b
    cloudlet ec2 describe-instance-attribute --instance-id web \\
        --attribute instanceType
    cloudlet ec2 describe-instance-attribute --instance-id web \\
        --attribute userData \\
        --query UserData.Value --output text | base64 -d
    """
    if attribute not in _DESCRIBED:
        raise InvalidParameterValueError(
            f"Value ({attribute}) for parameter attribute is invalid. Unknown attribute.",
            hint=f"there are {', '.join(_DESCRIBED)}",
        )
    with open_cloud() as cloud:
        (instance,) = cloud.instances.describe([instance_id])
        raw = cloud.instances.user_data(instance.id) if attribute == "userData" else None
    launch = instance.launch
    values: dict[str, object] = {
        "instanceType": launch.instance_type,
        "userData": None if raw is None else base64.b64encode(raw).decode(),
        "disableApiTermination": launch.is_protected,
        "instanceInitiatedShutdownBehavior": launch.shutdown_behavior,
        "groupSet": [{"GroupId": group_id} for group_id in launch.security_groups],
    }
    value = values[attribute]
    name = attribute[0].upper() + attribute[1:]
    shown = {"Groups": value} if attribute == "groupSet" else {name: {} if value is None else {"Value": value}}
    text = "\n".join(launch.security_groups) if attribute == "groupSet" else "" if value is None else str(value)
    return Answer({"InstanceId": instance.id, **shown}, text=text)


@command(app, "modify-instance-metadata-options")
def modify_instance_metadata_options(
    instance_id: InstanceId,
    http_tokens: Annotated[
        str | None, typer.Option("--http-tokens", metavar="STATE", help="required: only with a token; or optional.")
    ] = None,
    http_endpoint: Annotated[
        str | None, typer.Option("--http-endpoint", metavar="STATE", help="enabled or disabled.")
    ] = None,
    http_put_response_hop_limit: Annotated[
        int | None,
        typer.Option("--http-put-response-hop-limit", metavar="N", help="How far a token travels: 1 to 64."),
    ] = None,
    instance_metadata_tags: Annotated[
        str | None,
        typer.Option(
            "--instance-metadata-tags", metavar="STATE", help="Whether it may read its tags: enabled or disabled."
        ),
    ] = None,
    dry_run: DryRun = False,
) -> Answer:
    """Change who may ask an instance's metadata, and how.

    \b
    cloudlet ec2 modify-instance-metadata-options --instance-id web \\
        --http-tokens required
    cloudlet ec2 modify-instance-metadata-options --instance-id web \\
        --instance-metadata-tags enabled
    """
    from emulator.instances import AttributeChange

    given = {
        "HttpTokens": http_tokens,
        "HttpEndpoint": http_endpoint,
        "HttpPutResponseHopLimit": http_put_response_hop_limit,
        "InstanceMetadataTags": instance_metadata_tags,
    }
    changes = {name: value for name, value in given.items() if value is not None}
    with open_cloud() as cloud:
        launch = cloud.instances.modify(instance_id, AttributeChange(metadata=changes or None), dry_run=dry_run)
    document = {"InstanceId": launch.instance_id, "InstanceMetadataOptions": launch.metadata.to_document()}
    told = ", ".join(f"{name}={value}" for name, value in changes.items())
    return Answer(document, text=f"{launch.instance_id}: {told}")


def _value(text: str | None) -> str | None:
    """Return what `Value=…` or the value alone says: `aws` takes the one, people type the other."""
    if text is None or not text.startswith(("Value=", "{")):
        return text
    return str(parse_structure(text, "Value", "Value").get("Value", ""))
