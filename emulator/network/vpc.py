"""The default VPC and its default subnets, one a zone. Which there are follows from the home and the range alone."""

from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from emulator.engine.vpc_range import VpcRange
from emulator.ids import content_id, is_id
from emulator.network.addresses import assignable
from emulator.network.errors import (
    AddressOutsideError,
    MalformedSubnetIdError,
    MalformedVpcIdError,
    ReservedAddressError,
    SubnetNotFoundError,
    VpcNotFoundError,
)
from emulator.network.zones import zones


@dataclass(frozen=True)
class Subnet:
    """A part of the VPC, in one zone."""

    id: str
    vpc_id: str
    cidr: str
    zone: str
    zone_id: str

    def __contains__(self, address: str) -> bool:
        """Tell whether a text is an address, and one of this subnet."""
        try:
            return IPv4Address(address) in IPv4Network(self.cidr)
        except ValueError:
            return False

    def free_addresses(self, taken: Collection[str]) -> int:
        """Return how many instances could get an address when *taken* are in use."""
        first, last = assignable(self.cidr)
        held = sum(first <= IPv4Address(address) <= last for address in set(taken))
        return int(last) - int(first) + 1 - held

    def check(self, address: str) -> None:
        """Refuse an *address* that no instance in this subnet may have."""
        if address not in self:
            raise AddressOutsideError(address, self.cidr)
        first, last = assignable(self.cidr)
        if not first <= IPv4Address(address) <= last:
            raise ReservedAddressError(address)


@dataclass(frozen=True)
class Vpc:
    """A VPC with all that it consists of."""

    id: str
    cidr: str
    gateway: str
    """This machine's own address in it."""
    subnets: tuple[Subnet, ...]

    @classmethod
    def default(cls, home_id: str, region: str, found: VpcRange) -> "Vpc":
        """Return the default VPC of a home: always the same ids for the same home."""
        vpc_id = default_vpc_id(home_id)
        subnets = tuple(
            Subnet(content_id("subnet", f"subnet {zone.id[-1]} {home_id}".encode()), vpc_id, cidr, zone.name, zone.id)
            for zone, cidr in zip(zones(region), found.subnets, strict=True)
        )
        return cls(vpc_id, found.cidr, found.gateway, subnets)

    def subnet(self, subnet_id: str) -> Subnet:
        """Return the subnet with this id; SubnetNotFoundError if there is none."""
        check_subnet_id(subnet_id)
        for subnet in self.subnets:
            if subnet.id == subnet_id:
                return subnet
        raise SubnetNotFoundError([subnet_id], [subnet.id for subnet in self.subnets])

    def subnet_in(self, zone: str) -> Subnet:
        """Return the subnet of a zone of this region."""
        return next(subnet for subnet in self.subnets if subnet.zone == zone)

    def subnet_of(self, address: str) -> Subnet:
        """Return the subnet that *address* is in; the first one, if the address is of another range than today's."""
        return next((subnet for subnet in self.subnets if address in subnet), self.subnets[0])


def default_vpc_id(home_id: str) -> str:
    """Return the id of a home's default VPC."""
    return content_id("vpc", f"vpc {home_id}".encode())


def check_vpc_id(vpc_id: str, own_id: str) -> None:
    """Refuse an id that is not that of the only VPC there is."""
    if not is_id(vpc_id, "vpc"):
        raise MalformedVpcIdError(vpc_id)
    if vpc_id != own_id:
        raise VpcNotFoundError([vpc_id], [own_id])


def check_subnet_id(subnet_id: str) -> None:
    """Refuse what does not have the form of a subnet's id."""
    if not is_id(subnet_id, "subnet"):
        raise MalformedSubnetIdError(subnet_id)
