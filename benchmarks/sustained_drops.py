"""10 000 files for a handler that does nothing: how many are handled in a second, and what the server needs for it."""

from collections.abc import Iterator

from benchmarks.bench import bench
from benchmarks.drops import Drops
from benchmarks.figures import Figure
from benchmarks.idle_server import resident_bytes
from emulator.units import MIB

_FILES = 10_000
_LEAST_EACH_SECOND = 400
_MOST_MIB = 80.0


def measure() -> Iterator[Figure]:
    """Measure a server that has handled a few already, so that its workers are there."""
    with bench() as at:
        drops = Drops(at, "sustained", "nothing", 1769)
        with at.server() as pid:
            drops.run(20, "warm", seconds=60)
            seen: list[int] = []
            run = drops.run(_FILES, "sustained", seconds=180, watch=lambda: seen.append(resident_bytes(pid)))
    rate = len(run.handled.keys) / (run.taken_ms / 1000)
    yield Figure(
        f"{_FILES} files dropped, a handler that does nothing",
        f"{rate:.0f} a second",
        f"{run.lost} lost, {run.handled.twice} twice; dropped in {run.dropped_ms / 1000:.1f} s",
        f"≥ {_LEAST_EACH_SECOND} a second",
        rate >= _LEAST_EACH_SECOND and run.is_whole,
        1,
    )
    most = max(seen) / MIB
    yield Figure(
        f"server while {_FILES} files are handled: memory (RSS)",
        f"{most:.1f} MiB at most",
        f"{seen[0] / MIB:.1f} MiB before",
        f"≤ {_MOST_MIB:g} MiB",
        most <= _MOST_MIB,
        len(seen),
    )
