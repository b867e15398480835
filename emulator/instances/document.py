"""Instances in the shape of AWS's answers: names and nesting as in the EC2 API reference."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC
from typing import Any

from emulator.ids import content_id
from emulator.instances.instance_types import find_type
from emulator.instances.model import PUBLIC_DNS_NAME, PUBLIC_IP, Instance, InstanceState, StateChange
from emulator.instances.parts import USER_INITIATED
from emulator.processor import architecture
from emulator.resources.root_device import ROOT_DEVICE
from emulator.resources.tags import tag_documents
from emulator.settings import ACCOUNT_ID

Document = dict[str, Any]

_BOOT_MODES = {"arm64": "uefi"}
"""How AWS boots an instance of a processor, where that is not `legacy-bios`."""


def reservations(instances: Iterable[Instance], logins: Mapping[str, str]) -> Document:
    """Return the answer of DescribeInstances; *logins* are commands that log in, by instance id."""
    launches: dict[str, list[Instance]] = {}
    for instance in instances:
        launches.setdefault(instance.launch.reservation_id, []).append(instance)
    return {"Reservations": [reservation(members, logins) for members in launches.values()]}


def reservation(instances: list[Instance], logins: Mapping[str, str]) -> Document:
    """Return the answer of RunInstances: instances of one launch."""
    return {
        "ReservationId": instances[0].launch.reservation_id,
        "OwnerId": ACCOUNT_ID,
        "Groups": [],
        "Instances": [_instance(instance) | _login(instance, logins) for instance in instances],
    }


def state_changes(name: str, changes: Iterable[StateChange]) -> Document:
    """Return the answer of Stop-, Start- and TerminateInstances; *name* is its only key."""
    return {
        name: [
            {
                "InstanceId": change.instance_id,
                "CurrentState": state_document(change.current),
                "PreviousState": state_document(change.previous),
            }
            for change in changes
        ]
    }


def state_document(state: InstanceState) -> Document:
    """Return a state as AWS shows it."""
    return {"Code": state.value, "Name": state.label}


def _instance(instance: Instance) -> Document:
    launch = instance.launch
    kind = find_type(launch.instance_type)
    document: Document = {
        "AmiLaunchIndex": launch.launch_index,
        "ImageId": launch.image_id,
        "InstanceId": launch.instance_id,
        "InstanceType": launch.instance_type,
        "LaunchTime": launch.started_at or launch.launch_time,
        "Placement": {"AvailabilityZone": instance.zone, "GroupName": "", "Tenancy": "default"},
        "State": state_document(instance.state),
        "StateTransitionReason": _transition_reason(instance),
        "Architecture": architecture(),
        "PlatformDetails": "Linux/UNIX",
        "UsageOperation": "RunInstances",
        "CurrentInstanceBootMode": _BOOT_MODES.get(architecture(), "legacy-bios"),
        "RootDeviceName": ROOT_DEVICE,
        "RootDeviceType": "ebs",
        "VirtualizationType": "hvm",
        "Hypervisor": "xen",
        "EbsOptimized": False,
        "EnaSupport": True,
        "Monitoring": {"State": "disabled"},
        "CpuOptions": {"CoreCount": kind.cores, "ThreadsPerCore": kind.threads_per_core},
        "MetadataOptions": launch.metadata.to_document(),
        "ClientToken": launch.client_token or "",
        "BlockDeviceMappings": [_mapping(attachment) for attachment in instance.volumes],
        "Tags": tag_documents(instance.tags),
    }
    document |= dict(_optional(instance))
    return document


def _login(instance: Instance, logins: Mapping[str, str]) -> Document:
    return {"SshCommand": logins[instance.id]} if instance.id in logins else {}


def _optional(instance: Instance) -> Iterator[tuple[str, object]]:
    """Yield what not every instance has, or not in every state."""
    launch = instance.launch
    if launch.key_name is not None:
        yield "KeyName", launch.key_name
    if launch.role is not None:
        yield "IamInstanceProfile", {"Arn": f"arn:aws:iam::{ACCOUNT_ID}:instance-profile/{launch.role}"}
    if instance.reason is not None:
        code, _, message = instance.reason.partition(": ")
        yield "StateReason", {"Code": code, "Message": f"{code}: {message}"}
    if instance.state is InstanceState.TERMINATED:
        return
    yield "PrivateIpAddress", launch.private_ip
    yield "PrivateDnsName", launch.private_dns_name
    yield "SubnetId", instance.subnet.id
    yield "VpcId", instance.subnet.vpc_id
    yield "SecurityGroups", _groups(instance)
    yield "NetworkInterfaces", [_interface(instance)]
    yield "SourceDestCheck", True
    if instance.state is InstanceState.RUNNING:
        yield "PublicIpAddress", PUBLIC_IP
        yield "PublicDnsName", PUBLIC_DNS_NAME
        yield "PublishedPorts", [{"HostPort": host, "InstancePort": inside} for host, inside in instance.open_ports]


def _transition_reason(instance: Instance) -> str:
    """Return why and when the state changed, in AWS's words for people."""
    if instance.reason is None:
        return ""
    if instance.reason != USER_INITIATED:
        return instance.reason.partition(": ")[2]
    moment = instance.reason_at
    return f"User initiated ({moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} GMT)" if moment else "User initiated"


def _interface(instance: Instance) -> Document:
    launch = instance.launch
    address = {
        **_association(instance),
        "PrivateDnsName": launch.private_dns_name,
        "PrivateIpAddress": launch.private_ip,
    }
    return {
        "NetworkInterfaceId": launch.interface_id,
        "Attachment": {
            "AttachmentId": content_id("eni-attach", launch.instance_id.encode()),
            "AttachTime": launch.launch_time,
            "DeviceIndex": 0,
            "NetworkCardIndex": 0,
            "DeleteOnTermination": True,
            "Status": "attached",
        },
        "Description": "",
        "Groups": _groups(instance),
        "InterfaceType": "interface",
        "Ipv6Addresses": [],
        "MacAddress": instance.mac_address,
        "OwnerId": ACCOUNT_ID,
        **address,
        "PrivateIpAddresses": [{"Primary": True, **address}],
        "SourceDestCheck": True,
        "Status": "in-use",
        "SubnetId": instance.subnet.id,
        "VpcId": instance.subnet.vpc_id,
    }


def _association(instance: Instance) -> Document:
    """Return the public address of an interface, which it has while the instance runs."""
    if instance.state is not InstanceState.RUNNING:
        return {}
    return {"Association": {"IpOwnerId": "amazon", "PublicDnsName": PUBLIC_DNS_NAME, "PublicIp": PUBLIC_IP}}


def _groups(instance: Instance) -> list[Document]:
    return [{"GroupId": group.id, "GroupName": group.name} for group in instance.groups]


def _mapping(attachment: Any) -> Document:
    return {
        "DeviceName": attachment.device,
        "Ebs": {
            "VolumeId": attachment.volume_id,
            "Status": "attached",
            "AttachTime": attachment.attached_at,
            "DeleteOnTermination": attachment.delete_on_termination,
        },
    }
