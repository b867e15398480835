"""AMIs in the shape of AWS's answers: names and nesting as in the EC2 API reference."""

from collections.abc import Mapping
from typing import Any

from emulator.images.ami import SHIPPED, Ami
from emulator.images.defined import BrokenAmi
from emulator.processor import architecture
from emulator.resources.filters import Fields
from emulator.resources.root_device import ROOT_DEVICE
from emulator.resources.tags import tag_documents
from emulator.settings import ACCOUNT_ID
from emulator.units import iso_millis

Document = dict[str, Any]

SHIPPED_OWNER_ID = "000000000001"
SHIPPED_OWNER_ALIAS = "amazon"
"""Who owns what comes with cloudlet: in scripts, these AMIs stand where Amazon's own do."""

FILTERS = (
    "architecture",
    "block-device-mapping.delete-on-termination",
    "block-device-mapping.device-name",
    "block-device-mapping.encrypted",
    "creation-date",
    "description",
    "ena-support",
    "hypervisor",
    "image-id",
    "image-type",
    "is-public",
    "name",
    "owner-alias",
    "owner-id",
    "root-device-name",
    "root-device-type",
    "source-image-id",
    "source-instance-id",
    "state",
    "virtualization-type",
)
"""What `--filters` may name, besides tags."""

_ROOT_MAPPING = {"DeviceName": ROOT_DEVICE, "Ebs": {"DeleteOnTermination": True, "Encrypted": False}}
"""The only disk of an AMI: it has no snapshot, and is as large as this machine's."""


def owner_id(ami: Ami) -> str:
    """Return the account that *ami* belongs to."""
    return SHIPPED_OWNER_ID if ami.origin == SHIPPED else ACCOUNT_ID


def image(ami: Ami, tags: Mapping[str, str], *, built: bool | None) -> Document:
    """Return what DescribeImages says of *ami*; `Built` and what follows it are our own. *built* is None if unknown."""
    document: Document = {
        "ImageId": ami.id,
        "Name": ami.name,
        "Description": ami.description,
        "State": "available",
        "ImageType": "machine",
        "ImageLocation": ami.location,
        "OwnerId": owner_id(ami),
        "Public": ami.origin == SHIPPED,
        "Architecture": architecture(),
        "PlatformDetails": "Linux/UNIX",
        "UsageOperation": "RunInstances",
        "RootDeviceName": ROOT_DEVICE,
        "RootDeviceType": "ebs",
        "BlockDeviceMappings": [_ROOT_MAPPING],
        "VirtualizationType": "hvm",
        "Hypervisor": "xen",
        "EnaSupport": True,
        "Tags": tag_documents(tags),
    }
    if ami.created_at is not None:
        document["CreationDate"] = iso_millis(ami.created_at)
    if ami.origin == SHIPPED:
        document["ImageOwnerAlias"] = SHIPPED_OWNER_ALIAS
    if ami.source_id is not None:
        document["SourceImageId"] = ami.source_id
    if ami.source_instance_id is not None:
        document["SourceInstanceId"] = ami.source_instance_id
    return document | {"Built": built, "DefaultUser": ami.user, "Ports": list(ami.ports), "Init": ami.init}


def broken_image(ami: BrokenAmi) -> Document:
    """Return what can be said of a definition that has mistakes."""
    reason = {"Code": "InvalidDefinition", "Message": "; ".join(str(problem) for problem in ami.problems)}
    return {"ImageId": None, "Name": ami.name, "State": "invalid", "StateReason": reason, "ImageLocation": ami.file}


def owners_of(ami: Ami) -> set[str]:
    """Return what `--owners` may say of *ami*."""
    return {owner_id(ami), SHIPPED_OWNER_ALIAS if ami.origin == SHIPPED else "self"}


def fields(ami: Ami) -> Fields:
    """Return what `--filters` find *ami* by."""
    return {
        "architecture": [architecture()],
        "block-device-mapping.delete-on-termination": ["true"],
        "block-device-mapping.device-name": [ROOT_DEVICE],
        "block-device-mapping.encrypted": ["false"],
        "creation-date": [iso_millis(ami.created_at)] if ami.created_at else [],
        "description": [ami.description],
        "ena-support": ["true"],
        "hypervisor": ["xen"],
        "image-id": [ami.id],
        "image-type": ["machine"],
        "is-public": [str(ami.origin == SHIPPED).lower()],
        "name": [ami.name],
        "owner-alias": [SHIPPED_OWNER_ALIAS] if ami.origin == SHIPPED else [],
        "owner-id": [owner_id(ami)],
        "root-device-name": [ROOT_DEVICE],
        "root-device-type": ["ebs"],
        "source-image-id": [ami.source_id] if ami.source_id else [],
        "source-instance-id": [ami.source_instance_id] if ami.source_instance_id else [],
        "state": ["available"],
        "virtualization-type": ["hvm"],
    }
