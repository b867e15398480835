"""Two running instances that the read-only tests share, and the command line as another process sees it."""

import dataclasses
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from emulator.cloud import Cloud
from emulator.engine import ExecResult, Kind
from emulator.errors import ConflictError
from emulator.instances import Instance, Instances, LaunchRequest
from emulator.progress import Silent
from emulator.settings import Settings
from emulator.units import utc_now
from tests.conftest import wait_for

CLOUDLET = (sys.executable, "-c", "from cli.main import main; main()")


@dataclasses.dataclass(frozen=True)
class Machine:
    """An instance, asked from inside."""

    cloud: Cloud
    instance: Instance

    @property
    def id(self) -> str:
        return self.instance.id

    def run(self, *command: str) -> ExecResult:
        return self.cloud.instances.exec(self.id, command)

    def says(self, *command: str) -> str:
        result = self.run(*command)
        assert result.exit_code == 0, result
        return result.output.decode().strip()

    def booted(self) -> "Machine":
        """Wait until systemd says what became of the boot."""
        wait_for(self._is_up)
        return self

    def _is_up(self) -> bool:
        try:
            return self.run("systemctl", "is-system-running", "--wait").exit_code == 0
        except ConflictError:  # it boots anew just now
            return False


def launch(cloud: Cloud, image: str = "base", size: str = "t3.micro", **details: object) -> list[Machine]:
    """Launch instances, which may still boot."""
    request = dataclasses.replace(LaunchRequest(image, size), **details)  # type: ignore[arg-type]
    return [Machine(cloud, instance) for instance in cloud.instances.run(request)]


def environment(cloud: Cloud) -> dict[str, str]:
    """What makes another process use the home of *cloud*."""
    return {**os.environ, "CLOUDLET_HOME": str(cloud.home.root), "CLOUDLET_OUTPUT": "table"}


def cloudlet(cloud: Cloud, *words: str, stdin: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    """Run one command line to its end."""
    command: Sequence[str] = (*CLOUDLET, *words)
    return subprocess.run(command, env=environment(cloud), input=stdin, capture_output=True, timeout=120, check=False)


def boxes(cloud: Cloud) -> list[Kind]:
    """Return what containers instances have."""
    return sorted(container.kind for container in cloud.engine.containers.list(Kind.INSTANCE, Kind.INTERFACE))


def later(cloud: Cloud, lapse: timedelta) -> Instances:
    """Return the same instances as somebody sees them who looks after *lapse*."""
    parts = (cloud.engine, cloud.home, cloud.database, cloud.neighbours)
    return Instances(*parts, Silent(), clock=lambda: utc_now() + lapse)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, images: None) -> Iterator[Cloud]:
    """A home for what many tests look at and none changes."""
    home: Path = tmp_path_factory.mktemp("instances") / "home"
    with Cloud(dataclasses.replace(Settings.from_environment(), home=home)) as cloud:
        try:
            yield cloud
        finally:
            cloud.engine.containers.remove_all()


@pytest.fixture(scope="session")
def web(shared: Cloud) -> Machine:
    """A web server called `web`, of 2 vCPUs and 2 GiB, with a port of this machine."""
    (machine,) = launch(shared, "web", "t3.small", publish=((0, 80),), tags={"Name": "web"})
    return machine.booted()


@pytest.fixture(scope="session")
def nano(shared: Cloud) -> Machine:
    """The smallest machine there is: 1 vCPU and half a GiB."""
    (machine,) = launch(shared, "base", "t2.nano", tags={"Name": "nano"})
    return machine.booted()
