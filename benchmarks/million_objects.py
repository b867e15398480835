"""A bucket of a million objects: pages anywhere in it, the scan at a start, and one more file among them."""

import http.client
import random
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.bench import Bench, bench
from benchmarks.figures import Figure, Samples, since, wait_until, within
from benchmarks.idle_server import resident_bytes
from emulator.units import MIB

_OBJECTS = 1_000_000
_FOLDERS = 1000
_BUCKET = "million"
_WHILE_DOWN = f"part-{_FOLDERS - 1:04}/while-down.csv"
_PAGES = 200
_DROPS = 20
_PAGE_MS = 25.0
_SCAN_SECONDS = 60.0
_MOST_MIB = 300.0
_DROP_MS = 50.0


def measure() -> Iterator[Figure]:
    """Make the files first; what is measured is the start that finds all of them known."""
    with bench() as at:
        folder = at.cloud.buckets.create_bucket(_BUCKET).path
        _make_files(folder)
        started = time.perf_counter()
        at.cloud.buckets.scan(_BUCKET)
        adopted = since(started)
        started = time.perf_counter()
        at.cloud.buckets.scan(_BUCKET)
        scanned = since(started)
        # Moved in behind the watcher's back, into the folder that comes last: the scan at the start alone can find it.
        (folder / _WHILE_DOWN).touch()
        with at.server() as pid:
            memory, found = _until_scanned(at, pid)
            pages = _pages(at.cloud.settings.port)
            drops = _drops(at, folder)
    count = f"{_OBJECTS:,} objects"
    yield Figure(f"{count}: first scan, every file read", f"{adopted / 1000:.1f} s", "", "", None, 1)
    yield Figure(
        f"{count}: scan of what is known",
        f"{scanned / 1000:.1f} s",
        f"{found / 1000:.1f} s at a start, beside the server",
        f"≤ {_SCAN_SECONDS:g} s",
        max(scanned, found) <= _SCAN_SECONDS * 1000,
        1,
    )
    yield Figure(
        f"{count}: server at its start, memory (RSS)",
        f"{memory:.0f} MiB at most",
        "",
        f"≤ {_MOST_MIB:g} MiB",
        memory <= _MOST_MIB,
        1,
    )
    yield within(f"{count}: a page of 1000 keys, anywhere", pages, _PAGE_MS, tail=True)
    yield within(f"{count}: a dropped file, until its row is there", drops, _DROP_MS, tail=True)


def _make_files(folder: Path) -> None:
    each = _OBJECTS // _FOLDERS
    for number in range(_FOLDERS):
        inner = folder / f"part-{number:04}"
        inner.mkdir()
        for file in range(each):
            (inner / f"{file:06}.csv").touch()


def _until_scanned(at: Bench, pid: int) -> tuple[float, float]:
    """Return the most memory in MiB until the scan at the start is over, and how long that took."""
    started, most = time.perf_counter(), 0.0

    def is_over() -> bool:
        nonlocal most
        most = max(most, resident_bytes(pid) / MIB)
        return _row(at, _WHILE_DOWN)

    wait_until(is_over, "the scan at the start", seconds=300, pause_seconds=0.05)
    return most, since(started)


def _pages(port: int) -> Samples:
    connection, chance = http.client.HTTPConnection("127.0.0.1", port), random.Random(1)  # noqa: S311
    taken = []
    for _ in range(_PAGES):
        after = f"part-{chance.randrange(_FOLDERS):04}/{chance.randrange(_OBJECTS // _FOLDERS):06}.csv"
        started = time.perf_counter()
        connection.request("GET", f"/{_BUCKET}?list-type=2&start-after={after}")
        connection.getresponse().read()
        taken.append(since(started))
    connection.close()
    return Samples(tuple(taken))


def _drops(at: Bench, folder: Path) -> Samples:
    taken = []
    for number in range(_DROPS):
        name = f"part-0500/dropped-{number}.csv"
        started = time.perf_counter()
        (folder / name).write_bytes(b"a,b")
        wait_until(lambda name=name: _row(at, name), name, pause_seconds=0.0005)  # type: ignore[misc]
        taken.append(since(started))
    return Samples(tuple(taken))


def _row(at: Bench, key: str) -> bool:
    return at.cloud.database.row("SELECT 1 FROM object WHERE bucket = ? AND key = ?", _BUCKET, key) is not None
