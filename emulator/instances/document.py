"""Instances in the shape of AWS's answers: names and nesting as in the EC2 API reference."""

from collections.abc import Iterable, Mapping
from typing import Any

from emulator.instances.instance_types import InstanceType, find_type
from emulator.instances.model import Instance, InstanceState, StateChange
from emulator.settings import ACCOUNT_ID

Document = dict[str, Any]


def reservations(instances: Iterable[Instance], region: str) -> Document:
    """Return the answer of DescribeInstances."""
    launches: dict[str, list[Instance]] = {}
    for instance in instances:
        launches.setdefault(instance.launch.reservation_id, []).append(instance)
    return {"Reservations": [reservation(members, region) for members in launches.values()]}


def reservation(instances: list[Instance], region: str) -> Document:
    """Return the answer of RunInstances: instances of one launch."""
    return {
        "ReservationId": instances[0].launch.reservation_id,
        "OwnerId": ACCOUNT_ID,
        "Groups": [],
        "Instances": [_instance(instance, region) for instance in instances],
    }


def state_changes(name: str, changes: Iterable[StateChange]) -> Document:
    """Return the answer of Stop-, Start- and TerminateInstances; *name* is its only key."""
    return {
        name: [
            {
                "InstanceId": change.instance_id,
                "CurrentState": _state(change.current),
                "PreviousState": _state(change.previous),
            }
            for change in changes
        ]
    }


def instance_types(types: Iterable[InstanceType]) -> Document:
    """Return the answer of DescribeInstanceTypes."""
    return {
        "InstanceTypes": [
            {
                "InstanceType": one.name,
                "BurstablePerformanceSupported": one.is_burstable,
                "ProcessorInfo": {"SupportedArchitectures": [one.architecture]},
                "VCpuInfo": {"DefaultVCpus": one.vcpus},
                "MemoryInfo": {"SizeInMiB": one.memory_mib},
            }
            for one in types
        ]
    }


def _instance(instance: Instance, region: str) -> Document:
    launch = instance.launch
    alive = instance.state is not InstanceState.TERMINATED
    document: Document = {
        "AmiLaunchIndex": launch.launch_index,
        "ImageId": launch.image_id,
        "InstanceId": launch.instance_id,
        "InstanceType": launch.instance_type,
        "LaunchTime": launch.launch_time,
        "Placement": {"AvailabilityZone": f"{region}a", "Tenancy": "default"},
        "State": _state(instance.state),
        "StateTransitionReason": "" if instance.reason is None else instance.reason.partition(": ")[2],
        "Architecture": find_type(launch.instance_type).architecture,
        "RootDeviceName": "/dev/xvda",
        "RootDeviceType": "ebs",
        "VirtualizationType": "hvm",
        "Hypervisor": "xen",
        "Monitoring": {"State": "disabled"},
        "CpuOptions": {"CoreCount": find_type(launch.instance_type).vcpus, "ThreadsPerCore": 1},
        "Tags": _tags(instance.tags),
    }
    if alive:
        document |= {"PrivateIpAddress": launch.private_ip, "PrivateDnsName": launch.private_dns_name}
        document["NetworkInterfaces"] = [
            {"PrivateIpAddress": launch.private_ip, "MacAddress": instance.mac_address, "Status": "in-use"}
        ]
    if alive and instance.state is InstanceState.RUNNING:
        document |= {"PublicIpAddress": "127.0.0.1", "PublicDnsName": "localhost"}
        document["PublishedPorts"] = [{"HostPort": host, "InstancePort": inside} for host, inside in instance.ports]
    if instance.reason is not None:
        code, _, message = instance.reason.partition(": ")
        document["StateReason"] = {"Code": code, "Message": f"{code}: {message}"}
    return document


def _state(state: InstanceState) -> Document:
    return {"Code": state.value, "Name": state.label}


def _tags(tags: Mapping[str, str]) -> list[Document]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
