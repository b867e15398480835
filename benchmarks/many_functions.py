"""Fifty functions, each invoked once: what is left of their workers, networks and ports when they have been idle."""

import http.client
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.bench import Bench, bench
from benchmarks.figures import Figure, milliseconds, since, wait_until
from emulator.engine import Kind

_FUNCTIONS = 50
_AT_ONCE = 8
_IDLE_SECONDS = 2.0
_LONGEST_SECONDS = 180


def measure() -> Iterator[Figure]:
    """Measure a server; its sockets are counted before the first invocation and after the last worker."""
    with bench(worker_idle_seconds=_IDLE_SECONDS) as at:
        names = [at.deploy(f"one-of-many-{number}", 128).name for number in range(_FUNCTIONS)]
        with at.server() as pid:
            wait_until(lambda: _containers(at) == (0, 1), "the spare holder")
            before = _sockets(pid)
            started = time.perf_counter()
            with ThreadPoolExecutor(_AT_ONCE) as callers:
                answered = sum(callers.map(lambda name: _invoke(at, name), names))
            taken = since(started)
            wait_until(lambda: _containers(at) == (0, 1), "workers and holders to go", seconds=_LONGEST_SECONDS)
            wait_until(lambda: _sockets(pid) <= before, "sockets to be closed", seconds=_LONGEST_SECONDS)
            workers, holders = _containers(at)
            sockets = _sockets(pid) - before
    yield Figure(
        f"{_FUNCTIONS} functions, each invoked once, {_AT_ONCE} at a time",
        milliseconds(taken),
        f"{answered} answered; left when idle: {workers} workers, {holders - 1} holders, {max(0, sockets)} sockets",
        "nothing left",
        answered == _FUNCTIONS and (workers, holders) == (0, 1) and sockets <= 0,
        1,
    )


def _invoke(at: Bench, name: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", at.cloud.settings.port)
    connection.request("POST", f"/2015-03-31/functions/{name}/invocations", b"{}")
    answer = connection.getresponse()
    said = answer.read()
    connection.close()
    return answer.status == 200 and said == b'{"ok": true}'


def _containers(at: Bench) -> tuple[int, int]:
    """Return how many workers and holders there are; one holder is always spare."""
    found = [one.kind for one in at.cloud.engine.containers.list(Kind.WORKER, Kind.HOLDER)]
    return found.count(Kind.WORKER), found.count(Kind.HOLDER)


def _sockets(pid: int) -> int:
    """Return how many TCP sockets a process has open: what it keeps to the engine is none of a worker's."""
    process = Path(f"/proc/{pid}")
    tcp = {
        f"socket:[{line.split()[9]}]"
        for name in ("tcp", "tcp6")
        for line in (process / "net" / name).read_text().splitlines()[1:]
    }
    links = []
    for descriptor in (process / "fd").iterdir():
        try:
            links.append(str(descriptor.readlink()))
        except FileNotFoundError:  # closed since
            continue
    return len(tcp.intersection(links))
