"""Private addresses in the default VPC.

Nobody keeps a list: the engine refuses an address that is taken, and another is tried.
"""

import ipaddress
import random

from emulator.instances.errors import NoFreeAddressError

_SUBNET_PREFIX = 20
_RESERVED = 4  # AWS keeps the first four addresses of a subnet, and the last


def choose_address(cidr: str, taken: set[str], chance: random.Random) -> str:
    """Return a free address of the VPC's first subnet, drawn at random so that two shells seldom draw the same."""
    vpc = ipaddress.IPv4Network(cidr)
    subnet = next(vpc.subnets(new_prefix=max(_SUBNET_PREFIX, vpc.prefixlen)))
    last = subnet.num_addresses - 2
    for _ in range(1000):
        address = str(subnet[chance.randint(_RESERVED, last)])
        if address not in taken:
            return address
    raise NoFreeAddressError(str(subnet))
