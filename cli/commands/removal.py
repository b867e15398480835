"""`cloudlet reset`: everything of one home, in an order that leaves nothing half-removed if it is interrupted."""

import contextlib

from cli.server import find_server, stop_server
from emulator.cloud import Cloud
from emulator.errors import EngineUnavailableError


def remove_home(cloud: Cloud) -> dict[str, object]:
    """End the server, remove this home's containers, then its files; the network goes with its last user."""
    containers = 0
    if server := find_server(cloud.home):
        with cloud.progress.step("stopping the server"):
            stop_server(server, cloud.home)
    with contextlib.suppress(EngineUnavailableError):  # no engine, no containers
        containers = cloud.engine.containers.remove_all()
        cloud.engine.networks.remove_vpc()
    cloud.close()
    cloud.home.remove()
    return {"Home": str(cloud.home.root), "ContainersRemoved": containers}
