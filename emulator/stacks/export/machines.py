"""Instances, and what belongs to them: groups, key pairs, volumes."""

import base64
from collections.abc import Iterator
from typing import Any

from emulator.cloud import Cloud
from emulator.instances.model import Instance
from emulator.metadata.options import MetadataOptions
from emulator.network.security_group import ALL_PROTOCOLS, ANY, DEFAULT_NAME, EVERYWHERE, Permission, SecurityGroup
from emulator.network.zones import zones
from emulator.stacks.export.draft import Draft, Properties, tag_list
from emulator.stacks.export.words import GetAtt, Ref, Sub
from emulator.volumes.model import Volume

GROUP, INSTANCE = "AWS::EC2::SecurityGroup", "AWS::EC2::Instance"
KEY_PAIR, VOLUME = "AWS::EC2::KeyPair", "AWS::EC2::Volume"
MACHINES = (GROUP, INSTANCE, KEY_PAIR, VOLUME)
_EVERYTHING = Permission(ALL_PROTOCOLS, ANY, ANY, cidr=EVERYWHERE)
_OPTIONS = {
    "HttpTokens": "http_tokens",
    "HttpEndpoint": "http_endpoint",
    "HttpPutResponseHopLimit": "http_put_response_hop_limit",
    "InstanceMetadataTags": "instance_metadata_tags",
}


def add_machines(cloud: Cloud, draft: Draft) -> None:
    """Add every instance that has not ended, with the groups and key pairs of this home, and all volumes."""
    groups = [one for one in cloud.network.groups.all() if one.name != DEFAULT_NAME]
    for group in groups:
        draft.name(GROUP, group.id, group.name, "Group")
    for group in groups:
        _add_group(draft, group)
    for pair in cloud.key_pairs.describe():
        name = draft.name(KEY_PAIR, pair.name, pair.name, "Key")
        draft.add(
            name,
            KEY_PAIR,
            {
                "KeyName": pair.name if draft.keeps_names else Sub(f"${{AWS::StackName}}-{pair.name}"),
                "PublicKeyMaterial": pair.public_key,
                "Tags": tag_list(pair.tags),
            },
        )
    volumes = cloud.volumes.describe()
    if cloud.engine.url is not None:
        for instance in cloud.instances.describe():
            if not instance.state.is_over:
                _add_instance(cloud, draft, instance)
    for volume in volumes:
        _add_volume(cloud, draft, volume)


def _add_group(draft: Draft, group: SecurityGroup) -> None:
    """Add a group; what its rules say of groups are resources of their own, as two may speak of each other."""
    name = draft.ids[GROUP, group.id]
    let_in, let_out = list(group.permissions(egress=False)), list(group.permissions(egress=True))
    outward = [] if let_out == [_EVERYTHING] else [_permission(one) for one in let_out if one.peer_group is None]
    draft.add(
        name,
        GROUP,
        {
            "GroupName": group.name if draft.keeps_names else None,
            "GroupDescription": group.description,
            "SecurityGroupIngress": [_permission(one) for one in let_in if one.peer_group is None],
            "SecurityGroupEgress": outward,
            "Tags": tag_list(group.tags),
        },
    )
    if not let_out:
        draft.left_out.append(f"that the group {group.name} lets nothing out")
    for way, peer, permissions in (("Ingress", "Source", let_in), ("Egress", "Destination", let_out)):
        for permission in (one for one in permissions if one.peer_group is not None):
            other = draft.ref(GROUP, str(permission.peer_group))
            if other is None:
                draft.left_out.append(f"a rule of the group {group.name} about the group {permission.peer_group}")
                continue
            rule = draft.name(f"rule {way}", f"{group.id} {permission}", f"{name}{way}", other)
            said = {"GroupId": GetAtt(f"{name}.GroupId"), **_permission(permission)}
            said[f"{peer}SecurityGroupId"] = GetAtt(f"{other}.GroupId")
            draft.add(rule, f"AWS::EC2::SecurityGroup{way}", said)


