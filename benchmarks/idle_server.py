"""What a server costs that has nothing to do: memory a few seconds after its start, processor time over ten more."""

import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.bench import bench
from benchmarks.figures import Figure
from emulator.units import MIB

_SETTLED_SECONDS = 4.0
_WATCHED_SECONDS = 10.0
_MOST_MIB = 50.0
_MOST_CPU_SECONDS = 0.02


def measure() -> Iterator[Figure]:
    """Measure one server, by what Linux says of its process."""
    with bench() as at, at.server() as pid:
        time.sleep(_SETTLED_SECONDS)
        resident = resident_bytes(pid) / MIB
        before = _cpu_seconds(pid)
        time.sleep(_WATCHED_SECONDS)
        used = _cpu_seconds(pid) - before
    yield Figure(
        "idle server: memory (RSS)", f"{resident:.1f} MiB", "", f"< {_MOST_MIB:g} MiB", resident < _MOST_MIB, 1
    )
    yield Figure(
        f"idle server: processor time in {_WATCHED_SECONDS:g} s",
        f"{used * 1000:.1f} ms",
        f"{used / _WATCHED_SECONDS:.3%} of one processor",
        f"< {_MOST_CPU_SECONDS * 1000:g} ms",
        used < _MOST_CPU_SECONDS,
        1,
    )


def resident_bytes(pid: int) -> int:
    """Return how much memory a process holds."""
    (line,) = (line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024


def _cpu_seconds(pid: int) -> float:
    """Return what all threads have used, from the scheduler: `stat` counts in hundredths, too coarse here."""
    return sum(int(file.read_text().split()[0]) for file in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9
