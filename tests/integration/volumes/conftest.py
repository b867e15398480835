"""Volumes on a live engine, in machines that have them as real ones do: one folder, mounted at /volumes."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from emulator.cloud import Cloud
from emulator.engine import Bind, ContainerSpec, Kind
from emulator.progress import Silent
from emulator.settings import Settings
from emulator.volumes import Volumes
from emulator.volumes.mover import Here, InContainer, Mover
from tests.unit.volumes.conftest import ZONES, Machines

# This process's own root, where it is root; the other way works for everybody.
WAYS = ("container", *(("here",) if os.geteuid() == 0 else ()))


@pytest.fixture
def cloud(settings: Settings) -> Iterator[Cloud]:
    """A cloud on a live engine, for which no AMI needs to be built."""
    with Cloud(settings) as cloud:
        cloud.home.create()
        try:
            yield cloud
        finally:
            cloud.engine.containers.remove_all()
            cloud.remove_volumes()


@dataclass(frozen=True)
class Machine:
    """A running container that has an instance's volumes."""

    cloud: Cloud
    instance_id: str
    container_id: str

    def says(self, script: str) -> str:
        result = self.cloud.engine.containers.exec(self.container_id, ["sh", "-c", script])
        assert result.exit_code == 0, result
        return result.output.decode().strip()

    def remove(self) -> None:
        self.cloud.engine.containers.remove(self.container_id)


Boot = Callable[[], Machine]


@pytest.fixture
def machines(cloud: Cloud) -> Machines:
    return Machines(cloud.home)


@pytest.fixture
def boot(cloud: Cloud, machines: Machines) -> Boot:
    """Start another machine."""

    def boot() -> Machine:
        instance_id = machines.launch()
        spec = ContainerSpec(
            cloud.images.holder_image(),
            Kind.INSTANCE,
            command=("sleep", "600"),
            network="none",
            stop_signal="SIGKILL",
            mounts=(Bind(machines.inside(instance_id), "/volumes"),),
        )
        return Machine(cloud, instance_id, cloud.engine.containers.run(spec))

    return boot


def mover(cloud: Cloud, way: str) -> Mover:
    """Return what moves data: as root of this machine, or as root of a container."""
    if way == "here":
        return Mover(Here())
    return Mover(InContainer(cloud.home, lambda: cloud.engine, cloud.images.holder_image))


@pytest.fixture(params=WAYS)
def volumes(cloud: Cloud, machines: Machines, request: pytest.FixtureRequest) -> Volumes:
    """Volumes whose data is moved in either way: nobody could tell which."""
    return Volumes(cloud.home, cloud.database, mover(cloud, request.param), ZONES, machines.find, Silent())
