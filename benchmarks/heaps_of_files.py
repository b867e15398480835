"""20 000 files at once, by each of the ways in which programs write them; and how soon one file has its row."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.bench import Bench, bench
from benchmarks.figures import Figure, Samples, since, wait_until, within
from emulator.buckets import Rule

_FILES = 20_000
_BUCKET = "heaps"
_SINGLE = 200
_ROW_MS = 3.0
_SECONDS = 600.0


def measure() -> Iterator[Figure]:
    """Count the events of each heap, which a rule writes into the queue of a function that never runs."""
    with bench() as at:
        function = at.deploy("counted", 128, "nothing")
        folder = at.cloud.buckets.create_bucket(_BUCKET).path
        at.cloud.functions.concurrency.reserve(function.name, 0)
        at.cloud.buckets.rules.add(Rule.plain(_BUCKET, function.arn(at.cloud.settings.region)))
        source = _heap(at.folder / "heap")
        archive = at.folder / "heap.tar"
        subprocess.run(["tar", "-C", str(source), "-cf", str(archive), "."], check=True)
        ways = {
            "cp -r": ["cp", "-r", f"{source}/.", str(_inner(folder, "cp"))],
            "rsync -a": ["rsync", "-a", f"{source}/", str(_inner(folder, "rsync"))],
            "tar x": ["tar", "-C", str(_inner(folder, "tar")), "-xf", str(archive)],
            "mv": ["mv", str(source), str(folder / "mv")],
        }
        with at.server():
            for name, command in ways.items():
                yield _run(at, name, command)
            yield within("drop to the row of its event", _singles(at, folder), _ROW_MS, tail=True)


def _heap(folder: Path) -> Path:
    for number in range(_FILES):
        inner = folder / f"{number // 1000:02}"
        inner.mkdir(parents=True, exist_ok=True)
        (inner / f"{number:05}.csv").write_text("a,b\n1,2\n")
    return folder


def _inner(folder: Path, name: str) -> Path:
    inner = folder / name
    inner.mkdir()
    return inner


def _run(at: Bench, name: str, command: list[str]) -> Figure:
    prefix = command[0]
    started = time.perf_counter()
    subprocess.run(command, check=True)
    written = since(started)
    wait_until(lambda: _rows(at, prefix) >= _FILES, f"{_FILES} files by {name}", seconds=_SECONDS, pause_seconds=0.05)
    taken = since(started)
    time.sleep(2)  # a second event for a file would come now
    events = _events(at, prefix)
    lost, doubled = _FILES - len(events), sum(count > 1 for count in events.values())
    return Figure(
        f"{_FILES} files by `{name}`",
        f"{taken / 1000:.1f} s",
        f"written in {written / 1000:.1f} s; {lost} lost, {doubled} twice",
        "0 lost, 0 twice",
        not lost and not doubled,
        1,
    )


def _singles(at: Bench, folder: Path) -> Samples:
    taken = []
    for number in range(_SINGLE):
        key = f"single-{number}.csv"
        started = time.perf_counter()
        (folder / key).write_text("a,b\n")
        wait_until(lambda key=key: _rows(at, key), key, pause_seconds=0.0002)  # type: ignore[misc]
        taken.append(since(started))
    return Samples(tuple(taken))


def _rows(at: Bench, prefix: str) -> int:
    row = at.cloud.database.row(
        "SELECT count(*) AS found FROM object WHERE bucket = ? AND key >= ? AND key < ?", _BUCKET, prefix, f"{prefix}~"
    )
    return int(row["found"]) if row else 0


def _events(at: Bench, prefix: str) -> dict[str, int]:
    """Return how many events each key of a heap has in the queue."""
    counts: dict[str, int] = {}
    for row in at.cloud.database.rows("SELECT source FROM invocation WHERE source LIKE ?", f"s3://{_BUCKET}/{prefix}%"):
        counts[row["source"]] = counts.get(row["source"], 0) + 1
    return counts
