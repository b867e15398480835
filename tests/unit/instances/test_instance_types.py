"""The sizes that AWS sells."""

import pytest

from emulator.instances.instance_types import InstanceTypeNotFoundError, all_types, find_type
from emulator.instances.type_document import instance_types
from emulator.units import MIB


@pytest.mark.parametrize("family", ["t2", "t3", "t4g", "m5", "m6i", "m7i", "c5", "c6i", "c7i", "r5", "r6i", "r7i"])
def test_every_common_family_is_there(family: str) -> None:
    """A Makefile that names an ordinary type must not fail here."""
    assert [name for name in all_types() if name.startswith(f"{family}.")]


@pytest.mark.parametrize(
    ("name", "vcpus", "memory_mib", "architecture"),
    [
        ("t2.nano", 1, 512, "x86_64"),
        ("t2.micro", 1, 1024, "x86_64"),
        ("t3.micro", 2, 1024, "x86_64"),
        ("t3.2xlarge", 8, 32768, "x86_64"),
        ("t4g.small", 2, 2048, "arm64"),
        ("m5.24xlarge", 96, 393216, "x86_64"),
        ("m7i.48xlarge", 192, 786432, "x86_64"),
        ("c5.9xlarge", 36, 73728, "x86_64"),
        ("c6i.32xlarge", 128, 262144, "x86_64"),
        ("r5.large", 2, 16384, "x86_64"),
        ("i3.large", 2, 15616, "x86_64"),
    ],
)
def test_the_figures_are_those_of_aws(name: str, vcpus: int, memory_mib: int, architecture: str) -> None:
    """They become limits: a wrong one is a machine of a wrong size."""
    found = find_type(name)

    assert (found.vcpus, found.memory_mib, found.architecture) == (vcpus, memory_mib, architecture)
    assert found.memory_bytes == memory_mib * MIB


def test_no_type_is_listed_without_a_size() -> None:
    """Nothing is launched without a limit."""
    assert all(one.vcpus >= 1 and one.memory_mib >= 512 for one in all_types().values())


def test_a_misspelt_type_brings_the_nearest_ones() -> None:
    """AWS's words, and what was probably meant."""
    with pytest.raises(InstanceTypeNotFoundError) as caught:
        find_type("t3.mikro")

    assert caught.value.message == "Invalid value 't3.mikro' for InstanceType."
    assert "t3.micro" in (caught.value.hint or "")


def test_only_the_t_families_burst() -> None:
    """`trn1` would begin with a t too: the family counts, and none such is listed."""
    assert {name.partition(".")[0] for name, one in all_types().items() if one.is_burstable} == {
        "t2",
        "t3",
        "t3a",
        "t4g",
    }


def test_a_type_has_its_size_where_aws_has_it() -> None:
    """`--query 'InstanceTypes[].MemoryInfo.SizeInMiB'` works on both."""
    (document,) = instance_types([find_type("m5.large")], price=lambda _: None)["InstanceTypes"]

    assert document["VCpuInfo"] == {"DefaultVCpus": 2, "DefaultCores": 1, "DefaultThreadsPerCore": 2}
    assert document["MemoryInfo"]["SizeInMiB"] == 8192
    assert document["ProcessorInfo"]["SupportedArchitectures"] == ["x86_64"]
    assert document["OnDemandPrice"] is None


def test_every_core_has_the_same_number_of_threads() -> None:
    """One or two: what `lscpu` shows of a type adds up to its vCPUs."""
    assert all(one.cores * one.threads_per_core == one.vcpus for one in all_types().values())
    assert {one.threads_per_core for one in all_types().values()} == {1, 2}
    assert all(one.threads_per_core == 1 for one in all_types().values() if one.architecture == "arm64")
