"""`ec2 modify-instance-attribute`, `describe-instance-attribute` and `modify-instance-metadata-options`."""

import base64
import binascii
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.commands.ec2.shared import DryRun, InstanceId, parse_structure
from cli.errors import MissingParameterError
from cli.options import command, open_cloud, read_bytes_argument
from cli.output import Answer
from emulator.errors import InvalidRequestError
from emulator.resources.invalid import InvalidParameterValueError

if TYPE_CHECKING:
    from emulator.instances import AttributeChange, Instance
    from emulator.instances.model import Launch

app = typer.Typer()

_FIELDS = {
    "instanceType": "instance_type",
    "userData": "user_data",
    "disableApiTermination": "is_protected",
    "instanceInitiatedShutdownBehavior": "shutdown_behavior",
    "groupSet": "security_groups",
}
"""What can be changed, by AWS's names, and what that is in an AttributeChange."""

_DESCRIBED = (*_FIELDS, "rootDeviceName", "blockDeviceMapping", "sourceDestCheck", "ebsOptimized")
_UNUSED = (
    "disableApiStop",
    "enaSupport",
    "enclaveOptions",
    "kernel",
    "productCodes",
    "ramdisk",
    "sriovNetSupport",
)
"""What AWS answers, too, although nothing here depends on it."""

_MEMBERS = {
    "blockDeviceMapping": "BlockDeviceMappings",
    "groupSet": "Groups",
    "kernel": "KernelId",
    "ramdisk": "RamdiskId",
}
"""What an attribute is called in the answer, where that is not its own name with a capital."""


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
    attribute: Annotated[
        str | None,
        typer.Option("--attribute", metavar="NAME", help="One of the above by AWS's name, such as instanceType."),
    ] = None,
    value: Annotated[
        str | None, typer.Option("--value", metavar="VALUE", help="What that becomes; user data in base64.")
    ] = None,
    dry_run: DryRun = False,
) -> Answer:
    """Change one thing of an instance. `Value=…` is understood, too.

    \b
    cloudlet ec2 stop-instances --instance-ids web
    cloudlet ec2 modify-instance-attribute --instance-id web \\
        --instance-type m5.large
    cloudlet ec2 start-instances --instance-ids web
    cloudlet ec2 modify-instance-attribute --instance-id web \\
        --disable-api-termination
    """
    from emulator.instances import AttributeChange
    from emulator.instances.attributes import SeveralAttributesError

    change = AttributeChange(
        instance_type=_value(instance_type),
        user_data=None if user_data is None else read_bytes_argument(_value(user_data) or "", "--user-data"),
        is_protected=disable_api_termination,
        shutdown_behavior=_value(instance_initiated_shutdown_behavior),
        security_groups=groups,
    )
    if attribute is not None or value is not None:
        if change != AttributeChange():
            raise SeveralAttributesError
        change = _named_change(attribute, value)
    with open_cloud() as cloud:
        launch = cloud.instances.modify(instance_id, change, dry_run=dry_run)
    return Answer(None, text="", hint=f"{launch.instance_id}: {_told(change, launch)}")


def _named_change(name: str | None, value: str | None) -> "AttributeChange":
    """Return what `--attribute NAME --value VALUE` asks for."""
    from emulator.instances import AttributeChange

    if name is None:
        raise MissingParameterError("--attribute")
    if value is None:
        raise MissingParameterError("--value")
    if name not in _READERS:
        raise InvalidParameterValueError(
            f"Value ({name}) for parameter attribute is invalid. It cannot be changed.",
            hint=f"there are {', '.join(_READERS)}, and --groups",
        )
    read: dict[str, Any] = {_FIELDS[name]: _READERS[name](read_bytes_argument(value, "--value"))}
    return AttributeChange(**read)


def _text(raw: bytes) -> str:
    return raw.decode(errors="replace").strip()


def _flag(raw: bytes) -> bool:
    text = _text(raw)
    if text not in ("true", "false"):
        raise InvalidParameterValueError(f"Value ({text}) for parameter value is invalid.", hint="it is true or false")
    return text == "true"


