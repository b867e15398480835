"""A function's first invocation, next to a Python in the same container that prints one byte."""

import asyncio
import dataclasses
import http.client
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks.bench import Bench, bench
from benchmarks.figures import Figure, in_turns, since, times, wait_until
from emulator.engine import ContainerSpec, Kind
from emulator.functions import Function
from emulator.functions.records import Invocation
from emulator.functions.workers.fleet import Fleet
from emulator.functions.workers.pool import Supply
from emulator.functions.workers.sandbox import worker_spec
from emulator.metering import InvocationMeter
from emulator.units import utc_now

_ROUNDS = 20
_AT_ONCE = 0.02  # idle workers go after this many seconds, so that each invocation is a cold one


def measure() -> Iterator[Figure]:
    """Measure two memory sizes: through the core in this process, and through a server."""
    with bench(worker_idle_seconds=_AT_ONCE) as at:
        for memory_mb in (1769, 128):
            yield from _of_size(at, memory_mb)


def _of_size(at: Bench, memory_mb: int) -> Iterator[Figure]:
    function = at.deploy(f"cold-{memory_mb}", memory_mb)
    first_byte = _FirstByte(at, function)
    with at.server(), _holder(at) as holder_id, _fleet(at) as through_core:
        taken = in_turns(
            {
                "joined": lambda: first_byte(f"container:{holder_id}"),
                "core": lambda: through_core(function),
                "bridge": lambda: first_byte(None),
                "server": lambda: _through_server(at, function),
            },
            _ROUNDS,
        )
    for subject in ("core", "server"):
        number = f"cold invoke, {memory_mb} MB, through the {subject}"
        yield times(number, taken[subject], taken["joined"], "first byte on a held network", 1.5)
        yield times(number, taken[subject], taken["bridge"], "first byte on the default bridge", 1.5)


class _FirstByte:
    """The floor: create and start a worker's container, with Python in place of the runtime client, and read."""

    def __init__(self, at: Bench, function: Function) -> None:
        self._containers = at.cloud.engine.containers
        self._pipe = at.folder / f"pipe-{function.name}"
        os.mkfifo(self._pipe)
        self._pipe.chmod(0o666)
        image, code = at.cloud.functions.runtime_image(function), at.cloud.functions.mounted_code(function)
        spec = worker_spec(function, image=image, code=code, holder_id="", pipe=self._pipe, environment={})
        python = spec.command[0] if spec.command else "python3"
        self._spec = dataclasses.replace(spec, kind=Kind.BUILD, command=(python, "-c", "print(1)"))

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


@contextmanager
def _holder(at: Bench) -> Iterator[str]:
    containers = at.cloud.engine.containers
    container_id = containers.run(
        ContainerSpec(
            image=at.cloud.images.holder_image(),
            kind=Kind.BUILD,
            command=("sleep", "infinity"),
            network=at.cloud.engine.networks.ensure_vpc(),
        )
    )
    try:
        yield container_id
    finally:
        containers.remove(container_id)


@contextmanager
def _fleet(at: Bench) -> Iterator[Callable[[Function], float]]:
    """Yield what invokes a function through a fleet in this process and returns what that took."""
    cloud = at.cloud
    supply = Supply(cloud.functions.runtime_image, cloud.functions.mounted_code)
    meter = InvocationMeter(cloud.database)
    fleet = Fleet(cloud.engine, cloud.home, cloud.settings, supply, cloud.images.holder_image(), meter, clock=utc_now)

    async def invoke(function: Function) -> float:
        started = time.perf_counter()
        await fleet.invoke(function, Invocation(b"{}"))
        taken = since(started)
        await asyncio.to_thread(_until_no_worker, at)  # in a thread: the loop has to run for the worker to go
        return taken

    with asyncio.Runner() as runner:
        runner.run(fleet.start(cloud.engine.networks.gateway(), "http://127.0.0.1:1"))
        try:
            yield lambda function: runner.run(invoke(function))
        finally:
            runner.run(fleet.close())


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
