"""The VPC on a real engine, which several homes share: here under another name, so that nobody else is in it."""

import dataclasses
import ipaddress
import secrets
import threading
from collections.abc import Callable, Iterator

import pytest

from emulator.cloud import Cloud
from emulator.engine import ContainerSpec, Kind
from emulator.engine.connection import Connection
from emulator.engine.find import find_engine
from emulator.engine.networks import Networks
from emulator.engine.vpc_range import VpcRange
from emulator.settings import Settings

Join = Callable[..., str]


@pytest.fixture
def networks(settings: Settings) -> Iterator[Networks]:
    """A VPC of a range that no other test draws."""
    connection = Connection(find_engine(settings))
    third, fourth = secrets.randbelow(256), secrets.randbelow(4) * 64
    networks = Networks(connection, f"10.213.{third}.{fourth}/26", f"cloudlet-test-{secrets.token_hex(4)}")
    try:
        yield networks
    finally:
        networks.remove_vpc()
        connection.close()


@pytest.fixture
def join(cloud: Cloud, networks: Networks) -> Iterator[Join]:
    """Start a container in the network, at an address or at any."""
    spec = ContainerSpec(cloud.images.holder_image(), Kind.INTERFACE, ("sleep", "600"), stop_signal="SIGKILL")

    def join(address: str | None = None) -> str:
        network = networks.ensure_vpc()
        before = networks.addresses()
        cloud.engine.containers.run(dataclasses.replace(spec, network=network, ip_address=address))
        (joined,) = networks.addresses() - before
        return joined

    yield join
    cloud.engine.containers.remove_all()


def test_the_engine_gives_addresses_of_its_own_part_only(networks: Networks, join: Join) -> None:
    """It must never give away the one of a stopped instance, which is in a zone's part."""
    own = ipaddress.IPv4Network(networks.vpc_range().automatic)

    assert all(ipaddress.IPv4Address(join()) in own for _ in range(2))


def test_an_address_of_any_zone_can_be_asked_for(networks: Networks, join: Join) -> None:
    wanted = [str(ipaddress.IPv4Network(subnet)[4]) for subnet in networks.vpc_range().subnets]

    assert [join(address) for address in wanted] == wanted


def test_this_machine_has_the_first_address(networks: Networks, cloud: Cloud) -> None:
    """AWS's router has it; the engine would else put it into its own part."""
    networks.ensure_vpc()

    assert networks.gateway() == str(ipaddress.IPv4Network(networks.vpc_range().cidr)[1])


def test_what_is_asked_of_a_vpc_that_is_gone_is_answered_as_if_it_were_made_anew(networks: Networks) -> None:
    """Another home's reset takes it away as soon as nobody is in it."""
    networks.ensure_vpc()
    before = networks.vpc_range()

    assert networks.remove_vpc()

    assert networks.vpc_range() == before == VpcRange.of(before.cidr)
    assert networks.addresses() == set()


def test_a_vpc_is_made_while_others_remove_it(networks: Networks) -> None:
    """Whoever asks gets its name, at whatever moment another home's reset comes."""
    end = threading.Event()

    def reset_again_and_again() -> None:
        while not end.wait(0.01):
            networks.remove_vpc()

    other = threading.Thread(target=reset_again_and_again)
    other.start()
    try:
        names = {networks.ensure_vpc() for _ in range(10)}
    finally:
        end.set()
        other.join()

    assert len(names) == 1
