"""Zones, VPCs and subnets as they are looked for: by ids, names and filters."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from emulator.network.errors import SubnetNotFoundError, UnknownZoneError
from emulator.network.vpc import Subnet, Vpc, check_subnet_id, check_vpc_id
from emulator.network.zones import Zone, zones
from emulator.resources.filters import Filter, select
from emulator.settings import ACCOUNT_ID

_ZONE_FILTERS = (
    "group-name",
    "opt-in-status",
    "region-name",
    "state",
    "zone-id",
    "zone-name",
    "zone-type",
)
_VPC_FILTERS = ("cidr", "cidr-block-association.cidr-block", "is-default", "owner-id", "state", "vpc-id")
_SUBNET_FILTERS = (
    "availability-zone",
    "availability-zone-id",
    "available-ip-address-count",
    "cidr-block",
    "default-for-az",
    "map-public-ip-on-launch",
    "owner-id",
    "state",
    "subnet-id",
    "vpc-id",
)


@dataclass(frozen=True)
class VpcState:
    """A VPC and what may change about it."""

    vpc: Vpc
    tags: Mapping[str, str]


@dataclass(frozen=True)
class SubnetState:
    """A subnet and what may change about it."""

    subnet: Subnet
    free_addresses: int
    tags: Mapping[str, str]


def find_zones(region: str, names: Sequence[str], ids: Sequence[str], filters: Sequence[Filter]) -> list[Zone]:
    """Return the zones of *region* with these names and ids, or all; UnknownZoneError names one that is none."""
    known = zones(region)
    _require(names, "zone", [zone.name for zone in known])
    _require(ids, "zone-id", [zone.id for zone in known])
    wanted = [zone for zone in known if not (names or ids) or zone.name in names or zone.id in ids]
    return select(wanted, filters, _ZONE_FILTERS, _zone_fields)


def find_vpcs(known: VpcState, ids: Sequence[str], filters: Sequence[Filter]) -> list[VpcState]:
    """Return the only VPC if it is what is looked for; VpcNotFoundError if *ids* are of others."""
    for vpc_id in ids:
        check_vpc_id(vpc_id, known.vpc.id)
    return select([known], filters, _VPC_FILTERS, lambda one: _vpc_fields(one.vpc), lambda one: one.tags)


def find_subnets(known: Sequence[SubnetState], ids: Sequence[str], filters: Sequence[Filter]) -> list[SubnetState]:
    """Return those of *known* with these *ids*, or all; SubnetNotFoundError names the ids of none."""
    for subnet_id in ids:
        check_subnet_id(subnet_id)
    known_ids = [one.subnet.id for one in known]
    if missing := [subnet_id for subnet_id in ids if subnet_id not in known_ids]:
        raise SubnetNotFoundError(missing, known_ids)
    wanted = [one for one in known if not ids or one.subnet.id in ids]
    return select(wanted, filters, _SUBNET_FILTERS, _subnet_fields, lambda one: one.tags)


def _zone_fields(zone: Zone) -> dict[str, Collection[str]]:
    return {
        "group-name": [zone.region],
        "opt-in-status": ["opt-in-not-required"],
        "region-name": [zone.region],
        "state": ["available"],
        "zone-id": [zone.id],
        "zone-name": [zone.name],
        "zone-type": ["availability-zone"],
    }


def _vpc_fields(vpc: Vpc) -> dict[str, Collection[str]]:
    return {
        "cidr": [vpc.cidr],
        "cidr-block-association.cidr-block": [vpc.cidr],
        "is-default": ["true"],
        "owner-id": [ACCOUNT_ID],
        "state": ["available"],
        "vpc-id": [vpc.id],
    }


def _subnet_fields(state: SubnetState) -> dict[str, Collection[str]]:
    subnet = state.subnet
    return {
        "availability-zone": [subnet.zone],
        "availability-zone-id": [subnet.zone_id],
        "available-ip-address-count": [str(state.free_addresses)],
        "cidr-block": [subnet.cidr],
        "default-for-az": ["true"],
        "map-public-ip-on-launch": ["true"],
        "owner-id": [ACCOUNT_ID],
        "state": ["available"],
        "subnet-id": [subnet.id],
        "vpc-id": [subnet.vpc_id],
    }


def _require(wanted: Sequence[str], what: str, known: Sequence[str]) -> None:
    if unknown := [one for one in wanted if one not in known]:
        raise UnknownZoneError(what, unknown, known)
