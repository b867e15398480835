"""What an engine keeps of what containers print, and how much of that is read."""

import subprocess

import pytest

from emulator.cloud import Cloud
from emulator.engine import ContainerSpec, Kind
from emulator.units import KIB, MIB

_CONSOLE = 64 * KIB


def printed(cloud: Cloud, script: str) -> str:
    """Return a container in which *script* has run to its end."""
    spec = ContainerSpec(cloud.images.holder_image(), Kind.HOLDER, command=("sh", "-c", script), network="none")
    container = cloud.engine.containers.run(spec)
    assert cloud.engine.containers.wait(container) == 0
    return container


def kept(container: str) -> int:
    """Return how many bytes the engine has of a container's output."""
    return len(subprocess.run(("docker", "logs", container), capture_output=True, check=True).stdout)


def test_of_a_long_output_the_end_is_kept(cloud: Cloud) -> None:
    """A service that complains for weeks must not fill this machine's disk."""
    container = printed(cloud, "seq --format='%0999.0f' 20000")

    assert _CONSOLE < kept(container) < 11 * MIB
    *_, before, last = cloud.engine.containers.logs(container).splitlines()
    assert (int(before), int(last)) == (19_999, 20_000)


def test_a_part_of_what_is_kept_is_read(cloud: Cloud) -> None:
    """The console shows 64 KiB: megabytes before them are no use."""
    container = printed(cloud, "seq --format='%0999.0f' 4000")

    assert kept(container) == 4_000_000
    assert _CONSOLE <= len(cloud.engine.containers.logs(container)) < 1 * MIB


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("yes '' | head --lines 141000", id="empty lines"),
        pytest.param("head --bytes 6000000 /dev/zero | tr '\\0' x", id="one line"),
        pytest.param("seq 250000", id="short lines"),
    ],
)
def test_the_last_64_kib_are_there_whatever_lines_they_are_in(cloud: Cloud, script: str) -> None:
    """Also right after the engine has begun another file, as with the empty ones."""
    container = printed(cloud, script)

    everything = subprocess.run(("sh", "-c", script), capture_output=True, check=True).stdout

    assert cloud.engine.containers.logs(container)[-_CONSOLE:] == everything[-_CONSOLE:]


def test_a_short_output_is_read_whole(cloud: Cloud) -> None:
    assert cloud.engine.containers.logs(printed(cloud, "echo one; echo two")) == b"one\ntwo\n"
