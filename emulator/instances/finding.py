"""What instances can be found by: the filters of DescribeInstances."""

from collections.abc import Sequence

from emulator.instances.identity import PUBLIC_DNS_NAME
from emulator.instances.model import Instance, InstanceState
from emulator.processor import architecture
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
    fields = {
        "architecture": [architecture()],
        "availability-zone": [instance.subnet.zone],
        "client-token": [launch.client_token or ""],
        "image-id": [launch.image_id],
        "instance-id": [launch.instance_id],
        "instance-state-code": [str(instance.state.value)],
        "instance-state-name": [instance.state.label],
        "instance-type": [launch.instance_type],
        "key-name": [launch.key_name] if launch.key_name else [],
        "launch-index": [str(launch.launch_index)],
        "reservation-id": [launch.reservation_id],
    }
    return fields if instance.state is InstanceState.TERMINATED else fields | _network_fields(instance)


def _network_fields(instance: Instance) -> dict[str, list[str]]:
    """Return what an instance is found by as long as it has a place in the network."""
    group_ids = [group.id for group in instance.groups]
    group_names = [group.name for group in instance.groups]
    return {
        "dns-name": [PUBLIC_DNS_NAME],
        "group-id": group_ids,
        "group-name": group_names,
        "instance.group-id": group_ids,
        "instance.group-name": group_names,
        "network-interface.mac-address": [instance.mac_address],
        "private-dns-name": [instance.launch.private_dns_name],
        "private-ip-address": [instance.launch.private_ip],
        "subnet-id": [instance.subnet.id],
        "vpc-id": [instance.subnet.vpc_id],
    }
