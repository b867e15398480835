"""A fleet on a live engine, and a way to deploy a test handler to it."""

import asyncio
import dataclasses
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from emulator.cloud import Cloud
from emulator.functions import Function
from emulator.functions.records import Invocation, InvocationResult
from emulator.functions.service import Deployment
from emulator.functions.workers.fleet import Fleet
from emulator.functions.workers.pool import Supply
from emulator.metering import InvocationMeter
from emulator.units import utc_now

T = TypeVar("T")

HANDLERS = Path(__file__).parents[2] / "handlers"


class Lab:
    """Deploys handlers and runs them, from a test that knows nothing of event loops."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self._runner = asyncio.Runner()
        supply = Supply(cloud.functions.runtime_image, cloud.functions.mounted_code)
        meter = InvocationMeter(cloud.database)
        holder_image = cloud.images.holder_image()
        self.fleet = Fleet(cloud.engine, cloud.home, cloud.settings, supply, holder_image, meter, clock=utc_now)
        cloud.engine.networks.ensure_vpc()
        self.run(self.fleet.start(cloud.engine.networks.gateway(), "http://127.0.0.1:1"))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    def deploy(self, folder: str, handler: str, **settings: Any) -> Function:
        name = settings.pop("name", "function-under-test")
        return self.cloud.functions.deploy(Deployment(HANDLERS / folder, name, handler, "python3.11", **settings))

    def invoke(self, function: Function, payload: bytes = b"{}") -> InvocationResult:
        return self.run(self.fleet.invoke(function, Invocation(payload)))

    def invoke_together(self, function: Function, payloads: list[bytes]) -> list[InvocationResult]:
        async def all_of_them() -> list[InvocationResult]:
            return list(await asyncio.gather(*(self.fleet.invoke(function, Invocation(one)) for one in payloads)))

        return self.run(all_of_them())

    def log_lines(self, function: Function) -> list[str]:
        """Return what the function logged, without the times."""
        return [line.partition(" ")[2] for line in self.cloud.functions.logs(function.name).new_lines()]

    def close(self) -> None:
        self.run(self.fleet.close())
        self._runner.close()


@pytest.fixture
def lab(cloud: Cloud) -> Iterator[Lab]:
    """A fleet that is closed afterwards, and has then left nothing behind."""
    lab = Lab(cloud)
    try:
        yield lab
    finally:
        lab.close()


@pytest.fixture
def small_lab(cloud: Cloud) -> Iterator[Callable[..., Lab]]:
    """Makes a fleet with other settings."""
    made: list[Lab] = []

    def make(**settings: Any) -> Lab:
        cloud.settings = dataclasses.replace(cloud.settings, **settings)
        made.append(Lab(cloud))
        return made[-1]

    yield make
    for lab in made:
        lab.close()
