"""All that runs functions in a server: the Runtime API, holders, workers, and an ear to the engine."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from emulator.engine import Engine, Kind
from emulator.functions.definition import Function
from emulator.functions.errors import WorkerStartError
from emulator.functions.records import Invocation, InvocationResult
from emulator.functions.workers.calls import Calls
from emulator.functions.workers.ear import Ear
from emulator.functions.workers.environment import surroundings_of
from emulator.functions.workers.holder import Holders
from emulator.functions.workers.pool import House, WorkerPool
from emulator.functions.workers.provisioned import KeptReady
from emulator.functions.workers.removal import Removal
from emulator.functions.workers.room import Room
from emulator.functions.workers.runtime_api import RuntimeApi
from emulator.functions.workers.staff import NETWORK_SECONDS, Patience
from emulator.functions.workers.supply import Supply
from emulator.functions.workers.transport.choice import Choice
from emulator.functions.workers.transport.transports import Reach, Transports
from emulator.functions.workers.workshop import INIT_SECONDS, Workshop
from emulator.home import Home
from emulator.metering import InvocationMeter
from emulator.settings import Settings
from emulator.threads import ask_engine

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Means:
    """What a fleet is made with; `holder_image` is one that can sleep."""

    engine: Engine
    home: Home
    settings: Settings
    supply: Supply
    holder_image: str
    meter: InvocationMeter
    clock: Callable[[], datetime]
    init_seconds: float = INIT_SECONDS
    network_seconds: float = NETWORK_SECONDS


class Fleet:
    """Started and closed with the server; used from one event loop."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._transports = Transports(means.engine, means.home, means.settings, means.holder_image)
        self._calls = Calls()
        self._removal: Removal | None = None
        self._holders: Holders | None = None
        self._api: RuntimeApi | None = None
        self._pool: WorkerPool | None = None
        self._ear: Ear | None = None
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
        home = self._means.home
        for left in (*home.pipes.iterdir(), *home.holders.glob("*.sock")):
            left.unlink(missing_ok=True)
        return self._means.engine.containers.remove_all(Kind.WORKER, Kind.HOLDER)

    async def join(self) -> str:
        """Be in the VPC, and return this machine's own address there."""
        _, holders = self._with_holders()
        await holders.joined()
        return await ask_engine(self._means.engine.networks.gateway)

    async def start(self, host: str, endpoint: str, doors: web.AppRunner | None = None) -> None:
        """
        Serve workers on *host*, this machine's address in the VPC; they find the S3 endpoint at *endpoint*.

        Where they do not reach that, they are let in at *doors*, which serve it, by another way.
        """
        means, settings = self._means, self._means.settings
        api = self._api = RuntimeApi()
        await api.start()
        removal, holders = self._with_holders()
        surroundings = surroundings_of(settings, endpoint)
        workshop = Workshop(
            means.engine,
            api,
            removal,
            means.home,
            surroundings,
            means.clock,
            init_seconds=means.init_seconds,
            log_bytes=settings.log_bytes,
        )
        patience = Patience(settings.worker_pause_seconds, settings.worker_idle_seconds, means.network_seconds)
        house = House(Room(settings.max_workers), patience)
        self._pool = WorkerPool(workshop, holders, means.supply, house, means.meter)
        self._ear = Ear(means.engine.containers, self._pool.containers, self._pool.container_died)
        await ask_engine(self._ear.open)
        holders.prepare()
        self._settling = asyncio.create_task(self._settle(api, holders, Reach(host, endpoint, doors)))

    def keep_ready(self) -> None:
        """From now on start what is to be ready before anybody asks; a server for one call alone does not."""
        self._providing = asyncio.create_task(KeptReady(self.pool, self._means.supply.records.concurrency).run())

    async def invoke(self, function: Function, invocation: Invocation) -> InvocationResult:
        """Run one invocation; EmulatorError says why no worker could be started."""
        with self._calls.one_more():
            return await self.pool.invoke(function, invocation)

    def let_calls_end(self, seconds: float) -> None:
        """Refuse what callers ask for from now on; `close` then waits for those who wait, up to *seconds* from now."""
        self._calls.begin_to_end(seconds)

    def refuse(self) -> None:
        """Start nothing any more, and tell so whoever waits for a worker."""
        if self._pool is not None:
            self._pool.refuse()
        if self._holders is not None:
            self._holders.refuse()

    async def close(self) -> None:
        """Leave no worker and no holder behind; one that was not quite started may be closed, too."""
        await self._calls.ended()
        if self._removal is not None:
            self._removal.hurry()
        async with contextlib.AsyncExitStack() as steps:  # done from the last to the first, whatever becomes of one
            if self._providing is not None:  # else others of this home may have workers, too
                steps.push_async_callback(ask_engine, self.remove_leftovers)
            steps.push_async_callback(self._transports.close)
            if self._api is not None:
                steps.push_async_callback(self._api.stop)
            if self._ear is not None:
                steps.push_async_callback(ask_engine, self._ear.close)
            if self._holders is not None:
                steps.push_async_callback(self._holders.close)
            if self._pool is not None:
                steps.push_async_callback(self._pool.close)
            if self._holders is not None:
                steps.callback(self._holders.refuse)
            for task in (self._providing, self._settling):
                steps.push_async_callback(self._end, task)
            if self._pool is not None:
                self._pool.refuse()

    def _with_holders(self) -> tuple[Removal, Holders]:
        if self._removal is None or self._holders is None:
            self._removal = Removal(self._means.engine)
            self._holders = Holders(self._means.engine, self._transports.maker, self._removal)
        return self._removal, self._holders

    async def _end(self, task: asyncio.Task[None] | None) -> None:
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _settle(self, api: RuntimeApi, holders: Holders, reach: Reach) -> None:
        """Begin to hand out holders when it is known how workers reach us; what is remembered of that is seen to."""
        remembered = self._transports.choice
        api.listen_by(await self._transports.settle(holders, reach))
        await holders.use(self._transports.maker)
        if remembered is not None:
            await self._transports.look_again(holders, reach)
