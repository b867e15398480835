"""Private addresses."""

import ipaddress
import random

import pytest

from emulator.instances.addresses import choose_address
from emulator.instances.errors import NoFreeAddressError


def test_addresses_lie_in_the_first_subnet_and_spare_what_aws_reserves() -> None:
    """The first four and the last belong to AWS; .1 is this machine."""
    subnet = ipaddress.ip_network("172.31.0.0/20")
    chosen = {choose_address("172.31.0.0/16", set(), random.Random(seed)) for seed in range(2000)}

    assert all(ipaddress.ip_address(address) in subnet for address in chosen)
    assert not chosen & {f"172.31.0.{last}" for last in range(4)}
    assert "172.31.15.255" not in chosen


def test_a_taken_address_is_not_chosen() -> None:
    """The last free one of a small range is found."""
    free = "10.0.0.9"
    taken = {f"10.0.0.{last}" for last in range(16)} - {free}

    assert choose_address("10.0.0.0/28", taken, random.Random(1)) == free


def test_a_full_subnet_has_awss_code() -> None:
    """Not an endless search."""
    with pytest.raises(NoFreeAddressError) as caught:
        choose_address("10.0.0.0/28", {f"10.0.0.{last}" for last in range(16)}, random.Random(1))

    assert caught.value.code == "InsufficientFreeAddressesInSubnet"
