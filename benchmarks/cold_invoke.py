"""A function's first invocation, next to a Python in the same container that prints one byte."""

import asyncio
import dataclasses
import http.client
import os
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.bench import Bench, bench
from benchmarks.figures import Figure, in_turns, since, times, wait_until
from emulator.engine import ContainerSpec, Kind
from emulator.functions import Function
from emulator.functions.fleet import Fleet
from emulator.functions.pool import Supply
from emulator.functions.records import Invocation
from emulator.functions.sandbox import worker_spec
from emulator.units import utc_now

_ROUNDS = 20
_AT_ONCE = 0.02  # idle workers go after this many seconds, so that each invocation is a cold one


def measure() -> Iterator[Figure]:
    """Measure two memory sizes: through the core in this process, and through a server."""
    with bench(worker_idle_seconds=_AT_ONCE) as at:
        for memory_mb in (1769, 128):
            function = at.deploy(f"cold-{memory_mb}", memory_mb)
            with _holder(at) as holder_id, at.server(), _fleet(at) as in_process:
                port = at.cloud.settings.port
                first_byte = _FirstByte(at, function)
                taken = in_turns(
                    {
                        "joined": lambda: first_byte(f"container:{holder_id}"),
                        "core": lambda: _alone(at, lambda: in_process(function)),
                        "bridge": lambda: first_byte(None),
                        "server": lambda: _alone(at, lambda: _invoke(port, function)),
                    },
                    _ROUNDS,
                )
            for subject, what in (("core", "the core"), ("server", "the server")):
                number = f"cold invoke, {memory_mb} MB, through {what}"
                yield times(number, taken[subject], taken["joined"], "first byte on a held network", 1.5)
                yield times(number, taken[subject], taken["bridge"], "first byte on the default bridge", 1.5)


class _FirstByte:
    """The floor: create and start a worker's container, with Python in place of the runtime client, and read."""

    def __init__(self, at: Bench, function: Function) -> None:
        self._containers = at.cloud.engine.containers
        self._pipe = at.folder / f"pipe-{function.name}"
        os.mkfifo(self._pipe)
        self._pipe.chmod(0o666)
        image, code = at.cloud.functions.runtime_image(function), at.cloud.functions.code_folder(function)
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
def _fleet(at: Bench) -> Iterator[Callable[[Function], None]]:
    """Yield what invokes a function through a fleet in this process."""
    cloud = at.cloud
    supply = Supply(cloud.functions.runtime_image, cloud.functions.code_folder)
    fleet = Fleet(cloud.engine, cloud.home, cloud.settings, supply, cloud.images.holder_image(), clock=utc_now)

    async def invoke(function: Function) -> None:
        await fleet.invoke(function, Invocation(b"{}"))

    with asyncio.Runner() as runner:
        runner.run(fleet.start(cloud.engine.networks.gateway(), "http://127.0.0.1:1"))
        try:
            yield lambda function: _run(runner, fleet, invoke(function))
        finally:
            runner.run(fleet.close())
