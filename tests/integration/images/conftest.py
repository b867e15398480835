"""Containers of AMIs, as instances have them, without what is around an instance."""

import dataclasses
from collections.abc import Callable, Iterator

import pytest

from emulator.cloud import Cloud
from emulator.engine import ContainerSpec, ExecResult, Kind
from emulator.engine.systemd import with_systemd
from tests.conftest import wait_for

Boot = Callable[..., "Booted"]


class Booted:
    """A running container of an AMI, with systemd as its first process where the AMI says so."""

    def __init__(self, cloud: Cloud, name: str, **details: object) -> None:
        self._containers = cloud.engine.containers
        ami = cloud.images.find(name)
        spec = ContainerSpec(cloud.images.ensure_built(ami), Kind.INSTANCE)
        spec = dataclasses.replace(spec, **details)  # type: ignore[arg-type]
        self.has_systemd = ami.init == "systemd"
        self.id = self._containers.run(with_systemd(spec, cloud.engine.info()) if self.has_systemd else spec)
        self._wait()

    @property
    def address(self) -> str:
        """Where others reach it."""
        (address,) = (one.ip_address for one in self._containers.list(Kind.INSTANCE) if one.id == self.id)
        assert address is not None
        return address

    def run(self, *command: str, user: str = "") -> ExecResult:
        return self._containers.exec(self.id, command, user=user)

    def says(self, *command: str, user: str = "") -> str:
        result = self.run(*command, user=user)
        assert result.exit_code == 0, result
        return result.output.decode().strip()

    def write(self, path: str, content: str) -> None:
        """Put a file there, as a user would with an editor."""
        self.says("sh", "-c", 'printf %s "$1" > "$2"', "sh", content, path)

    def stop(self) -> None:
        self._containers.stop(self.id, timeout_seconds=30)

    def start(self) -> None:
        self._containers.start(self.id)
        self._wait()

    def remove(self) -> None:
        self._containers.remove(self.id)

    def _wait(self) -> None:
        if self.has_systemd:
            wait_for(lambda: self.run("systemctl", "is-system-running", "--wait").exit_code == 0)


@pytest.fixture
def boot(cloud: Cloud) -> Iterator[Boot]:
    """Boot a machine of a shipped AMI: `boot("web")`; it is gone after the test."""
    yield lambda name, **details: Booted(cloud, name, **details)
