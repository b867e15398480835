"""What instances can be found by: the filters of DescribeInstances."""

from collections.abc import Sequence

from emulator.instances.instance_types import find_type
from emulator.instances.model import Instance
from emulator.resources import filters
from emulator.resources.filters import Fields, Filter

_NAMES = frozenset(
    {
        "architecture",
        "availability-zone",
        "client-token",
        "dns-name",
        "group-id",
        "group-name",
        "image-id",
        "instance-id",
        "instance-state-code",
        "instance-state-name",
        "instance-type",
        "instance.group-id",
        "instance.group-name",
        "key-name",
        "launch-index",
        "network-interface.mac-address",
        "private-dns-name",
        "private-ip-address",
        "reservation-id",
        "subnet-id",
        "vpc-id",
    }
)


def select(instances: Sequence[Instance], wanted: Sequence[Filter]) -> list[Instance]:
    """Return those of *instances* that all filters let through; InvalidRequestError names a filter that is none."""
    return filters.select(instances, wanted, _NAMES, _fields, lambda one: one.tags)


def _fields(instance: Instance) -> Fields:
    launch = instance.launch
    group_ids = [group.id for group in instance.groups]
    group_names = [group.name for group in instance.groups]
    return {
        "architecture": [find_type(launch.instance_type).architecture],
        "availability-zone": [instance.subnet.zone],
        "client-token": [launch.client_token or ""],
        "dns-name": ["localhost"],
        "group-id": group_ids,
        "group-name": group_names,
        "image-id": [launch.image_id],
        "instance-id": [launch.instance_id],
        "instance-state-code": [str(instance.state.value)],
        "instance-state-name": [instance.state.label],
        "instance-type": [launch.instance_type],
        "instance.group-id": group_ids,
        "instance.group-name": group_names,
        "key-name": [launch.key_name] if launch.key_name else [],
        "launch-index": [str(launch.launch_index)],
        "network-interface.mac-address": [instance.mac_address],
        "private-dns-name": [launch.private_dns_name],
        "private-ip-address": [launch.private_ip],
        "reservation-id": [launch.reservation_id],
        "subnet-id": [instance.subnet.id],
        "vpc-id": [instance.subnet.vpc_id],
    }