def _from_base64(raw: bytes) -> bytes:
    try:
        return base64.b64decode(b"".join(raw.split()), validate=True)
    except binascii.Error as error:
        raise InvalidRequestError(
            "Invalid BASE64 encoding of user data.",
            code="InvalidUserData.Malformed",
            hint="encode it with `base64 FILE`, or give it as it is with --user-data",
        ) from error


_READERS: dict[str, Callable[[bytes], object]] = {
    "instanceType": _text,
    "userData": _from_base64,
    "disableApiTermination": _flag,
    "instanceInitiatedShutdownBehavior": _text,
}
"""How `--value` is read, by the attribute."""


def _told(change: "AttributeChange", launch: "Launch") -> str:
    """Return what has changed, and what it is now."""
    values = {
        "instanceType": launch.instance_type,
        "userData": f"{len(change.user_data or b'')} bytes",
        "disableApiTermination": str(launch.is_protected).lower(),
        "instanceInitiatedShutdownBehavior": launch.shutdown_behavior,
        "groupSet": ", ".join(launch.security_groups),
    }
    name = next(name for name, field in _FIELDS.items() if getattr(change, field) is not None)
    return f"{name} is now {values[name]}"


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
    if attribute not in (*_DESCRIBED, *_UNUSED):
        raise InvalidParameterValueError(
            f"Value ({attribute}) for parameter attribute is invalid. Unknown attribute.",
            hint=f"there are {', '.join(_DESCRIBED)}",
        )
    with open_cloud() as cloud:
        (instance,) = cloud.instances.describe([instance_id])
        user_data = cloud.instances.user_data(instance.id) if attribute == "userData" else None
    value = _attributes(instance, user_data)[attribute]
    member = _MEMBERS.get(attribute, attribute[0].upper() + attribute[1:])
    return Answer({"InstanceId": instance.id, member: value}, text=_shown(value))


def _attributes(instance: "Instance", user_data: bytes | None) -> dict[str, Any]:
    """Return what AWS answers of each attribute; of one that has no value, nothing."""
    from emulator.instances.document import reservation

    launch = instance.launch
    (described,) = reservation([instance], {})["Instances"]
    values = {
        "instanceType": launch.instance_type,
        "userData": None if user_data is None else base64.b64encode(user_data).decode(),
        "disableApiTermination": launch.is_protected,
        "instanceInitiatedShutdownBehavior": launch.shutdown_behavior,
        "rootDeviceName": described["RootDeviceName"],
        "sourceDestCheck": True,
        "ebsOptimized": described["EbsOptimized"],
        "enaSupport": described["EnaSupport"],
        "disableApiStop": False,
        "kernel": None,
        "ramdisk": None,
        "sriovNetSupport": None,
    }
    return {name: {} if value is None else {"Value": value} for name, value in values.items()} | {
        "groupSet": [{"GroupId": group_id} for group_id in launch.security_groups],
        "blockDeviceMapping": described["BlockDeviceMappings"],
        "productCodes": [],
        "enclaveOptions": {"Enabled": False},
    }


def _shown(value: Any) -> str:
    """Return an attribute as people read it: groups and volumes a line each."""
    if isinstance(value, dict):
        return "".join(str(one) for one in value.values())
    return "\n".join(one.get("GroupId") or f"{one['DeviceName']}  {one['Ebs']['VolumeId']}" for one in value)


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
        launch = cloud.instances.modify(instance_id, AttributeChange(metadata=changes), dry_run=dry_run)
    document = {"InstanceId": launch.instance_id, "InstanceMetadataOptions": launch.metadata.to_document()}
    told = ", ".join(f"{name}={value}" for name, value in changes.items())
    return Answer(document, text=f"{launch.instance_id}: {told}")


def _value(text: str | None) -> str | None:
    """Return what `Value=…` or the value alone says: `aws` takes the one, people type the other."""
    if text is None or not text.startswith(("Value=", "{")):
        return text
    return str(parse_structure(text, "Value", "Value").get("Value", ""))
