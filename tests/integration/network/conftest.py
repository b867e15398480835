"""Instances as far as the network sees them: interfaces with addresses and groups, and no machine on them."""

import dataclasses
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from emulator.cloud import Cloud
from emulator.engine import Bind, ContainerSpec, Kind
from emulator.home import Home
from emulator.ids import new_id
from emulator.images import Images
from emulator.metadata import (
    INTERFACE_AMI,
    INTERFACE_COMMAND,
    INTERFACE_DEFINITIONS,
    wait_applied,
)
from emulator.metadata import folder as interface_files
from emulator.network import Interfaces, Member, Network
from emulator.network.addresses import choose_address
from emulator.network.security_groups import SecurityGroups
from emulator.settings import Settings
from tests.conftest import once, wait_for
from tests.integration.network import peer

_LABEL = "cloudlet.instance"
_LONG_SECONDS, _SHORT_SECONDS = 30, 1
_chance = random.Random()


@dataclass(frozen=True)
class Peer:
    """A container that echoes on some ports, and tries others'."""

    cloud: Cloud
    id: str
    instance_id: str
    address: str

    def reaches(self, other: "Peer | str", port: int = 80, protocol: str = "tcp") -> bool:
        """Tell whether an answer comes; it may take long on a busy machine."""
        return self._try(protocol, other, port, _LONG_SECONDS)

    def is_cut_from(self, other: "Peer | str", port: int = 80, protocol: str = "tcp") -> bool:
        """Tell whether no answer comes where one would have come at once."""
        return not self._try(protocol, other, port, _SHORT_SECONDS)

    def run(self, *command: str) -> str:
        result = self.cloud.engine.containers.exec(self.id, command)
        assert result.exit_code == 0, result
        return result.output.decode()

    def begin(self, *words: str) -> None:
        """Have the peer's program do something beside what comes next."""
        self.run("sh", "-c", f"python3 /peer.py {' '.join(words)} > /dev/null 2>&1 &")

    def serves(self) -> bool:
        """Tell whether its own servers answer; until they are up, they refuse."""
        try:
            return self.reaches("127.0.0.1")
        except AssertionError:
            return False

    def _try(self, protocol: str, other: "Peer | str", port: int, seconds: float) -> bool:
        address = other.address if isinstance(other, Peer) else other
        command = ("python3", "/peer.py", protocol, address, str(port), str(seconds))
        result = self.cloud.engine.containers.exec(self.id, command)
        assert result.exit_code in (0, peer.NOTHING_HEARD), result
        return result.exit_code == 0


@dataclass
class Lan:
    """A home's network, and those who are in it."""

    cloud: Cloud
    image: str
    members: list[Member] = field(default_factory=list)

    def __post_init__(self) -> None:
        interfaces = Interfaces(interface_files, self._running)
        cloud = self.cloud
        self.network = Network(
            cloud.engine, cloud.database, cloud.home, cloud.settings, interfaces, lambda: list(self.members)
        )

    @property
    def groups(self) -> SecurityGroups:
        return self.network.groups

    def group(self, name: str) -> str:
        """Make a group that lets nothing in, and return its name."""
        return self.groups.create(name, "x").name

    def add(self, *groups: str) -> Peer:
        """Launch what is to be in *groups*, by name; it serves when this returns."""
        instance_id = new_id("i")
        address = choose_address(self.network.subnet().cidr, self.network.taken(), _chance)
        folder = self.folder(instance_id)
        folder.mkdir(parents=True)
        self.members.append(Member(instance_id, address, tuple(self.groups.resolve(groups))))
        self.network.refresh()
        spec = ContainerSpec(
            image=self.image,
            kind=Kind.INTERFACE,
            command=INTERFACE_COMMAND,
            labels={_LABEL: instance_id},
            network=self.cloud.engine.networks.ensure_vpc(),
            ip_address=address,
            aliases=(instance_id,),
            mounts=(Bind(folder, "/run/cloudlet"), Bind(Path(peer.__file__), "/peer.py", read_only=True)),
            cap_add=("NET_ADMIN",),
            stop_signal="SIGKILL",
        )
        found = Peer(self.cloud, self.cloud.engine.containers.run(spec), instance_id, address)
        wait_applied(folder, interface_files.read_written(folder), _LONG_SECONDS)
        self.network.settle()
        found.begin("serve")
        wait_for(found.serves)
        return found

    def folder(self, instance_id: str) -> Path:
        """Return the interface folder of an instance."""
        return self.cloud.home.interface(instance_id)

    def _running(self) -> set[str]:
        found = self.cloud.engine.containers.list(Kind.INTERFACE)
        return {one.labels[_LABEL] for one in found if one.state == "running"}


@pytest.fixture(scope="session")
def interface_image(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The image of interfaces, built by one process."""
    with once(tmp_path_factory, "interface-image") as (folder, _):
        settings = dataclasses.replace(Settings.from_environment(), home=folder / "home")
        with Cloud(settings) as cloud:
            own = Images(cloud.engine, Home(settings.home), settings, cloud.progress, folders=[INTERFACE_DEFINITIONS])
            return own.ensure_built(own.find(INTERFACE_AMI))


@pytest.fixture
def lan(cloud: Cloud, interface_image: str) -> Lan:
    """The network of the test's home."""
    return Lan(cloud, interface_image)


@pytest.fixture
def stranger(lan: Lan, tmp_path: Path) -> Iterator[Peer]:
    """Somebody in the same VPC, but of another home."""
    with Cloud(dataclasses.replace(lan.cloud.settings, home=tmp_path / "other")) as cloud:
        try:
            yield Lan(cloud, lan.image).add()
        finally:
            cloud.engine.containers.remove_all()
