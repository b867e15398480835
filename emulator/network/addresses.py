"""Private addresses of instances.

Nobody keeps a list: the engine refuses an address that is taken, and another is tried.
"""

import random
from collections.abc import Collection
from ipaddress import IPv4Address, IPv4Network

from emulator.network.errors import NoFreeAddressError

_RESERVED = 4  # AWS keeps the first four addresses of a subnet, and the last
_DRAWS = 20


def assignable(cidr: str) -> tuple[IPv4Address, IPv4Address]:
    """Return the first and the last address of the subnet *cidr* that an instance may have.

    >>> assignable("172.31.16.0/20")
    (IPv4Address('172.31.16.4'), IPv4Address('172.31.31.254'))
    """
    subnet = IPv4Network(cidr)
    return subnet[_RESERVED], subnet[-2]


def choose_address(cidr: str, taken: Collection[str], chance: random.Random) -> str:
    """
    Return an address of the subnet *cidr* that is not among *taken*; NoFreeAddressError if there is none.

    It is drawn at random, so that two shells seldom draw the same.
    """
    first, last = (int(address) for address in assignable(cidr))
    for _ in range(_DRAWS):
        address = str(IPv4Address(chance.randint(first, last)))
        if address not in taken:
            return address
    free = [address for number in range(first, last + 1) if (address := str(IPv4Address(number))) not in taken]
    if not free:
        raise NoFreeAddressError(cidr)
    return chance.choice(free)
