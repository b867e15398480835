"""What an instance is told about its own size."""

import dataclasses
from pathlib import Path

import pytest

from emulator.engine import EngineInfo
from emulator.instances.instance_types import find_type
from emulator.instances.size import Size, binds, processors, write_size
from emulator.units import GIB, MIB

ENGINE = EngineInfo(
    name="docker",
    version="20.10",
    api_version="1.41",
    url="unix:///var/run/docker.sock",
    source="/var/run/docker.sock",
    cgroup_version=1,
    cgroup_driver="cgroupfs",
    cpus=8,
    memory_bytes=16 * GIB,
    memory_limit=True,
    cpu_quota=True,
    apparmor=False,
)


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("t3.micro", Size(2, 1 * GIB)),
        ("c5.4xlarge", Size(8, 16 * GIB)),
        ("r5.large", Size(2, 16 * GIB)),
        ("m5.24xlarge", Size(8, 16 * GIB)),
    ],
)
def test_an_instance_gets_its_types_size_and_no_more_than_there_is(name: str, size: Size) -> None:
    """What it is told and what it has are the same."""
    assert Size.of(find_type(name), ENGINE) == size


def test_an_instance_runs_on_as_many_processors_as_its_type_has() -> None:
    """Small ones are spread over all."""
    chosen = [processors(Size(2, GIB), ENGINE).split(",") for _ in range(200)]

    assert all(len(set(one)) == 2 for one in chosen)
    assert {int(number) for one in chosen for number in one} == set(range(8))
    assert processors(Size(2, GIB), dataclasses.replace(ENGINE, cpus=2)) == "0,1"


def test_the_files_say_what_the_instance_has(tmp_path: Path) -> None:
    """In the kernel's own form, which `free` and Python read."""
    write_size(tmp_path, Size(2, 512 * MIB))

    memory = dict(line.split(":") for line in (tmp_path / "meminfo").read_text().splitlines())
    assert memory["MemTotal"].split() == ["524288", "kB"]
    assert int(memory["MemAvailable"].split()[0]) < 524288
    assert (tmp_path / "cpus").read_text() == "0-1\n"


def test_one_processor_is_number_zero(tmp_path: Path) -> None:
    """A range of one has no dash."""
    write_size(tmp_path, Size(1, GIB))

    assert (tmp_path / "cpus").read_text() == "0\n"
    entries = (tmp_path / "cpuinfo").read_text().count("processor\t")
    assert entries == 1


def test_every_file_that_is_bound_is_written(tmp_path: Path) -> None:
    """An engine refuses to mount what is not there."""
    write_size(tmp_path, Size(1, GIB))

    assert all(bind.source.is_file() and bind.read_only for bind in binds(tmp_path))
