"""Private addresses."""

import random
from ipaddress import IPv4Address, IPv4Network

import pytest

from emulator.network.addresses import choose_address
from emulator.network.errors import NoFreeAddressError


def test_addresses_lie_in_the_subnet_and_spare_what_aws_reserves() -> None:
    """The first four and the last belong to AWS; of the first subnet, .1 is this machine."""
    chosen = {choose_address("172.31.16.0/28", set(), random.Random(seed)) for seed in range(500)}

    assert chosen == {f"172.31.16.{last}" for last in range(4, 15)}


def test_the_whole_of_a_large_subnet_is_used() -> None:
    """Not only its first few hundred addresses: two homes share the range and seldom meet."""
    chosen = {IPv4Address(choose_address("172.31.0.0/20", set(), random.Random(seed))) for seed in range(500)}

    assert len(chosen) > 450
    assert len({int(address) >> 8 for address in chosen}) == 16
    assert all(address in IPv4Network("172.31.0.0/20") for address in chosen)


@pytest.mark.parametrize("seed", range(5))
def test_the_last_free_address_is_found(seed: int) -> None:
    """However unlikely it is to be drawn."""
    free = "172.31.5.77"
    taken = {str(address) for address in IPv4Network("172.31.0.0/20")} - {free}

    assert choose_address("172.31.0.0/20", taken, random.Random(seed)) == free


def test_a_full_subnet_has_awss_code() -> None:
    """Not an endless search."""
    with pytest.raises(NoFreeAddressError) as caught:
        choose_address("10.0.0.0/28", {f"10.0.0.{last}" for last in range(16)}, random.Random(1))

    assert caught.value.code == "InsufficientFreeAddressesInSubnet"
