"""All that runs functions in a server: the Runtime API, holders, workers, and an ear to the engine."""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable
from datetime import datetime

from aiohttp import web

from emulator.engine import Engine, Kind
from emulator.engine.deaths import Deaths
from emulator.errors import EmulatorError, NotFoundError
from emulator.functions.definition import Function
from emulator.functions.errors import WorkerStartError
from emulator.functions.records import Invocation, InvocationResult
from emulator.functions.workers.environment import Surroundings
from emulator.functions.workers.holder import Holders
from emulator.functions.workers.pool import NETWORK_SECONDS, Patience, WorkerPool
from emulator.functions.workers.provisioned import Provisioned
from emulator.functions.workers.room import Room
from emulator.functions.workers.runtime_api import RuntimeApi
from emulator.functions.workers.supply import Supply
from emulator.functions.workers.transport.choice import Choice
from emulator.functions.workers.transport.transports import Reach, Transports
from emulator.functions.workers.worker import INIT_SECONDS, Workshop
from emulator.home import Home
from emulator.metering import InvocationMeter
from emulator.settings import Settings

log = logging.getLogger(__name__)

_LISTEN_AGAIN_SECONDS = 1.0
_KILLED = 137


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
        *,
        init_seconds: float = INIT_SECONDS,
        network_seconds: float = NETWORK_SECONDS,
    ) -> None:
        self._engine = engine
        self._home = home
        self._settings = settings
        self._supply = supply
        self._holder_image = holder_image
        self._meter = meter
        self._clock = clock
        self._init_seconds = init_seconds
        self._patience = Patience(settings.worker_pause_seconds, settings.worker_idle_seconds, network_seconds)
        self._closed = threading.Event()
        self._api: RuntimeApi | None = None
        self._pool: WorkerPool | None = None
        self._holders: Holders | None = None
        self._deaths: Deaths | None = None
        self._transports = Transports(engine, home, settings, holder_image)
        self._settling: asyncio.Task[None] | None = None
        self._providing: asyncio.Task[None] | None = None

    @property
    def transport(self) -> Choice | None:
        """How workers reach this server, None as long as that is being found out."""
        return self._transports.choice

    @property
    def pool(self) -> WorkerPool:
        """The workers; WorkerStartError before all is started."""
        if self._pool is None:
            raise WorkerStartError("the server is still starting", hint="try again in a moment")
        return self._pool

    def remove_leftovers(self) -> int:
        """Remove what a killed server left: workers, holders, pipes; return how many containers there were."""
        for left in (*self._home.pipes.iterdir(), *self._home.holders.glob("*.sock")):
            left.unlink(missing_ok=True)
        return self._engine.containers.remove_all(Kind.WORKER, Kind.HOLDER)

    async def join(self) -> str:
        """Be in the VPC, and return this machine's own address there."""
        self._holders = Holders(self._engine, self._transports.maker)
        await self._holders.joined()
        return await asyncio.to_thread(self._engine.networks.gateway)

    async def start(self, host: str, endpoint: str, doors: web.AppRunner | None = None) -> None:
        """
        Serve workers on *host*, this machine's address in the VPC; they find the S3 endpoint at *endpoint*.

        Where they do not reach that, they are let in at *doors*, which serve it, by another way.
        """
        api = self._api = RuntimeApi()
        await api.start()
        holders = self._holders = self._holders or Holders(self._engine, self._transports.maker)
        surroundings = Surroundings(self._settings.region, endpoint)
        self._pool = WorkerPool(
            Workshop(
                self._engine,
                api,
                self._home,
                surroundings,
                self._clock,
                init_seconds=self._init_seconds,
                log_bytes=self._settings.log_bytes,
            ),
            holders,
            self._supply,
            room=Room(self._settings.max_workers),
            patience=self._patience,
            meter=self._meter,
        )
        self._deaths = await asyncio.to_thread(self._engine.containers.deaths, Kind.WORKER, Kind.HOLDER)
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._listen, args=(loop, self._pool), name="deaths", daemon=True).start()
        holders.prepare()
        self._settling = asyncio.create_task(self._settle(api, holders, Reach(host, endpoint, doors)))

    def keep_ready(self) -> None:
        """From now on start what is to be ready before anybody asks; a server for one call alone does not."""
        self._providing = asyncio.create_task(Provisioned(self.pool, self._supply.repository).run())

    async def invoke(self, function: Function, invocation: Invocation) -> InvocationResult:
        """Run one invocation; EmulatorError says why no worker could be started."""
        return await self.pool.invoke(function, invocation)

    async def close(self) -> None:
        """Leave no worker and no holder behind; one that was not quite started may be closed, too."""
        self._closed.set()
        if self._pool is not None:
            self._pool.refuse()
        for task in filter(None, (self._settling, self._providing)):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        if self._holders is not None:
            self._holders.refuse()
        if self._pool is not None:
            await self._pool.close()
        elif self._holders is not None:
            await self._holders.close()
        if self._deaths is not None:
            await asyncio.to_thread(self._deaths.close)
        if self._api is not None:
            await self._api.stop()
        await self._transports.close()

    async def _settle(self, api: RuntimeApi, holders: Holders, reach: Reach) -> None:
        """Begin to hand out holders when it is known how workers reach us; what is remembered of that is seen to."""
        remembered = self._transports.choice
        api.listen_by(await self._transports.settle(holders, reach))
        await holders.use(self._transports.maker)
        if remembered is not None:
            await self._transports.look_again(holders, reach)

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
        """Find what ended, or went, while nobody listened."""
        known = pool.containers()
        present = self._engine.containers.list(Kind.WORKER, Kind.HOLDER)
        for container_id in set(known) - {container.id for container in present}:
            _tell(loop, pool, container_id, _KILLED)
        for container in present:
            if container.state in ("exited", "dead"):
                with contextlib.suppress(NotFoundError):  # removed since the list was made
                    _tell(loop, pool, container.id, self._engine.containers.exit_code(container.id))


def _tell(loop: asyncio.AbstractEventLoop, pool: WorkerPool, container_id: str, exit_code: int) -> None:
    with contextlib.suppress(RuntimeError):  # the loop has ended before its listener
        loop.call_soon_threadsafe(pool.container_died, container_id, exit_code)
