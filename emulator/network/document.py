"""Zones, VPCs and subnets in the shape of AWS's answers."""

from collections.abc import Iterable, Mapping
from typing import Any

from emulator.ids import content_id
from emulator.network.finding import SubnetState, VpcState
from emulator.network.zones import Zone
from emulator.resources.tags import tag_documents
from emulator.settings import ACCOUNT_ID

Document = dict[str, Any]


def availability_zones(zones: Iterable[Zone]) -> Document:
    """Return the answer of DescribeAvailabilityZones."""
    return {
        "AvailabilityZones": [
            {
                "OptInStatus": "opt-in-not-required",
                "Messages": [],
                "RegionName": zone.region,
                "ZoneName": zone.name,
                "ZoneId": zone.id,
                "GroupName": zone.region,
                "NetworkBorderGroup": zone.region,
                "ZoneType": "availability-zone",
                "State": "available",
            }
            for zone in zones
        ]
    }


def vpcs(found: Iterable[VpcState]) -> Document:
    """Return the answer of DescribeVpcs."""
    return {"Vpcs": [_vpc(one) for one in found]}


def subnets(found: Iterable[SubnetState], region: str) -> Document:
    """Return the answer of DescribeSubnets."""
    return {"Subnets": [_subnet(one, region) for one in found]}


def _vpc(state: VpcState) -> Document:
    vpc = state.vpc
    return {
        "OwnerId": ACCOUNT_ID,
        "InstanceTenancy": "default",
        "CidrBlockAssociationSet": [
            {
                "AssociationId": content_id("vpc-cidr-assoc", vpc.id.encode()),
                "CidrBlock": vpc.cidr,
                "CidrBlockState": {"State": "associated"},
            }
        ],
        "IsDefault": True,
        **_tags(state.tags),
        "VpcId": vpc.id,
        "State": "available",
        "CidrBlock": vpc.cidr,
        "DhcpOptionsId": content_id("dopt", vpc.id.encode()),
    }


def _subnet(state: SubnetState, region: str) -> Document:
    subnet = state.subnet
    return {
        "AvailabilityZoneId": subnet.zone_id,
        "MapCustomerOwnedIpOnLaunch": False,
        "OwnerId": ACCOUNT_ID,
        "AssignIpv6AddressOnCreation": False,
        "Ipv6CidrBlockAssociationSet": [],
        **_tags(state.tags),
        "SubnetArn": f"arn:aws:ec2:{region}:{ACCOUNT_ID}:subnet/{subnet.id}",
        "EnableDns64": False,
        "Ipv6Native": False,
        "PrivateDnsNameOptionsOnLaunch": {
            "HostnameType": "ip-name",
            "EnableResourceNameDnsARecord": False,
            "EnableResourceNameDnsAAAARecord": False,
        },
        "SubnetId": subnet.id,
        "State": "available",
        "VpcId": subnet.vpc_id,
        "CidrBlock": subnet.cidr,
        "AvailableIpAddressCount": state.free_addresses,
        "AvailabilityZone": subnet.zone,
        "DefaultForAz": True,
        "MapPublicIpOnLaunch": True,
    }


def _tags(tags: Mapping[str, str]) -> Document:
    return {"Tags": tag_documents(tags)} if tags else {}
