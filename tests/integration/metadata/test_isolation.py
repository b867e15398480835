"""No metadata request ever leaves an instance's network, and none comes in from outside."""

import dataclasses
from collections.abc import Callable, Iterator

import pytest

from emulator.cloud import Cloud
from emulator.engine import ContainerSpec, Kind
from emulator.metadata import wait_applied
from tests.conftest import wait_for
from tests.integration.metadata.conftest import OPEN_PORT, Interface, restart, rules

_ASK = "import socket; socket.create_connection(('169.254.169.254', {port}), timeout=2)"
_ASK_ON_AND_ON = """
import socket
while True:
    try:
        socket.create_connection(("169.254.169.254", 80), timeout=0.05).close()
    except OSError:
        pass
"""
_SNIFF = """
import ipaddress, socket
packets = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
print("listening", flush=True)
while True:
    packet, (_, protocol, *_) = packets.recvfrom(65536)
    if protocol == 0x800 and packet[16:18] == bytes([169, 254]):
        source, target = (ipaddress.ip_address(packet[at:at + 4]) for at in (12, 16))
        print(source, target, flush=True)
"""


def _packets(listing: str) -> int:
    """Return how many packets the counters in a listing of nft have counted."""
    words = listing.split()
    return sum(int(words[index + 1]) for index, word in enumerate(words) if word == "packets")


@pytest.fixture
def link_local(cloud: Cloud, interface_image: str) -> Iterator[Callable[[], list[str]]]:
    """Tells all link-local packets that the engine's machine has seen, on whichever interface, as `source target`."""
    sniffer = cloud.engine.containers.run(
        ContainerSpec(
            image=interface_image,
            kind=Kind.HOLDER,
            command=("python3", "-c", _SNIFF),
            network="host",
            cap_add=("NET_RAW",),
            stop_signal="SIGKILL",
        )
    )

    def seen() -> list[str]:
        return cloud.engine.containers.logs(sniffer).decode().splitlines()[1:]

    wait_for(lambda: cloud.engine.containers.logs(sniffer))
    yield seen
    cloud.engine.containers.remove(sniffer)


def test_the_address_is_the_instances_own(interface: Interface) -> None:
    """The kernel looks no further than the loopback interface."""
    route = interface.inside("ip", "route", "get", "169.254.169.254")

    assert route.startswith("local 169.254.169.254 dev lo ")


def test_the_address_is_there_again_after_a_restart(interface: Interface) -> None:
    """A new network has no addresses but what it is given."""
    restart(interface)
    wait_applied(interface.folder, "first", 30)

    assert interface.inside("ip", "route", "get", "169.254.169.254").startswith("local 169.254.169.254 dev lo ")


@pytest.mark.parametrize("script", [None, "# broken\nnonsense\n", rules("1")])
def test_without_the_address_a_request_is_refused_on_the_spot(
    start_interface: Callable[..., Interface], join: Callable[..., Interface], script: str | None
) -> None:
    """Whatever the rules are, there is a second lock: on AWS itself, the host's own metadata service would answer."""
    interface = join(start_interface(script=script))
    wait_for(lambda: interface.run("curl", "-sf", "http://169.254.169.254/")[0] == 0)

    interface.inside("ip", "address", "del", "169.254.169.254/32", "dev", "lo")
    code, said = interface.run("python3", "-c", _ASK.format(port=80))

    assert code != 0
    assert "No route to host" in said
    assert _packets(interface.inside("nft", "list", "chain", "inet", "cloudlet_metadata", "output")) > 0


def test_replaced_rules_leave_the_lock_alone(interface: Interface) -> None:
    """They own a table of their own."""
    listing = ("nft", "--stateless", "list", "table", "inet", "cloudlet_metadata")
    before = interface.inside(*listing)

    for generation in ("2", "3", "4"):
        interface.apply(generation, OPEN_PORT)

    assert interface.inside(*listing) == before
    assert "dport 8080" in interface.inside("nft", "list", "table", "inet", "cloudlet")


def test_names_of_others_are_found_after_rules_were_replaced(
    interface: Interface, start_interface: Callable[..., Interface]
) -> None:
    """The engine's name service lives in tables of the same network; rules must not touch them."""
    other = start_interface(script=rules("1"))

    interface.apply("2")

    assert interface.says("getent", "hosts", other.id[:12]).split()[0] == other.address


def test_a_neighbour_is_not_told_anything(interface: Interface, spec: ContainerSpec) -> None:
    """One that sends its metadata requests to another instance, which has that address, too."""
    interface.apply("open", 80, 61254)
    containers = interface.cloud.engine.containers
    script = f"ip route add 169.254.169.254/32 via {interface.address} && exec sleep infinity"
    neighbour = containers.run(dataclasses.replace(spec, command=("sh", "-c", script)))
    arrived = ("nft", "list", "chain", "inet", "cloudlet_metadata", "input")
    wait_for(lambda: b" via " in containers.exec(neighbour, ["ip", "route", "get", "169.254.169.254"]).output)

    for port in (80, 61254):
        assert containers.exec(neighbour, ["python3", "-c", _ASK.format(port=port)]).exit_code != 0

    assert _packets(interface.inside(*arrived)) > 0


def test_nothing_leaves_while_the_interface_starts_and_ends(
    start_interface: Callable[..., Interface],
    join: Callable[..., Interface],
    link_local: Callable[[], list[str]],
) -> None:
    """A machine that asks from its first moment on, and goes on when its interface has ended under it."""
    interface = start_interface(script=rules("1"))
    join(interface, "python3", "-c", _ASK_ON_AND_ON)
    addresses = {interface.address}  # the engine may give it another at each start
    for _ in range(3):
        wait_applied(interface.folder, "1", 30)
        restart(interface)
        join(interface, "python3", "-c", _ASK_ON_AND_ON)
        addresses.add(interface.address)
    wait_applied(interface.folder, "1", 30)

    # A packet to another link-local address is seen: so would those have been that were asked for.
    interface.run("python3", "-c", "import socket; socket.create_connection(('169.254.7.7', 80), timeout=1)")
    wait_for(lambda: f"{interface.address} 169.254.7.7" in link_local())

    assert {f"{address} 169.254.169.254" for address in addresses}.isdisjoint(link_local())


def test_an_interface_that_can_close_nothing_does_not_stay(
    spec: ContainerSpec, start_interface: Callable[..., Interface]
) -> None:
    """Nobody may join it and be left with an open network."""
    powerless = start_interface(script=rules("1"), cap_add=())

    containers = powerless.cloud.engine.containers
    assert containers.wait(powerless.id) == 1
    assert b"NET_ADMIN" in containers.logs(powerless.id)
