"""AWS::EC2::Instance. Whatever its AMI serves is published, each port at any free one: AWS has no word for it."""

import base64
import binascii
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from emulator.ids import new_request_id
from emulator.instances.model import PUBLIC_DNS_NAME, PUBLIC_IP
from emulator.stacks.errors import ValidationError
from emulator.stacks.intrinsics import Facts
from emulator.stacks.records import StackResource
from emulator.stacks.resources.kind import Kind, Properties, Request, Scene, retag, tags_of
from emulator.stacks.shape import ANY, TAGS

if TYPE_CHECKING:
    from emulator.instances import Instance as InstanceRecord
    from emulator.instances import LaunchRequest
    from emulator.instances.attributes import AttributeChange

_EBS = ("DeleteOnTermination", "SnapshotId", "VolumeSize", "VolumeType")
_METADATA = ("HttpEndpoint", "HttpPutResponseHopLimit", "HttpTokens", "InstanceMetadataTags")
_METADATA_DEFAULTS = {
    "HttpEndpoint": "enabled",
    "HttpPutResponseHopLimit": 1,
    "HttpTokens": "optional",
    "InstanceMetadataTags": "disabled",
}


class Instance(Kind):
    """A machine."""

    type = "AWS::EC2::Instance"
    shape: ClassVar[Properties] = {
        "BlockDeviceMappings": [{"DeviceName": ANY, "Ebs": dict.fromkeys(_EBS, ANY)}],
        "SecurityGroupIds": [ANY],
        "SecurityGroups": [ANY],
        "Tags": TAGS,
        "MetadataOptions": dict.fromkeys(_METADATA, ANY),
        **dict.fromkeys(
            (
                *("AvailabilityZone", "DisableApiTermination", "EbsOptimized", "IamInstanceProfile", "ImageId"),
                *("InstanceInitiatedShutdownBehavior", "InstanceType", "KeyName", "Monitoring", "PrivateIpAddress"),
                *("SubnetId", "UserData"),
            ),
            ANY,
        ),
    }
    required = ("ImageId", "InstanceType")
    replacing = frozenset(
        (
            *("AvailabilityZone", "BlockDeviceMappings", "IamInstanceProfile", "ImageId", "KeyName"),
            *("PrivateIpAddress", "SecurityGroups", "SubnetId"),
        )
    )
    attributes = (
        *("AvailabilityZone", "InstanceId", "PrivateDnsName", "PrivateIp", "PublicDnsName", "PublicIp", "VpcId"),
    )

    def create(self, request: Request) -> Facts:
        token = f"{request.logical_id[:20]}-{new_request_id()}"
        request.made(token)  # a launch takes its time: by its token it is found again
        (instance,) = request.cloud.instances.run(_launch(request.properties, token))
        request.made(instance.id)
        return _facts(request.scene, instance)

    def update(self, request: Request, before: StackResource) -> Facts:
        instances, instance_id = request.cloud.instances, before.physical_id
        changes = list(_changes(request.properties, before.properties))
        is_stopped = any(change.needs_a_stop for change in changes)
        if is_stopped:
            instances.stop([instance_id])
        for change in changes:
            instances.modify(instance_id, change)
        if is_stopped:
            instances.start([instance_id])
        retag(request, instance_id, before)
        (instance,) = instances.describe([instance_id])
        return _facts(request.scene, instance)

    def delete(self, scene: Scene, resource: StackResource) -> None:
        known = resource.physical_id
        found = [one for one in scene.cloud.instances.describe() if known in (one.id, one.launch.client_token)]
        if living := [one.id for one in found if not one.state.is_over]:
            scene.cloud.instances.terminate(living)

    def is_there(self, scene: Scene, resource: StackResource) -> bool:
        found = scene.cloud.instances.describe()
        return any(one.id == resource.physical_id and not one.state.is_over for one in found)


def _launch(said: Properties, token: str) -> "LaunchRequest":
    from emulator.instances import LaunchRequest
    from emulator.metadata import MetadataOptions
    from emulator.volumes import BlockDevice

    return LaunchRequest(
        image=str(said["ImageId"]),
        instance_type=str(said["InstanceType"]),
        publish_auto=True,
        tags=tags_of(said.get("Tags")),
        key_name=said.get("KeyName"),
        security_groups=(*said.get("SecurityGroupIds", ()), *said.get("SecurityGroups", ())),
        subnet_id=said.get("SubnetId"),
        zone=said.get("AvailabilityZone"),
        private_ip=said.get("PrivateIpAddress"),
        user_data=_user_data(said),
        profile_name=said.get("IamInstanceProfile"),
        metadata=MetadataOptions().changed(said.get("MetadataOptions", {})),
        shutdown_behavior=str(said.get("InstanceInitiatedShutdownBehavior", "stop")),
        is_protected=_is_true(said.get("DisableApiTermination")),
        block_devices=tuple(BlockDevice.from_mapping(one) for one in said.get("BlockDeviceMappings", ())),
        client_token=token,
    )


def _changes(said: Properties, before: Properties) -> "Iterator[AttributeChange]":
    """Yield a change for each property that differs, as one request changes one thing."""
    from emulator.instances.attributes import AttributeChange

    differing = {name for name in {*said, *before} if said.get(name) != before.get(name)}
    if "InstanceType" in differing:
        yield AttributeChange(instance_type=str(said["InstanceType"]))
    if "UserData" in differing:
        yield AttributeChange(user_data=_user_data(said) or b"")
    if "DisableApiTermination" in differing:
        yield AttributeChange(is_protected=_is_true(said.get("DisableApiTermination")))
    if "InstanceInitiatedShutdownBehavior" in differing:
        yield AttributeChange(shutdown_behavior=str(said.get("InstanceInitiatedShutdownBehavior", "stop")))
    if "SecurityGroupIds" in differing:
        yield AttributeChange(security_groups=[*said.get("SecurityGroupIds", ())])
    if "MetadataOptions" in differing:
        yield AttributeChange(metadata={**_METADATA_DEFAULTS, **said.get("MetadataOptions", {})})


def _user_data(said: Properties) -> bytes | None:
    """Return what `UserData` says, which is in base64 on AWS."""
    if "UserData" not in said:
        return None
    try:
        return base64.b64decode(str(said["UserData"]), validate=True)
    except binascii.Error as error:
        raise ValidationError("Invalid BASE64 encoding of user data.", hint="write UserData: Fn::Base64: …") from error


def _is_true(value: object) -> bool:
    return str(value).lower() == "true"


def _facts(scene: Scene, instance: "InstanceRecord") -> Facts:
    launch = instance.launch
    return Facts(
        instance.id,
        {
            "AvailabilityZone": instance.zone,
            "InstanceId": instance.id,
            "PrivateDnsName": launch.private_dns_name,
            "PrivateIp": launch.private_ip,
            "PublicDnsName": PUBLIC_DNS_NAME,
            "PublicIp": PUBLIC_IP,
            "VpcId": scene.cloud.network.groups.vpc_id,
        },
    )
