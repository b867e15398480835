"""200 files that are dropped at once on a server that has no worker yet; the handler takes 10 ms."""

from collections.abc import Iterator

from benchmarks.bench import bench
from benchmarks.drops import Drops, Run
from benchmarks.figures import Figure, Samples, milliseconds

_FILES = 200
_ROUNDS = 3
_WORKERS = 8
_MOST_MS = 3000


def measure() -> Iterator[Figure]:
    """Measure with a server of its own for each heap, so that each begins cold."""
    runs: list[Run] = []
    for _ in range(_ROUNDS):
        with bench(max_workers=_WORKERS) as at:
            drops = Drops(at, "burst", "nap", 128)
            with at.server():
                runs.append(drops.run(_FILES, "burst", seconds=60))
    taken = Samples(tuple(run.taken_ms for run in runs))
    workers = max(len(run.handled.workers) for run in runs)
    lost, twice = sum(run.lost for run in runs), sum(run.handled.twice for run in runs)
    yield Figure(
        f"{_FILES} files dropped at once, all handled, cold",
        f"{milliseconds(taken.median)}, at most {milliseconds(max(taken.values))}",
        f"{workers} workers at most, {lost} lost, {twice} twice",
        f"≤ {milliseconds(_MOST_MS)}, ≤ {_WORKERS} workers",
        taken.median <= _MOST_MS and workers <= _WORKERS and not lost and not twice,
        _ROUNDS,
    )
