"""A network that a container holds, as that of a function's workers is held."""

from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.bench import Bench
from emulator.engine import ContainerSpec, Kind


@contextmanager
def held_network(at: Bench) -> Iterator[str]:
    """Yield the container whose network the floors' containers join."""
    containers = at.cloud.engine.containers
    container_id = containers.run(
        ContainerSpec(
            image=at.cloud.images.holder_image(),
            kind=Kind.BUILD,
            command=("sleep", "infinity"),
            network=at.cloud.engine.networks.ensure_vpc(),
        )
    )
    try:
        yield container_id
    finally:
        containers.remove(container_id)
