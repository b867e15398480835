"""A function's first invocation, next to a Python in the same container that imports the runtime client and prints."""

import dataclasses
import http.client
import os
import time
from collections.abc import Iterator

from benchmarks.bench import Bench, bench
from benchmarks.figures import Figure, in_turns, since, times, wait_until
from benchmarks.fleet import Invoker, invoker
from benchmarks.held_network import held_network
from emulator.engine import Kind
from emulator.functions import Function
from emulator.functions.workers.sandbox import worker_spec

_ROUNDS = 20
_PROGRAM = "import awslambdaric.bootstrap; print(1)"
_BECOMES = ("/bin/sh", "-c", 'exec >/var/log/worker 2>&1; exec "$@"', "worker")  # no more than the floor needs
_AT_ONCE = 0.02  # idle workers go after this many seconds, so that each invocation is a cold one


def measure() -> Iterator[Figure]:
    """Measure two memory sizes: through the core in this process, and through a server."""
    with bench(worker_idle_seconds=_AT_ONCE) as at:
        for memory_mb in (1769, 128):
            yield from _of_size(at, memory_mb)


def _of_size(at: Bench, memory_mb: int) -> Iterator[Figure]:
    function = at.deploy(f"cold-{memory_mb}", memory_mb)
    first_byte = _FirstByte(at, function)
    with at.server(), held_network(at) as holder_id, invoker(at.cloud) as core:
        taken = in_turns(
            {
                "joined": lambda: first_byte(f"container:{holder_id}"),
                "core": lambda: _through_core(at, core, function),
                "bridge": lambda: first_byte(None),
                "server": lambda: _through_server(at, function),
            },
            _ROUNDS,
        )
    for subject in ("core", "server"):
        number = f"cold invoke, {memory_mb} MB, through the {subject}"
        yield times(number, taken[subject], taken["joined"], "first byte on a held network", 1.25)
        yield times(number, taken[subject], taken["bridge"], "first byte on the default bridge", None)


class _FirstByte:
    """The floor: create and start a worker's container, have Python import the runtime client and print, and read."""

    def __init__(self, at: Bench, function: Function) -> None:
        self._containers = at.cloud.engine.containers
        self._pipe = at.folder / f"pipe-{function.name}"
        os.mkfifo(self._pipe)
        self._pipe.chmod(0o666)
        image, code = at.cloud.functions.runtime_image(function), at.cloud.functions.mounted_code(function)
        spec = worker_spec(function, image=image, code=code, holder_id="", pipe=self._pipe, environment={})
        python = spec.command[0] if spec.command else "python3"
        self._spec = dataclasses.replace(spec, kind=Kind.BUILD, entrypoint=_BECOMES, command=(python, "-c", _PROGRAM))

    def __call__(self, network: str | None) -> float:
        descriptor = os.open(self._pipe, os.O_RDWR)
        try:
            started = time.perf_counter()
            container_id = self._containers.run(dataclasses.replace(self._spec, network=network))
            os.read(descriptor, 1)
            taken = since(started)
        finally:
            os.close(descriptor)
        self._containers.remove(container_id)
        return taken


def _through_core(at: Bench, core: Invoker, function: Function) -> float:
    taken = core(function)
    core.wait(lambda: not at.cloud.engine.containers.list(Kind.WORKER))
    return taken


def _through_server(at: Bench, function: Function) -> float:
    connection = http.client.HTTPConnection("127.0.0.1", at.cloud.settings.port)
    started = time.perf_counter()
    connection.request("POST", f"/2015-03-31/functions/{function.name}/invocations", b"{}")
    connection.getresponse().read()
    taken = since(started)
    connection.close()
    _until_no_worker(at)
    return taken


def _until_no_worker(at: Bench) -> None:
    containers = at.cloud.engine.containers
    wait_until(lambda: not containers.list(Kind.WORKER), "workers to go", pause_seconds=0.02)
