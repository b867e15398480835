"""Functions run in this process, without a server or HTTP between."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks.figures import since
from emulator.cloud import Cloud
from emulator.functions import Function
from emulator.functions.records import Invocation, Outcome
from emulator.functions.workers.fleet import Fleet, Means
from emulator.functions.workers.supply import Supply
from emulator.metering import InvocationMeter
from emulator.units import utc_now

_PAUSE_SECONDS = 0.02


class Invoker:
    """Invokes a function and returns the milliseconds that took."""

    def __init__(self, fleet: Fleet, runner: asyncio.Runner) -> None:
        self._fleet = fleet
        self._runner = runner

    def __call__(self, function: Function) -> float:
        return self._runner.run(self._invoke(function))

    def often(self, function: Function, times: int) -> tuple[float, ...]:
        """Invoke one after the other, without leaving the event loop between."""

        async def all_of_them() -> tuple[float, ...]:
            return tuple([await self._invoke(function) for _ in range(times)])

        return self._runner.run(all_of_them())

    def wait(self, fact: Callable[[], object], seconds: float = 60) -> None:
        """Return when *fact* is true; it may take long to find out, and the event loop runs on meanwhile."""

        async def until() -> None:
            async with asyncio.timeout(seconds):
                while not await asyncio.to_thread(fact):  # noqa: ASYNC110 - nobody tells
                    await asyncio.sleep(_PAUSE_SECONDS)

        self._runner.run(until())

    async def _invoke(self, function: Function) -> float:
        started = time.perf_counter()
        result = await self._fleet.invoke(function, Invocation(b"{}"))
        taken = since(started)
        if result.outcome is not Outcome.SUCCESS:
            raise RuntimeError(f"the handler failed: {result.payload!r}")
        return taken


@contextmanager
def invoker(cloud: Cloud) -> Iterator[Invoker]:
    """Yield what invokes functions of *cloud* in this process."""
    functions = cloud.functions
    supply = Supply(functions.runtime_image, functions.mounted_code, functions.records)
    meter = InvocationMeter(cloud.database)
    fleet = Fleet(Means(cloud.engine, cloud.home, cloud.settings, supply, cloud.images.holder_image(), meter, utc_now))
    cloud.engine.networks.ensure_vpc()
    with asyncio.Runner() as runner:
        runner.run(fleet.start(cloud.engine.networks.gateway(), "http://127.0.0.1:1"))
        try:
            yield Invoker(fleet, runner)
        finally:
            runner.run(fleet.close())
