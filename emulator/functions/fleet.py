"""All that runs functions in a server: the Runtime API, holders, workers, and an ear to the engine."""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable
from datetime import datetime

from emulator.engine import Engine, Kind
from emulator.engine.deaths import Deaths
from emulator.errors import EngineError
from emulator.functions.definition import Function
from emulator.functions.holder import Holders
from emulator.functions.pool import Supply, WorkerPool
from emulator.functions.records import Invocation, InvocationResult
from emulator.functions.runtime_api import RuntimeApi
from emulator.functions.sandbox import Surroundings
from emulator.functions.worker import Workshop
from emulator.home import Home
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
        clock: Callable[[], datetime],
    ) -> None:
        self._engine = engine
        self._home = home
        self._settings = settings
        self._supply = supply
        self._holder_image = holder_image
        self._clock = clock
        self._closed = threading.Event()

    async def start(self, host: str, endpoint: str) -> None:
        """Serve workers on *host*, this machine's address in the VPC; they find the S3 endpoint at *endpoint*."""
        self._api = RuntimeApi(host)
        await self._api.start()
        network = await asyncio.to_thread(self._engine.networks.ensure_vpc)
        holders = Holders(self._engine, self._holder_image, network)
        surroundings = Surroundings(self._settings.region, endpoint)
        self.pool = WorkerPool(
            Workshop(self._engine, self._api, self._home, surroundings, self._clock),
            holders,
            self._supply,
            self._settings.max_workers,
            self._settings.worker_idle_seconds,
        )
        self._deaths = await asyncio.to_thread(self._engine.containers.deaths, Kind.WORKER)
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._listen, args=(loop,), name="deaths", daemon=True).start()
        holders.prepare()

    async def invoke(self, function: Function, invocation: Invocation) -> InvocationResult:
        """Run one invocation; EmulatorError says why no worker could be started."""
        return await self.pool.invoke(function, invocation)

    async def close(self) -> None:
        """Leave no worker and no holder behind."""
        self._closed.set()
        await self.pool.close()
        await asyncio.to_thread(self._deaths.close)
        await self._api.stop()

    def _listen(self, loop: asyncio.AbstractEventLoop) -> None:
        """Pass on the ends of workers, again and again: an engine may be restarted under us."""
        deaths: Deaths | None = self._deaths
        while not self._closed.is_set():
            try:
                if deaths is None:
                    deaths = self._deaths = self._engine.containers.deaths(Kind.WORKER)
                    self._catch_up(loop)
                for event in deaths:
                    self._tell(loop, event.container_id, event.exit_code)
            except EngineError as error:
                if not self._closed.is_set():
                    log.warning("engine is not heard: reason=%s", error)
            deaths = None
            self._closed.wait(_LISTEN_AGAIN_SECONDS)

    def _catch_up(self, loop: asyncio.AbstractEventLoop) -> None:
        """Find the workers that ended while nobody listened."""
        for container in self._engine.containers.list(Kind.WORKER):
            if container.state in ("exited", "dead"):
                self._tell(loop, container.id, self._engine.containers.exit_code(container.id))

    def _tell(self, loop: asyncio.AbstractEventLoop, container_id: str, exit_code: int) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended before its listener
            loop.call_soon_threadsafe(self.pool.worker_died, container_id, exit_code)


def remove_leftovers(engine: Engine) -> int:
    """Remove the workers and holders that a killed server left; return how many there were."""
    return engine.containers.remove_all(Kind.WORKER) + engine.containers.remove_all(Kind.HOLDER)
