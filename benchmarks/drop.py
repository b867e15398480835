"""From a file that lands in a bucket's folder to the first line of the handler, warm. Both read the same clock."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.bench import Bench, bench
from benchmarks.figures import Figure, Samples, wait_until, within
from emulator.buckets import Rule

_DROPS = 200
_PAUSE_SECONDS = 0.02  # until the invocation before is settled: what is measured is a quiet server
_BUCKET = "dropped"


def measure() -> Iterator[Figure]:
    """Measure files that are moved in, as from a browser, and files that are written in place, as by `cp`."""
    with bench() as at:
        function = at.deploy("on-drop", 128)
        bucket = at.cloud.buckets.create_bucket(_BUCKET)
        at.cloud.buckets.rules.add(Rule.plain(_BUCKET, function.arn(at.cloud.settings.region)))
        with at.server():
            for way, drop in (("moved in", _move), ("written", _write)):
                taken = _drops(at, bucket.path, way.replace(" ", "-"), drop)
                yield within(f"drop ({way}) to handler running", taken, 15, tail=True)


def _drops(at: Bench, folder: Path, prefix: str, drop: Callable[[Path, Path], int]) -> Samples:
    """Drop one file after the other; the first ones, which start the worker, do not count."""
    reader = at.cloud.functions.logs("on-drop")
    began: dict[str, int] = {}

    def has_begun(key: str) -> bool:
        for line in reader.new_lines():
            _, _, said = line.partition(" began ")
            if said:
                name, nanoseconds = said.split()
                began[name] = int(nanoseconds)
        return key in began

    taken = []
    for number in range(_DROPS + 3):
        key = f"{prefix}-{number}.csv"
        dropped = drop(folder / key, at.folder / "outside.csv")
        wait_until(lambda key=key: has_begun(key), key)  # type: ignore[misc]
        if number >= 3:
            taken.append((began[key] - dropped) / 1e6)
        time.sleep(_PAUSE_SECONDS)
    return Samples(tuple(taken))


def _move(target: Path, outside: Path) -> int:
    """Put a finished file in place; return the nanosecond just before."""
    outside.write_text("a,b\n1,2\n")
    moment = time.time_ns()
    outside.rename(target)
    return moment


def _write(target: Path, _: Path) -> int:
    """Write a file where it is to be; return the nanosecond just before it is closed."""
    with target.open("w") as file:
        file.write("a,b\n1,2\n")
        file.flush()
        return time.time_ns()