def _permission(permission: Permission) -> Properties:
    said: Properties = {"IpProtocol": permission.protocol}
    if permission.protocol != ALL_PROTOCOLS:
        said |= {"FromPort": permission.from_port, "ToPort": permission.to_port}
    if permission.cidr is not None:
        said["CidrIpv6" if permission.is_ipv6 else "CidrIp"] = permission.cidr
    if permission.description:
        said["Description"] = permission.description
    return said


def _add_instance(cloud: Cloud, draft: Draft, instance: Instance) -> None:
    launch = instance.launch
    user_data = cloud.instances.user_data(instance.id)
    options = _options(launch.metadata)
    groups = [draft.ref(GROUP, one) for one in launch.security_groups]
    draft.add(
        draft.name(INSTANCE, instance.id, instance.name or launch.image_name, "Instance"),
        INSTANCE,
        {
            "ImageId": Ref(_image_parameter(draft, launch.image_name)),
            "InstanceType": launch.instance_type,
            "AvailabilityZone": _zone(cloud, instance.zone),
            "KeyName": draft.ref(KEY_PAIR, launch.key_name or ""),
            "SecurityGroupIds": [GetAtt(f"{one}.GroupId") for one in groups if one is not None],
            "UserData": _encoded(user_data) if user_data else None,
            "MetadataOptions": options if options != _options(MetadataOptions()) else None,
            "InstanceInitiatedShutdownBehavior": "terminate" if launch.shutdown_behavior == "terminate" else None,
            "DisableApiTermination": True if launch.is_protected else None,
            "IamInstanceProfile": launch.role,
            "Tags": tag_list(instance.tags),
        },
    )


def _options(metadata: MetadataOptions) -> Properties:
    return {name: getattr(metadata, field) for name, field in _OPTIONS.items()}


def _image_parameter(draft: Draft, image: str) -> str:
    """Return the parameter that says an AMI: it is called otherwise on AWS."""
    name = draft.name("parameter", image, image, "Image")
    draft.parameters[name] = {
        "Type": "String",
        "Default": image,
        "Description": f"The AMI {image}; on AWS, the id of one that suits.",
    }
    return name


def _zone(cloud: Cloud, zone: str) -> Any:
    index = [one.name for one in zones(cloud.settings.region)].index(zone)
    return {"Fn::Select": [index, {"Fn::GetAZs": ""}]}


def _encoded(user_data: bytes) -> Any:
    try:
        return {"Fn::Base64": user_data.decode()}
    except UnicodeDecodeError:
        return base64.b64encode(user_data).decode()


def _add_volume(cloud: Cloud, draft: Draft, volume: Volume) -> None:
    name = draft.name(VOLUME, volume.id, volume.name or "Data", "Volume")
    attachment = volume.attachment
    instance = draft.ref(INSTANCE, attachment.instance_id) if attachment else None
    draft.add(
        name,
        VOLUME,
        {
            "AvailabilityZone": GetAtt(f"{instance}.AvailabilityZone") if instance else _zone(cloud, volume.zone),
            "Size": volume.size_gib,
            "VolumeType": volume.type,
            "Tags": tag_list(dict(volume.tags)),
        },
    )
    if attachment is not None and instance is not None:
        draft.add(
            draft.name("attachment", volume.id, name, "Attachment"),
            "AWS::EC2::VolumeAttachment",
            {"Device": attachment.device, "InstanceId": instance, "VolumeId": Ref(name)},
        )


def contents_left_out(draft: Draft) -> Iterator[str]:
    """Yield what a template says of none: what is in things."""
    kinds = {resource["Type"] for resource in draft.resources.values()}
    if "AWS::S3::Bucket" in kinds:
        yield "the objects in buckets"
    if kinds & {INSTANCE, VOLUME}:
        yield "what lies on disks and volumes"
