"""The network of a home as a whole, with an engine that does not answer."""

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from emulator.engine import Engine
from emulator.errors import EmulatorError, InvalidRequestError, NotFoundError
from emulator.home import Home
from emulator.metadata import folder as interface_files
from emulator.network import Interfaces, Member, Network
from emulator.resources.filters import Filter
from emulator.settings import Settings
from emulator.state import Database
from tests.unit.network.conftest import tcp

FIRST = "i-00000000000000001"


@pytest.fixture
def members() -> list[Member]:
    return []


@pytest.fixture
def network(settings: Settings, database: Database, members: list[Member], tmp_path: Path) -> Iterator[Network]:
    home = Home(settings.home)
    nowhere = dataclasses.replace(
        settings, engine_url=f"unix://{tmp_path}/no-engine.sock", vpc_cidr="10.5.0.0/16", region="eu-west-1"
    )
    engine = Engine(nowhere, home.id)
    yield Network(engine, database, home, nowhere, Interfaces(interface_files, set), lambda: members)
    engine.close()


def test_without_an_engine_the_vpc_is_what_it_will_be(network: Network) -> None:
    """What the settings say."""
    vpc = network.vpc()

    assert (vpc.cidr, vpc.gateway) == ("10.5.0.0/16", "10.5.0.1")
    assert [one.subnet.zone for one in network.describe_subnets()] == ["eu-west-1a", "eu-west-1b", "eu-west-1c"]


def test_an_instance_is_in_the_first_zone_unless_something_else_is_asked_for(network: Network) -> None:
    first, second, third = network.vpc().subnets

    assert network.subnet() == first
    assert network.subnet(subnet_id=second.id) == second
    assert network.subnet(zone="eu-west-1c") == third
    assert network.subnet(private_ip="10.5.16.9") == second
    assert network.subnet(subnet_id=third.id, zone="eu-west-1c", private_ip="10.5.32.4") == third


def test_what_does_not_go_together_is_refused(network: Network) -> None:
    _, second, _ = network.vpc().subnets

    with pytest.raises(InvalidRequestError, match="is not in the availability zone 'eu-west-1a'"):
        network.subnet(subnet_id=second.id, zone="eu-west-1a")
    with pytest.raises(InvalidRequestError, match="does not fall within"):
        network.subnet(subnet_id=second.id, private_ip="10.5.0.9")
    with pytest.raises(InvalidRequestError, match="does not fall within"):
        network.subnet(private_ip="192.168.0.9")
    with pytest.raises(InvalidRequestError, match="reserved"):
        network.subnet(private_ip="10.5.0.1")
    with pytest.raises(InvalidRequestError, match="Invalid availability zone"):
        network.subnet(zone="us-east-1a")
    with pytest.raises(NotFoundError):
        network.subnet(subnet_id="subnet-0123456789abcdef0")


def test_an_address_that_is_no_address_is_refused(network: Network) -> None:
    with pytest.raises(InvalidRequestError, match="does not fall within"):
        network.subnet(private_ip="ten")


def test_the_addresses_of_stopped_instances_are_not_free(network: Network, members: list[Member]) -> None:
    """They come back with them, so nobody else may have them meanwhile."""
    members.append(Member(FIRST, "10.5.16.4", (network.groups.default_id,)))

    assert [one.free_addresses for one in network.describe_subnets()] == [4091, 4090, 4091]
    assert network.taken() == {"10.5.16.4"}


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("availability-zone", "eu-west-1b", 1),
        ("availability-zone-id", "euw1-az?", 3),
        ("cidr-block", "10.5.32.0/20", 1),
        ("default-for-az", "true", 3),
        ("available-ip-address-count", "4091", 3),
        ("vpc-id", "vpc-*", 3),
        ("tag:stage", "test", 0),
    ],
)
def test_subnets_are_found_by_what_they_are(network: Network, name: str, value: str, expected: int) -> None:
    assert len(network.describe_subnets(filters=[Filter(name, (value,))])) == expected


def test_what_is_not_here_has_awss_codes(network: Network) -> None:
    attempts: dict[str, Callable[[], object]] = {
        "InvalidVpcID.NotFound": lambda: network.describe_vpcs(["vpc-0123456789abcdef0"]),
        "InvalidVpcID.Malformed": lambda: network.describe_vpcs(["default"]),
        "InvalidSubnetID.NotFound": lambda: network.describe_subnets(["subnet-0123456789abcdef0"]),
        "InvalidSubnetID.Malformed": lambda: network.describe_subnets(["a"]),
        "InvalidParameterValue": lambda: network.describe_zones(["eu-west-1d"]),
    }

    for code, attempt in attempts.items():
        with pytest.raises(EmulatorError) as caught:
            attempt()
        assert caught.value.code == code


def test_zones_are_found_by_name_id_and_state(network: Network) -> None:
    assert [one.id for one in network.describe_zones(["eu-west-1b"], ["euw1-az3"])] == ["euw1-az2", "euw1-az3"]
    assert len(network.describe_zones(filters=[Filter("state", ("available",))])) == 3


def test_a_change_of_a_group_is_written_for_its_members_before_it_returns(
    network: Network, members: list[Member], settings: Settings
) -> None:
    """Also without an engine: an interface that starts with it has the new rules at once."""
    folder = settings.home / "instances" / FIRST / "interface"
    folder.mkdir(parents=True)
    members.append(Member(FIRST, "10.5.0.4", (network.groups.default_id,)))
    network.refresh()
    assert "dport 22" not in (folder / "rules.nft").read_text()

    network.groups.authorize("default", tcp(22))

    assert "dport 22" in (folder / "rules.nft").read_text()
    assert "ip saddr 10.5.0.1 accept" in (folder / "rules.nft").read_text()
