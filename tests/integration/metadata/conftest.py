"""Interface containers on the engine, and machines that join their networks."""

import dataclasses
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from emulator.cloud import Cloud
from emulator.engine import ContainerSpec, Kind
from emulator.engine.records import Bind
from emulator.images import Images
from emulator.metadata import (
    INTERFACE_AMI,
    INTERFACE_COMMAND,
    INTERFACE_DEFINITIONS,
    InstanceFacts,
    forget_applied,
    metadata_document,
    wait_applied,
    write_metadata,
    write_rules,
)
from emulator.settings import Settings
from tests.conftest import once, wait_for
from tests.unit.metadata.facts import FACTS

OPEN_PORT = 8080
_RULES = """\
# {generation}
table inet cloudlet
delete table inet cloudlet
table inet cloudlet {{
	chain input {{
		type filter hook input priority filter; policy drop;
		iifname "lo" accept
		ct state established,related accept
		{accepted}
	}}
}}
"""


def rules(generation: str, *open_ports: int) -> str:
    """Return rules that let in what goes to *open_ports*, and everything out."""
    accepted = "\n\t\t".join(f"tcp dport {port} accept" for port in open_ports)
    return _RULES.format(generation=generation, accepted=accepted)


@dataclasses.dataclass
class Interface:
    """An interface container with a machine on its network."""

    cloud: Cloud
    folder: Path
    id: str
    machine: str = ""

    @property
    def address(self) -> str:
        return self.inside("hostname", "--ip-address").split()[0]

    def inside(self, *command: str) -> str:
        """Run *command* in the interface container and return what it printed."""
        result = self.cloud.engine.containers.exec(self.id, command)
        assert result.exit_code == 0, result
        return result.output.decode()

    def run(self, *command: str) -> tuple[int, str]:
        """Run *command* in the machine and return its exit code and what it printed."""
        result = self.cloud.engine.containers.exec(self.machine, command)
        return result.exit_code, (result.output + result.errors).decode()

    def says(self, *command: str) -> str:
        code, output = self.run(*command)
        assert code == 0, output
        return output

    def get(self, path: str) -> str:
        return self.says("curl", "--silent", "--show-error", "--fail", f"http://169.254.169.254{path}")

    def serve(self, port: int, text: str) -> None:
        """Have the machine answer *text* on *port* of all its addresses."""
        self.says("sh", "-c", f"python3 -c '{_SERVER}' {port} '{text}' > /dev/null 2>&1 &")
        wait_for(lambda: self.can_connect("127.0.0.1", port))

    def can_connect(self, address: str, port: int) -> bool:
        """Tell whether the machine gets through to a port of another."""
        return self.run("python3", "-c", _CONNECT, address, str(port))[0] == 0

    def apply(self, generation: str, *open_ports: int) -> None:
        """Replace the rules and wait until they are in force."""
        write_rules(self.folder, rules(generation, *open_ports))
        wait_applied(self.folder, generation, 30)


_SERVER = """
import http.server, sys
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(sys.argv[2].encode())
http.server.ThreadingHTTPServer(("", int(sys.argv[1])), Answer).serve_forever()
"""
_CONNECT = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=1.5)"


@pytest.fixture(scope="session")
def interface_image(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The image of interface containers, built by one process."""
    with once(tmp_path_factory, "interface-image") as (folder, _):
        settings = dataclasses.replace(Settings.from_environment(), home=folder / "home")
        with Cloud(settings) as cloud:
            own = Images(cloud.engine, cloud.home, settings, cloud.progress, folders=[INTERFACE_DEFINITIONS])
            return own.ensure_built(own.find(INTERFACE_AMI))


@pytest.fixture
def spec(cloud: Cloud, interface_image: str) -> ContainerSpec:
    """What every interface container has in common."""
    cloud.engine.networks.ensure_vpc()
    return ContainerSpec(
        image=interface_image,
        kind=Kind.INTERFACE,
        command=INTERFACE_COMMAND,
        network="cloudlet-vpc",
        cap_add=("NET_ADMIN",),
        stop_signal="SIGKILL",
    )


@pytest.fixture
def start_interface(cloud: Cloud, spec: ContainerSpec, tmp_path: Path) -> Callable[..., Interface]:
    """Starts an interface container whose folder holds what it is given."""
    numbers = itertools.count()

    def start(facts: InstanceFacts | None = FACTS, script: str | None = None, **changes: Any) -> Interface:
        folder = tmp_path / f"interface-{next(numbers)}"
        folder.mkdir()
        if facts is not None:
            write_metadata(folder, metadata_document(facts))
        if script is not None:
            write_rules(folder, script)
        own = dataclasses.replace(spec, mounts=(Bind(folder, "/run/cloudlet"),), **changes)
        return Interface(cloud, folder, cloud.engine.containers.run(own))

    return start


@pytest.fixture
def join(cloud: Cloud) -> Callable[..., Interface]:
    """Starts a machine on an interface's network."""

    def join_it(interface: Interface, *command: str) -> Interface:
        machine = ContainerSpec(
            image=cloud.images.find("base").tag,
            kind=Kind.INSTANCE,
            command=command or ("sleep", "infinity"),
            network=f"container:{interface.id}",
            stop_signal="SIGKILL",
        )
        interface.machine = cloud.engine.containers.run(machine)
        return interface

    return join_it


@pytest.fixture
def interface(start_interface: Callable[..., Interface], join: Callable[..., Interface]) -> Iterator[Interface]:
    """One that lets in what goes to OPEN_PORT, with a machine."""
    started = start_interface(script=rules("first", OPEN_PORT))
    wait_applied(started.folder, "first", 30)
    yield join(started)


def restart(interface: Interface) -> None:
    """End the interface container and start it again: its network is a new one."""
    forget_applied(interface.folder)
    interface.cloud.engine.containers.stop(interface.id)
    interface.cloud.engine.containers.start(interface.id)
