"""A warm function's invocation: by the core, over a connection that is kept, as an SDK keeps it, and by the command."""

import http.client
import time
from collections.abc import Iterator

from benchmarks.bare_runtime_api import bare_runtime_api
from benchmarks.bench import Bench, bench
from benchmarks.figures import Figure, Samples, in_turns, milliseconds, since, timed, within
from benchmarks.fleet import invoker
from benchmarks.held_network import held_network
from emulator.functions import Function

_INVOCATIONS = 1000
_HEAPS = 5
_COMMANDS = 10
_MOST_POOL_MS, _MOST_HTTP_MS, _MOST_TAIL_MS = 1, 3, 15


def measure() -> Iterator[Figure]:
    """Measure a function with a whole processor and one with a small part; a command's time is mostly its own."""
    with bench() as at:
        for memory_mb in (1769, 128):
            function = at.deploy(f"warm-{memory_mb}", memory_mb)
            yield from _through_pool(at, function)
            with at.server():
                yield within(
                    f"warm invoke, {memory_mb} MB, through the server",
                    _through_server(at, function),
                    _MOST_HTTP_MS,
                    tail_goal_ms=_MOST_TAIL_MS,
                )
                if memory_mb == 128:
                    words = ("lambda", "invoke", "--function-name", function.name)
                    command = in_turns({"command": timed(lambda: at.command(*words))}, _COMMANDS)["command"]  # noqa: B023
                    yield _for_information("warm `lambda invoke` as a command", command)


def _through_pool(at: Bench, function: Function) -> Iterator[Figure]:
    """Measure in heaps and in turns with the floor, so that both meet the same noise."""
    ours: list[float] = []
    bare: list[float] = []
    with held_network(at) as holder_id, bare_runtime_api(at, function, holder_id) as floor, invoker(at.cloud) as core:
        core(function)
        for _ in range(_HEAPS):
            ours += core.often(function, _INVOCATIONS // _HEAPS)
            bare += floor.often(_INVOCATIONS // _HEAPS).values
    number, taken, least = (
        f"warm invoke, {function.memory_mb} MB, through the pool",
        Samples(tuple(ours)),
        Samples(tuple(bare)),
    )
    compared = f"{taken.median / least.median:.2f} × a bare socket ({milliseconds(least.median)})"
    yield within(number, taken, _MOST_POOL_MS, compared, tail=True)


def _through_server(at: Bench, function: Function) -> Samples:
    connection = http.client.HTTPConnection("127.0.0.1", at.cloud.settings.port)

    def invoke() -> float:
        started = time.perf_counter()
        connection.request("POST", f"/2015-03-31/functions/{function.name}/invocations", b"{}")
        connection.getresponse().read()
        return since(started)

    taken = in_turns({"http": invoke}, _INVOCATIONS)["http"]
    connection.close()
    return taken


def _for_information(number: str, samples: Samples) -> Figure:
    return Figure(number, milliseconds(samples.median), "", "", None, len(samples))
