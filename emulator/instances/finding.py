"""What instances and their status checks can be found by: the filters of DescribeInstances and DescribeInstanceStatus.

A filter is about a place in the answer, and finds what is shown there.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from emulator.instances.document import reservation
from emulator.instances.model import Instance
from emulator.resources import filters
from emulator.resources.filters import Fields, Filter
from emulator.units import iso_millis

if TYPE_CHECKING:
    from emulator.instances.status import InstanceStatus

INSTANCE_FILTERS = {
    "architecture": "Architecture",
    "availability-zone": "Placement.AvailabilityZone",
    "block-device-mapping.attach-time": "BlockDeviceMappings.Ebs.AttachTime",
    "block-device-mapping.delete-on-termination": "BlockDeviceMappings.Ebs.DeleteOnTermination",
    "block-device-mapping.device-name": "BlockDeviceMappings.DeviceName",
    "block-device-mapping.status": "BlockDeviceMappings.Ebs.Status",
    "block-device-mapping.volume-id": "BlockDeviceMappings.Ebs.VolumeId",
    "client-token": "ClientToken",
    "current-instance-boot-mode": "CurrentInstanceBootMode",
    "dns-name": "PublicDnsName",
    "ebs-optimized": "EbsOptimized",
    "ena-support": "EnaSupport",
    "group-id": "SecurityGroups.GroupId",
    "group-name": "SecurityGroups.GroupName",
    "hypervisor": "Hypervisor",
    "iam-instance-profile.arn": "IamInstanceProfile.Arn",
    "image-id": "ImageId",
    "instance-id": "InstanceId",
    "instance-lifecycle": "InstanceLifecycle",
    "instance-state-code": "State.Code",
    "instance-state-name": "State.Name",
    "instance-type": "InstanceType",
    "instance.group-id": "SecurityGroups.GroupId",
    "instance.group-name": "SecurityGroups.GroupName",
    "ip-address": "PublicIpAddress",
    "key-name": "KeyName",
    "launch-index": "AmiLaunchIndex",
    "launch-time": "LaunchTime",
    "metadata-options.http-endpoint": "MetadataOptions.HttpEndpoint",
    "metadata-options.http-protocol-ipv6": "MetadataOptions.HttpProtocolIpv6",
    "metadata-options.http-put-response-hop-limit": "MetadataOptions.HttpPutResponseHopLimit",
    "metadata-options.http-tokens": "MetadataOptions.HttpTokens",
    "metadata-options.instance-metadata-tags": "MetadataOptions.InstanceMetadataTags",
    "metadata-options.state": "MetadataOptions.State",
    "monitoring-state": "Monitoring.State",
    "network-interface.addresses.association.ip-owner-id": (
        "NetworkInterfaces.PrivateIpAddresses.Association.IpOwnerId"
    ),
    "network-interface.addresses.association.public-ip": "NetworkInterfaces.PrivateIpAddresses.Association.PublicIp",
    "network-interface.addresses.primary": "NetworkInterfaces.PrivateIpAddresses.Primary",
    "network-interface.addresses.private-ip-address": "NetworkInterfaces.PrivateIpAddresses.PrivateIpAddress",
    "network-interface.association.ip-owner-id": "NetworkInterfaces.Association.IpOwnerId",
    "network-interface.association.public-ip": "NetworkInterfaces.Association.PublicIp",
    "network-interface.attachment.attach-time": "NetworkInterfaces.Attachment.AttachTime",
    "network-interface.attachment.attachment-id": "NetworkInterfaces.Attachment.AttachmentId",
    "network-interface.attachment.delete-on-termination": "NetworkInterfaces.Attachment.DeleteOnTermination",
    "network-interface.attachment.device-index": "NetworkInterfaces.Attachment.DeviceIndex",
    "network-interface.attachment.status": "NetworkInterfaces.Attachment.Status",
    "network-interface.description": "NetworkInterfaces.Description",
    "network-interface.group-id": "NetworkInterfaces.Groups.GroupId",
    "network-interface.group-name": "NetworkInterfaces.Groups.GroupName",
    "network-interface.mac-address": "NetworkInterfaces.MacAddress",
    "network-interface.network-interface-id": "NetworkInterfaces.NetworkInterfaceId",
    "network-interface.owner-id": "NetworkInterfaces.OwnerId",
    "network-interface.private-dns-name": "NetworkInterfaces.PrivateDnsName",
    "network-interface.private-ip-address": "NetworkInterfaces.PrivateIpAddress",
    "network-interface.source-dest-check": "NetworkInterfaces.SourceDestCheck",
    "network-interface.status": "NetworkInterfaces.Status",
    "network-interface.subnet-id": "NetworkInterfaces.SubnetId",
    "network-interface.vpc-id": "NetworkInterfaces.VpcId",
    "owner-id": "OwnerId",
    "placement-group-name": "Placement.GroupName",
    "platform": "Platform",
    "platform-details": "PlatformDetails",
    "private-dns-name": "PrivateDnsName",
    "private-ip-address": "PrivateIpAddress",
    "reason": "StateTransitionReason",
    "reservation-id": "ReservationId",
    "root-device-name": "RootDeviceName",
    "root-device-type": "RootDeviceType",
    "source-dest-check": "SourceDestCheck",
    "state-reason-code": "StateReason.Code",
    "state-reason-message": "StateReason.Message",
    "subnet-id": "SubnetId",
    "tenancy": "Placement.Tenancy",
    "usage-operation": "UsageOperation",
    "virtualization-type": "VirtualizationType",
    "vpc-id": "VpcId",
}
STATUS_FILTERS = {
    "availability-zone": "AvailabilityZone",
    "instance-state-code": "InstanceState.Code",
    "instance-state-name": "InstanceState.Name",
    "instance-status.reachability": "InstanceStatus.Details.Status",
    "instance-status.status": "InstanceStatus.Status",
    "system-status.reachability": "SystemStatus.Details.Status",
    "system-status.status": "SystemStatus.Status",
}


def select(instances: Sequence[Instance], wanted: Sequence[Filter]) -> list[Instance]:
    """Return those of *instances* that all filters let through; InvalidRequestError names a filter that is none."""
    return filters.select(instances, wanted, INSTANCE_FILTERS, _instance_fields, lambda one: one.tags)


def select_statuses(statuses: "Sequence[InstanceStatus]", wanted: Sequence[Filter]) -> "list[InstanceStatus]":
    """Return those of *statuses* that all filters let through; tags are those of the instance."""
    return filters.select(statuses, wanted, STATUS_FILTERS, _status_fields, lambda one: one.instance.tags)


def _instance_fields(instance: Instance) -> Fields:
    shown = reservation([instance], {})
    return _fields(shown | shown["Instances"][0], INSTANCE_FILTERS)


def _status_fields(status: "InstanceStatus") -> Fields:
    from emulator.instances.status_document import status_document

    return _fields(status_document([status])["InstanceStatuses"][0], STATUS_FILTERS)


def _fields(document: Mapping[str, object], places: Mapping[str, str]) -> Fields:
    return {name: [*_texts(document, place.split("."))] for name, place in places.items()}


def _texts(shown: object, place: Sequence[str]) -> Iterator[str]:
    """Yield what stands at *place*, in all members of a list, as a filter spells it."""
    if isinstance(shown, list):
        for one in shown:
            yield from _texts(one, place)
    elif isinstance(shown, Mapping):
        if place and place[0] in shown:
            yield from _texts(shown[place[0]], place[1:])
    elif isinstance(shown, bool):
        yield str(shown).lower()
    else:
        yield iso_millis(shown) if isinstance(shown, datetime) else str(shown)
