"""All that runs functions in a server: the Runtime API, holders, workers, and an ear to the engine."""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable
from datetime import datetime

from emulator.engine import Engine, Kind
from emulator.engine.deaths import Deaths
from emulator.errors import EmulatorError, NotFoundError
from emulator.functions.definition import Function
from emulator.functions.errors import WorkerStartError
from emulator.functions.records import Invocation, InvocationResult
from emulator.functions.workers.holder import Holders
from emulator.functions.workers.pool import Supply, WorkerPool
from emulator.functions.workers.runtime_api import RuntimeApi
from emulator.functions.workers.sandbox import Surroundings
from emulator.functions.workers.worker import Workshop
from emulator.home import Home
from emulator.metering import InvocationMeter
from emulator.settings import Settings

log = logging.getLogger(__name__)

_LISTEN_AGAIN_SECONDS = 1.0


class Fleet:
    """Started and closed with the server; used from one event loop."""

    def __init__(
        self,
        engine: Engine,
        home: Home,
        settings: Settings,
        supply: Supply,
        holder_image: str,
        meter: InvocationMeter,
        clock: Callable[[], datetime],
    ) -> None:
        self._engine = engine
        self._home = home
        self._settings = settings
        self._supply = supply
        self._holder_image = holder_image
        self._meter = meter
        self._clock = clock
        self._closed = threading.Event()
        self._api: RuntimeApi | None = None
        self._pool: WorkerPool | None = None
        self._holders: Holders | None = None
        self._deaths: Deaths | None = None

    @property
    def pool(self) -> WorkerPool:
        """The workers; WorkerStartError before all is started."""
        if self._pool is None:
            raise WorkerStartError("the server is still starting", hint="try again in a moment")
        return self._pool

    def remove_leftovers(self) -> int:
        """Remove what a killed server left: workers, holders, pipes; return how many containers there were."""
        for pipe in self._home.pipes.iterdir():
            pipe.unlink(missing_ok=True)
        return self._engine.containers.remove_all(Kind.WORKER, Kind.HOLDER)

    async def join(self) -> str:
        """Be in the VPC, and return this machine's own address there."""
        self._holders = Holders(self._engine, self._holder_image)
        await self._holders.joined()
        return await asyncio.to_thread(self._engine.networks.gateway)

    async def start(self, host: str, endpoint: str) -> None:
        """Serve workers on *host*, this machine's address in the VPC; they find the S3 endpoint at *endpoint*."""
        api = self._api = RuntimeApi(host)
        await api.start()
        holders = self._holders = self._holders or Holders(self._engine, self._holder_image)
        surroundings = Surroundings(self._settings.region, endpoint)
        self._pool = WorkerPool(
            Workshop(self._engine, api, self._home, surroundings, self._meter, self._clock),
            holders,
            self._supply,
            self._settings.max_workers,
            self._settings.worker_idle_seconds,
        )
        self._deaths = await asyncio.to_thread(self._engine.containers.deaths, Kind.WORKER, Kind.HOLDER)
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._listen, args=(loop, self._pool), name="deaths", daemon=True).start()
        holders.prepare()

    async def invoke(self, function: Function, invocation: Invocation) -> InvocationResult:
        """Run one invocation; EmulatorError says why no worker could be started."""
        return await self.pool.invoke(function, invocation)

    async def close(self) -> None:
        """Leave no worker and no holder behind; one that was not quite started may be closed, too."""
        self._closed.set()
        if self._pool is not None:
            await self._pool.close()
        elif self._holders is not None:
            await self._holders.close()
        if self._deaths is not None:
            await asyncio.to_thread(self._deaths.close)
        if self._api is not None:
            await self._api.stop()

    def _listen(self, loop: asyncio.AbstractEventLoop, pool: WorkerPool) -> None:
        """Pass on the ends of workers and holders, again and again: an engine may be restarted under us."""
        deaths = self._deaths
        while not self._closed.is_set():
            try:
                if deaths is None:
                    deaths = self._deaths = self._engine.containers.deaths(Kind.WORKER, Kind.HOLDER)
                    self._catch_up(loop, pool)
                for event in deaths:
                    _tell(loop, pool, event.container_id, event.exit_code)
            except EmulatorError as error:
                if not self._closed.is_set():
                    log.warning("engine is not heard: reason=%s", error)
            deaths = None
            self._closed.wait(_LISTEN_AGAIN_SECONDS)

    def _catch_up(self, loop: asyncio.AbstractEventLoop, pool: WorkerPool) -> None:
        """Find what ended while nobody listened."""
        for container in self._engine.containers.list(Kind.WORKER, Kind.HOLDER):
            if container.state in ("exited", "dead"):
                with contextlib.suppress(NotFoundError):  # removed since the list was made
                    _tell(loop, pool, container.id, self._engine.containers.exit_code(container.id))


def _tell(loop: asyncio.AbstractEventLoop, pool: WorkerPool, container_id: str, exit_code: int) -> None:
    with contextlib.suppress(RuntimeError):  # the loop has ended before its listener
        loop.call_soon_threadsafe(pool.container_died, container_id, exit_code)
