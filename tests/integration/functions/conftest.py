"""A fleet on a live engine, and a way to deploy a test handler to it."""

import asyncio
import dataclasses
import io
import tarfile
import zipfile
from collections.abc import Callable, Coroutine, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import pytest

from emulator.cloud import Cloud
from emulator.functions import Function
from emulator.functions.changes import Changes
from emulator.functions.control import Code, Making
from emulator.functions.deployment import Deployment
from emulator.functions.records import Invocation, InvocationResult
from emulator.functions.workers.fleet import Fleet, Means
from emulator.functions.workers.supply import Supply
from emulator.metering import InvocationMeter
from emulator.units import utc_now

T = TypeVar("T")

HANDLERS = Path(__file__).parents[2] / "handlers"


class Lab:
    """Deploys handlers and runs them, from a test that knows nothing of event loops."""

    def __init__(self, cloud: Cloud, supply: Supply | None = None, **delays: float) -> None:
        self.cloud = cloud
        self._runner = asyncio.Runner()
        functions = cloud.functions
        supply = supply or Supply(functions.runtime_image, functions.mounted_code, functions.records)
        meter = InvocationMeter(cloud.database)
        holder_image = cloud.images.holder_image()
        means = Means(cloud.engine, cloud.home, cloud.settings, supply, holder_image, meter, utc_now, **delays)
        self.fleet = Fleet(means)
        cloud.engine.networks.ensure_vpc()
        self.run(self._start())

    async def _start(self) -> None:
        await self.fleet.start(self.cloud.engine.networks.gateway(), "http://127.0.0.1:1")
        self.fleet.keep_ready()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    def deploy(self, folder: str, handler: str, **settings: Any) -> Function:
        name = settings.pop("name", "function-under-test")
        runtime = settings.pop("runtime", "python3.11")
        return self.cloud.functions.deploy(
            Deployment(HANDLERS / folder, name, Changes(handler=handler, runtime=runtime, **settings))
        )

    def create(self, name: str, folder: str, handler: str, runtime: str = "python3.11", **changes: Any) -> Function:
        """Make a function as AWS does: nobody looks for the handler, and nothing is installed."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for path in sorted((HANDLERS / folder).iterdir()):
                archive.write(path, path.name)
        code, asked = Code(packed.getvalue()), Changes(runtime=runtime, handler=handler, **changes)
        return self.cloud.functions.control.create(name, code, asked, Making())

    def build(self, tag: str, dockerfile: str, files: Mapping[str, str] = MappingProxyType({})) -> None:
        """Build an image with *files* in its context; whoever calls removes it."""
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as tar:
            for name, text in {"Dockerfile": dockerfile, **files}.items():
                content = text.encode()
                member = tarfile.TarInfo(name)
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
        packed.seek(0)
        for _ in self.cloud.engine.builds.run(packed, tag, {}, {}):
            pass

    def invoke(self, function: Function, payload: bytes = b"{}") -> InvocationResult:
        return self.run(self.fleet.invoke(function, Invocation(payload)))

    def invoke_together(self, function: Function, payloads: list[bytes]) -> list[InvocationResult]:
        async def all_of_them() -> list[InvocationResult]:
            return list(await asyncio.gather(*(self.fleet.invoke(function, Invocation(one)) for one in payloads)))

        return self.run(all_of_them())

    def log_lines(self, function: Function) -> list[str]:
        """Return what the function logged, without the times, and without the lines on starts of workers."""
        lines = [line.partition(" ")[2] for line in self.cloud.functions.logs(function.name).new_lines()]
        return [line for line in lines if not line.startswith("INIT_START")]

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
    """Makes a fleet with other settings, or with other delays than settings are there for."""
    made: list[Lab] = []

    def make(**settings: Any) -> Lab:
        delays = {name: settings.pop(name) for name in ("init_seconds", "network_seconds") if name in settings}
        cloud.settings = dataclasses.replace(cloud.settings, **settings)
        made.append(Lab(cloud, **delays))
        return made[-1]

    yield make
    for lab in made:
        lab.close()
