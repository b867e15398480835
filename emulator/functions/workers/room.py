"""How many workers this machine can take: no more than a setting says, and none that its memory could not feed.

A worker's memory size is a promise: what it does not use now it may use later. So the free memory is counted without
what all workers together may still take.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from emulator.units import GIB, KIB

_MEMINFO = Path("/proc/meminfo")
_KEPT_PART = 16
_MOST_KEPT = GIB


class Eater(Protocol):
    """A worker, as far as its memory goes."""

    @property
    def memory_bytes(self) -> int: ...

    @property
    def used_bytes(self) -> int: ...


class Room:
    """Tells whether one more worker may be started."""

    def __init__(self, max_workers: int, free_bytes: Callable[[], int | None] | None = None) -> None:
        self._max_workers = max_workers
        self._free_bytes = free_bytes or spare_bytes

    def has_place(self, workers: Iterable[Eater], wanted_bytes: int) -> bool:
        """Tell whether a worker of *wanted_bytes* may be added; where there is none, one always may."""
        present = list(workers)
        if not present:
            return True
        if len(present) >= self._max_workers:
            return False
        free = self._free_bytes()
        if free is None:
            return True
        promised = sum(max(0, worker.memory_bytes - worker.used_bytes) for worker in present)
        return free - promised >= wanted_bytes


def spare_bytes(meminfo: Path = _MEMINFO) -> int | None:
    """
    Return the memory that workers may take: what is available, but for a sixteenth of all, at most 1 GiB, for others.

    None on a system that does not say.
    """
    try:
        lines = meminfo.read_text().splitlines()
    except OSError:
        return None
    sizes = {name: int(rest.split()[0]) * KIB for name, _, rest in (line.partition(":") for line in lines)}
    if "MemAvailable" not in sizes or "MemTotal" not in sizes:
        return None
    return max(0, sizes["MemAvailable"] - min(sizes["MemTotal"] // _KEPT_PART, _MOST_KEPT))
