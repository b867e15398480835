"""How soon a worker answers that is paused: over a connection that is kept, as an SDK keeps it."""

import http.client
import time
from collections.abc import Iterator

from benchmarks.bench import Bench, bench
from benchmarks.figures import Figure, Samples, since, wait_until, within
from emulator.engine import Kind

_ROUNDS = 30
_AT_ONCE = 0.01
_MOST_MS = 30


def measure() -> Iterator[Figure]:
    """Measure through a server that pauses workers as soon as they are idle."""
    with bench(worker_pause_seconds=_AT_ONCE) as at:
        function = at.deploy("paused", 128)
        with at.server():
            connection = http.client.HTTPConnection("127.0.0.1", at.cloud.settings.port)
            taken = []
            for _ in range(_ROUNDS + 1):
                started = time.perf_counter()
                connection.request("POST", f"/2015-03-31/functions/{function.name}/invocations", b"{}")
                connection.getresponse().read()
                taken.append(since(started))
                wait_until(lambda: _is_paused(at), "the worker to be paused")
            connection.close()
    yield within("paused worker answers, through the server", Samples(tuple(taken[1:])), _MOST_MS, tail=True)


def _is_paused(at: Bench) -> bool:
    return [worker.state for worker in at.cloud.engine.containers.list(Kind.WORKER)] == ["paused"]
