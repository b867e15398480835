"""`cloudlet reset`: everything of one home, in an order that leaves nothing half-removed if it is interrupted."""

from cli.server import has_server, stop_server
from emulator.cloud import Cloud


def remove_home(cloud: Cloud) -> dict[str, object]:
    """End the server, remove this home's containers and images, its files; the network goes with its last user."""
    has_engine = cloud.engine.url is not None  # no trace of one, no containers
    if has_engine:
        cloud.engine.info()  # one that does not answer now may have our containers: nothing is removed without it
    if has_server(cloud.home):
        with cloud.progress.step("stopping the server"):
            stop_server(cloud.home)
    containers = cloud.engine.containers.remove_all() if has_engine else 0
    images = cloud.images.captures.drop_all() if has_engine else 0
    if has_engine:
        cloud.engine.networks.remove_vpc()
    cloud.remove_volumes()
    cloud.close()
    cloud.home.remove()
    return {"Home": str(cloud.home.root), "ContainersRemoved": containers, "ImagesRemoved": images}
