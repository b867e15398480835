"""What an engine's statistics mean. The engine's own words, cut short."""

from typing import Any

import pytest

from emulator.engine.stats import parse_stats
from emulator.units import MIB

_LIMITS = {"CpuQuota": 50_000, "CpuPeriod": 100_000, "NanoCpus": 0, "CpusetCpus": ""}


def _stats(**changes: Any) -> dict[str, Any]:
    """Return what Docker 20.10 says of a container that used a quarter of a processor in the last second."""
    return {
        "read": "2026-11-23T23:31:05.877788974Z",
        "preread": "2026-11-23T23:31:04.877788974Z",
        "cpu_stats": {"cpu_usage": {"total_usage": 1_250_000_000, "percpu_usage": [1, 2]}, "online_cpus": 2},
        "precpu_stats": {"cpu_usage": {"total_usage": 1_000_000_000}},
        "memory_stats": {"usage": 30 * MIB, "limit": 64 * MIB, "stats": {"total_inactive_file": 10 * MIB}},
    } | changes


def test_use_is_told_beside_the_limit() -> None:
    """Half a processor may be used, and a quarter is."""
    found = parse_stats(_stats(), _LIMITS)

    assert found is not None
    assert found.cpus == pytest.approx(0.25)
    assert found.cpu_limit == 0.5
    assert (found.memory_bytes, found.memory_limit_bytes) == (20 * MIB, 64 * MIB)


@pytest.mark.parametrize(
    ("limits", "cpu_limit"),
    [
        ({}, 2),
        ({"CpuQuota": 0, "CpuPeriod": 0}, 2),
        ({"CpuQuota": 25_000}, 0.25),
        ({"CpuQuota": 7_000, "CpuPeriod": 20_000}, 0.35),
        ({"CpuQuota": 9_600_000, "CpuPeriod": 100_000}, 2),  # an m5.24xlarge on a laptop
        ({"NanoCpus": 1_500_000_000}, 1.5),
        ({"CpusetCpus": "0"}, 1),
        ({"CpusetCpus": "0-2,5", "CpuQuota": 400_000, "CpuPeriod": 100_000}, 2),
    ],
)
def test_the_smallest_limit_counts(limits: dict[str, Any], cpu_limit: float) -> None:
    """None is above what the engine's machine has."""
    found = parse_stats(_stats(), limits)

    assert found is not None
    assert found.cpu_limit == pytest.approx(cpu_limit)


def test_cgroup_v2_names_its_idle_files_otherwise() -> None:
    """Taken for used, they would fill every machine that reads a large file."""
    memory = {"usage": 30 * MIB, "limit": 64 * MIB, "stats": {"inactive_file": 20 * MIB}}

    found = parse_stats(_stats(memory_stats=memory), _LIMITS)

    assert found is not None
    assert found.memory_bytes == 10 * MIB


@pytest.mark.parametrize(
    "changes",
    [
        {"read": "0001-01-01T00:00:00Z", "preread": "0001-01-01T00:00:00Z", "memory_stats": {}},
        {"memory_stats": {}},
        {"preread": "0001-01-01T00:00:00Z"},
        {"preread": "2026-11-23T23:31:05.877788974Z"},
    ],
    ids=["ended", "ending", "seen for the first time", "no time between"],
)
def test_what_does_not_run_has_no_statistics(changes: dict[str, Any]) -> None:
    """An engine answers for it all the same, with zeros."""
    assert parse_stats(_stats(**changes), _LIMITS) is None
