"""How the VPC's addresses are divided."""

from ipaddress import IPv4Address, IPv4Network

import pytest

from emulator.engine.vpc_range import VpcRange
from emulator.errors import InvalidRequestError


def test_the_default_range_is_divided_as_on_aws() -> None:
    """A /20 a zone; this machine has the first address."""
    default = VpcRange.of("172.31.0.0/16")

    assert default.subnets == ("172.31.0.0/20", "172.31.16.0/20", "172.31.32.0/20")
    assert default.gateway == "172.31.0.1"


@pytest.mark.parametrize("cidr", ["172.31.0.0/16", "10.1.0.0/18", "10.1.2.0/24", "10.1.2.64/26"])
def test_the_engine_never_gives_away_an_address_of_a_zone(cidr: str) -> None:
    """A function's holder that got a stopped instance's address would keep it from starting."""
    divided = VpcRange.of(cidr)

    parts = [IPv4Network(part) for part in (*divided.subnets, divided.automatic)]
    assert all(part.subnet_of(IPv4Network(cidr)) for part in parts)
    assert not any(one.overlaps(other) for one in parts for other in parts if one is not other)
    assert IPv4Address(divided.gateway) in parts[0]


@pytest.mark.parametrize("cidr", ["172.31.0.0/8", "172.31.0.0/27", "172.31.0.1/16", "default"])
def test_a_range_of_no_use_is_refused_with_the_setting_to_change(cidr: str) -> None:
    """Before the engine is asked to make a network of it."""
    with pytest.raises(InvalidRequestError) as caught:
        VpcRange.of(cidr)

    assert caught.value.code == "InvalidVpc.Range"
    assert "CLOUDLET_VPC_CIDR" in (caught.value.hint or "")


def test_a_network_that_was_made_with_another_gateway_keeps_it() -> None:
    """Whatever the engine says is so."""
    assert VpcRange.of("172.31.0.0/16", "172.31.255.254").gateway == "172.31.255.254"
