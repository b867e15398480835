"""The metadata document: all that 169.254.169.254 answers, as the interface container reads it. Pure.

Paths begin after the version. What changes by the hour, the credentials of the role, is made by who answers.
"""

import base64
import hashlib
import json
from collections.abc import Iterator
from datetime import UTC

from emulator.metadata.facts import InstanceFacts

_DOMAIN = "amazonaws.com"
_PARTITION = "aws"


def metadata_document(facts: InstanceFacts) -> dict[str, object]:
    """Return what becomes metadata.json: options, a text for each path, user data in base64, the role's profile."""
    options = facts.options
    return {
        "instance_id": facts.instance_id,
        "options": {
            "http_endpoint": options.http_endpoint,
            "http_tokens": options.http_tokens,
            "http_put_response_hop_limit": options.http_put_response_hop_limit,
        },
        "texts": {
            "dynamic/instance-identity/document": _identity(facts),
            **{f"meta-data/{path}": text for path, text in _metadata(facts)},
        },
        "user_data": None if facts.user_data is None else base64.b64encode(facts.user_data).decode(),
        "instance_profile": _profile(facts),
    }


def _metadata(facts: InstanceFacts) -> Iterator[tuple[str, str]]:
    yield "ami-id", facts.image_id
    yield "ami-launch-index", str(facts.launch_index)
    yield "ami-manifest-path", "(unknown)"
    yield "block-device-mapping/ami", facts.root_device_name
    yield "block-device-mapping/root", facts.root_device_name
    yield "hostname", facts.private_dns_name
    yield "instance-action", "none"
    yield "instance-id", facts.instance_id
    yield "instance-life-cycle", "on-demand"
    yield "instance-type", facts.instance_type
    yield "local-hostname", facts.private_dns_name
    yield "local-ipv4", facts.private_ip
    yield "mac", facts.mac
    for path, text in _interface(facts):
        yield f"network/interfaces/macs/{facts.mac}/{path}", text
    yield "placement/availability-zone", facts.availability_zone
    yield "placement/availability-zone-id", facts.availability_zone_id
    yield "placement/region", facts.region
    yield "profile", "default-hvm"
    yield from _public_names(facts, "public-ipv4")
    if facts.key is not None:
        yield "public-keys/", f"0={facts.key.name}"  # a list of numbers and names, where others list what is in them
        yield "public-keys/0/openssh-key", facts.key.public_key.strip()
    yield "reservation-id", facts.reservation_id
    yield "security-groups", "\n".join(group.name for group in facts.security_groups)
    yield "services/domain", _DOMAIN
    yield "services/partition", _PARTITION
    if facts.options.shows_tags:
        for key, value in facts.tags.items():
            yield f"tags/instance/{key}", value


def _interface(facts: InstanceFacts) -> Iterator[tuple[str, str]]:
    yield "device-number", "0"
    yield "interface-id", facts.interface_id
    if facts.public_ip is not None:
        yield f"ipv4-associations/{facts.public_ip}", facts.private_ip
    yield "local-hostname", facts.private_dns_name
    yield "local-ipv4s", facts.private_ip
    yield "mac", facts.mac
    yield "owner-id", facts.account_id
    yield from _public_names(facts, "public-ipv4s")
    yield "security-group-ids", "\n".join(group.id for group in facts.security_groups)
    yield "security-groups", "\n".join(group.name for group in facts.security_groups)
    yield "subnet-id", facts.subnet_id
    yield "subnet-ipv4-cidr-block", facts.subnet_cidr
    yield "vpc-id", facts.vpc_id
    yield "vpc-ipv4-cidr-block", facts.vpc_cidr
    yield "vpc-ipv4-cidr-blocks", facts.vpc_cidr


def _public_names(facts: InstanceFacts, address_path: str) -> Iterator[tuple[str, str]]:
    if facts.public_dns_name is not None:
        yield "public-hostname", facts.public_dns_name
    if facts.public_ip is not None:
        yield address_path, facts.public_ip


def _identity(facts: InstanceFacts) -> str:
    document = {
        "accountId": facts.account_id,
        "architecture": facts.architecture,
        "availabilityZone": facts.availability_zone,
        "billingProducts": None,
        "devpayProductCodes": None,
        "marketplaceProductCodes": None,
        "imageId": facts.image_id,
        "instanceId": facts.instance_id,
        "instanceType": facts.instance_type,
        "kernelId": None,
        "pendingTime": facts.launch_time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "privateIp": facts.private_ip,
        "ramdiskId": None,
        "region": facts.region,
        "version": "2017-09-30",
    }
    return json.dumps(document, indent=2, separators=(",", " : "))  # as AWS sets its spaces


def _profile(facts: InstanceFacts) -> dict[str, str] | None:
    if facts.role is None:
        return None
    arn = f"arn:{_PARTITION}:iam::{facts.account_id}:instance-profile/{facts.role}"
    digest = base64.b32encode(hashlib.sha256(arn.encode()).digest()).decode()
    return {"role": facts.role, "arn": arn, "id": f"AIPA{digest[:17]}"}
