"""Workers whose containers are threads of the test: the Runtime API, the pool and the logs are the real ones."""

import asyncio
import contextlib
import http.client
import itertools
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

from emulator.engine import ContainerSpec, Engine
from emulator.errors import EngineError, EngineUnavailableError
from emulator.functions import Function
from emulator.functions.code.mounted import MountedCode
from emulator.functions.function_records import FunctionRecords
from emulator.functions.records import Invocation, InvocationResult
from emulator.functions.workers.environment import Surroundings
from emulator.functions.workers.holder import Holders, Sleepers
from emulator.functions.workers.pool import House, WorkerPool
from emulator.functions.workers.removal import Removal
from emulator.functions.workers.room import Room
from emulator.functions.workers.runtime_api import RuntimeApi
from emulator.functions.workers.staff import Patience
from emulator.functions.workers.supply import Supply
from emulator.functions.workers.transport.listening import Directly
from emulator.functions.workers.workshop import Workshop
from emulator.home import Home
from emulator.metering import InvocationMeter
from emulator.state import Database

RUNTIME = "/2018-06-01/runtime/invocation"
FOR_EVER = 300.0


class PretendEngine:
    """As much of an engine as a pool asks for; its workers run a thread each, which asks the Runtime API for work."""

    def __init__(self) -> None:
        self.networks = self.containers = self
        self.specs: dict[str, ContainerSpec] = {}
        self.paused: set[str] = set()
        self.pausing = threading.Event()
        self.may_pause = threading.Event()
        self.may_pause.set()
        self.is_away = False
        self.refuses_once: set[str] = set()
        """Containers whose removal fails the first time."""
        self._runtimes: list[threading.Thread] = []
        self._ids = (f"container-{number}" for number in itertools.count(1))

    def ensure_vpc(self) -> str:
        return "vpc"

    def run(self, spec: ContainerSpec) -> str:
        return self.create(spec)

    def create(self, spec: ContainerSpec) -> str:
        container_id = next(self._ids)
        self.specs[container_id] = spec
        return container_id

    def start(self, container_id: str) -> None:
        api = self.specs[container_id].environment["AWS_LAMBDA_RUNTIME_API"]
        runtime = threading.Thread(target=self._serve, args=(container_id, api), daemon=True)
        self._runtimes.append(runtime)
        runtime.start()

    def join(self) -> None:
        """Return when no runtime is left: they end with the Runtime API."""
        for runtime in self._runtimes:
            runtime.join(60)

    def pid(self, _: str) -> int:
        return 0

    def set_cpus(self, *_: object) -> None: ...

    def pause(self, container_id: str) -> None:
        self.pausing.set()
        self.may_pause.wait(60)
        if container_id in self.paused:
            raise EngineError("it is paused already")
        self.paused.add(container_id)

    def unpause(self, container_id: str) -> None:
        self.paused.remove(container_id)

    def kill(self, _: str) -> None:
        if self.is_away:
            raise EngineUnavailableError("the engine does not answer")

    def remove(self, container_id: str) -> None:
        if self.is_away:
            raise EngineUnavailableError("the engine does not answer")
        if container_id in self.refuses_once:
            self.refuses_once.remove(container_id)
            raise EngineError("the engine is being restarted")
        time.sleep(0.05)  # to refuse is quicker
        self.specs.pop(container_id, None)

    def _serve(self, container_id: str, api: str) -> None:
        """Echo each event, but for one that says `hang`; not while paused."""
        connection = http.client.HTTPConnection(api)
        with contextlib.suppress(OSError, http.client.HTTPException):
            while True:
                connection.request("GET", f"{RUNTIME}/next")
                asked = connection.getresponse()
                event = asked.read()
                while container_id in self.paused and container_id in self.specs:
                    time.sleep(0.01)
                if asked.status != http.HTTPStatus.OK or b"hang" in event:
                    break
                request_id = asked.headers["Lambda-Runtime-Aws-Request-Id"]
                connection.request("POST", f"{RUNTIME}/{request_id}/response", event)
                connection.getresponse().read()
        connection.close()


class Bench:
    """A pool on a pretended engine, with all that belongs to it."""

    def __init__(self, home: Home, database: Database) -> None:
        self.home = home
        self.engine = PretendEngine()
        self.records = FunctionRecords(database, "us-east-1")
        self.meter = InvocationMeter(database)
        self.find_image: Callable[[Function], str] = lambda _: "cloudlet/ami:ami-1"

    def function(self, **changes: object) -> Function:
        facts = {"name": "f", "runtime": "python3.11", "handler": "app.handler", "code_id": "0", "code_sha256": ""}
        more = {"code_size_bytes": 0, "revision_id": "one", "last_modified": datetime.now(UTC)}
        function = Function(**{**facts, **more, **changes})  # type: ignore[arg-type]
        self.records.functions.save(function)
        return function

    async def open(self, patience: Patience) -> WorkerPool:
        engine = cast("Engine", self.engine)
        self.api = RuntimeApi()
        await self.api.start()
        self.api.listen_by(Directly("127.0.0.1", "http://127.0.0.1:1"))
        self.removal = Removal(engine)
        sleepers = Sleepers("image")
        self.holders = Holders(engine, sleepers, self.removal)
        await self.holders.use(sleepers)
        surroundings = Surroundings("us-east-1", "http://127.0.0.1:1")
        workshop = Workshop(engine, self.api, self.removal, self.home, surroundings, lambda: datetime.now(UTC))
        supply = Supply(lambda function: self.find_image(function), lambda _: MountedCode(), self.records)
        house = House(Room(8, lambda: None), patience)
        self.pool = WorkerPool(workshop, self.holders, supply, house, self.meter)
        return self.pool

    async def close(self) -> None:
        self.removal.hurry()
        await self.pool.close()
        await self.holders.close()
        await self.api.stop()
        await asyncio.to_thread(self.engine.join)

    async def invoke(self, function: Function, event: bytes = b"{}") -> InvocationResult:
        return await self.pool.invoke(function, Invocation(event))

    def lines(self) -> list[str]:
        """Return what was logged, without the times."""
        files = sorted(self.home.logs.rglob("*.log"), key=lambda file: file.stat().st_mtime)
        return [line.partition(" ")[2] for file in files for line in file.read_text().splitlines()]

    def run(self, story: Callable[["Bench"], Awaitable[None]], patience: Patience | None = None) -> None:
        """Run *story* on an open pool, which is closed afterwards."""

        async def all_of_it() -> None:
            await self.open(patience or Patience(FOR_EVER, FOR_EVER))
            try:
                async with asyncio.timeout(60):
                    await story(self)
            finally:
                await self.close()

        asyncio.run(all_of_it())


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    home = Home(tmp_path / "home")
    home.create()
    with contextlib.closing(Database(tmp_path / "state.db")) as database:
        yield Bench(home, database)


async def until(fact: Callable[[], object]) -> None:
    """Return when *fact* is true."""
    while not fact():  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.005)
