"""The engine's statistics against what containers are known to do."""

from collections.abc import Callable

import pytest

from emulator.cloud import Cloud
from emulator.engine import ContainerSpec, Kind
from emulator.engine.stats import ContainerStats
from emulator.units import MIB
from tests.conftest import wait_for

_BUSY = "while :; do :; done"
_HOLDING_40_MIB = "(head --bytes=40M /dev/zero; sleep infinity) | tail --bytes=40M"

Start = Callable[..., str]


@pytest.fixture
def start(cloud: Cloud) -> Start:
    """Runs a shell command in a container of 64 MiB, and returns its id."""
    image = cloud.images.ensure_built(cloud.images.find("base"))

    def run(command: str, cpus: float | None = None) -> str:
        return cloud.engine.containers.run(
            ContainerSpec(image, Kind.WORKER, ("sh", "-c", command), memory_bytes=64 * MIB, cpus=cpus, network="none")
        )

    return run


def _stats(cloud: Cloud, container_id: str) -> ContainerStats | None:
    return cloud.engine.stats.read([container_id]).get(container_id)


def test_a_busy_container_is_near_its_limit(cloud: Cloud, start: Start) -> None:
    """A tenth of a processor, which even a machine under load has to spare, and not a tenth of the machine."""
    container_id = start(_BUSY, cpus=0.1)

    def near_its_limit() -> bool:
        stats = _stats(cloud, container_id)
        return stats is not None and 0.6 <= stats.cpus / stats.cpu_limit <= 1.6

    wait_for(near_its_limit)

    stats = _stats(cloud, container_id)
    assert stats is not None
    assert stats.cpu_limit == 0.1


def test_an_idle_container_uses_next_to_nothing(cloud: Cloud, start: Start) -> None:
    """Neither processor nor memory."""
    container_id = start("sleep infinity", cpus=0.5)

    def idle() -> bool:
        stats = _stats(cloud, container_id)
        return stats is not None and stats.cpus < 0.05 and stats.memory_bytes < 10 * MIB

    wait_for(idle)


def test_the_memory_that_is_held_is_seen(cloud: Cloud, start: Start) -> None:
    """`tail` keeps what it may have to print: 40 MiB of 64."""
    container_id = start(_HOLDING_40_MIB)

    def holding() -> bool:
        stats = _stats(cloud, container_id)
        return stats is not None and 38 * MIB <= stats.memory_bytes <= 60 * MIB

    wait_for(holding)

    stats = _stats(cloud, container_id)
    assert stats is not None
    assert stats.memory_limit_bytes == 64 * MIB


def test_what_does_not_run_is_left_out(cloud: Cloud, start: Start) -> None:
    """One was removed, one ended, one was never there; the others are told of all the same."""
    removed, ended, running = (start("sleep infinity") for _ in range(3))
    cloud.engine.containers.remove(removed)
    cloud.engine.containers.kill(ended)
    cloud.engine.containers.wait(ended)

    found = cloud.engine.stats.read([removed, ended, running, "0" * 64])

    assert set(found) == {running}


def test_what_the_engine_does_not_say_in_time_is_told_apart(cloud: Cloud, start: Start) -> None:
    """It looks twice, a second apart; that nothing is known yet is no reason to think that nothing runs."""
    running = start("sleep infinity")

    at_once = cloud.engine.stats.read([running], longest_seconds=0)
    wait_for(lambda: _stats(cloud, running))

    assert at_once == {running: None}


def test_nothing_is_read_of_nothing(cloud: Cloud) -> None:
    """No container, no wait."""
    assert cloud.engine.stats.read([]) == {}
