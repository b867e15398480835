"""The server: opens the doors, starts the pipeline, and takes both down again in order."""

import asyncio
import dataclasses
import errno
import functools
import json
import logging
import os
import time

from aiohttp import web

from emulator import __version__, own_paths
from emulator.cloud import Cloud
from emulator.errors import ConflictError
from emulator.http import s3
from emulator.http.control import ControlDoor
from emulator.http.guard import guard
from emulator.http.lambda_.api import ApiDoor
from emulator.http.lambda_.invoke import PATH as INVOKE_PATH
from emulator.http.lambda_.invoke import InvokeDoor
from emulator.http.lambda_.url import UrlDoor
from emulator.http.lock import ServerLock
from emulator.http.unserved import refuse_other_services
from emulator.pipeline.background import DRAIN_SECONDS
from emulator.pipeline.serving import Pipeline, Recovered

log = logging.getLogger(__name__)

_LOOPBACK = "127.0.0.1"
_SHUTDOWN_SECONDS = 5.0
_BACKLOG = 1024
"""How many callers may wait at the door: those behind them try again after a second."""
_IDLE_SECONDS = 300.0
"""After which a connection is closed that asks for nothing, or for something by the letter."""


class Server:
    """Serves one home until stopped; with `once`, only invocations, on any free port."""

    def __init__(self, cloud: Cloud, lock: ServerLock, *, once: bool) -> None:
        self._cloud = cloud
        self._lock = lock
        self._once = once
        self.port = 0 if once else cloud.settings.port
        self._pipeline: Pipeline | None = None
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Return when everything is up; ConflictError if the port is taken."""
        cloud = self._cloud
        if not self._once:
            cloud.home.server_file.unlink(missing_ok=True)  # a killed one's: nobody is to call before all is up
        pipeline = self._pipeline = await asyncio.to_thread(cloud.pipeline)
        recovered = await self._recover(pipeline)
        gateway = await pipeline.join()
        runner = self._runner = web.AppRunner(
            self._application(pipeline, gateway),
            access_log=None,
            handle_signals=False,
            auto_decompress=False,  # a gzipped object stays gzipped
            shutdown_timeout=_SHUTDOWN_SECONDS,
            keepalive_timeout=_IDLE_SECONDS,
        )
        await runner.setup()
        wanted, self.port = self.port, await _listen(runner, _LOOPBACK, self.port)
        # Any port means any in the VPC, too: what is free on the one address may be taken on the other.
        vpc_port = await _listen(runner, gateway, wanted, elsewhere=True) or self.port
        endpoint = f"http://{gateway}:{vpc_port}"
        self._facts |= {"port": self.port, "endpoint": f"http://{_LOOPBACK}:{self.port}", "vpc_endpoint": endpoint}
        await pipeline.start(gateway, endpoint, runner)
        if self._once:
            return
        self._facts["recovered"] = dataclasses.asdict(recovered)
        await pipeline.watch()
        cloud.home.server_file.write_text(json.dumps(self._facts))
        log.info(
            "server started: port=%d recovered_events=%d removed_workers=%d",
            self.port,
            recovered.events,
            recovered.workers,
        )

    async def _recover(self, pipeline: Pipeline) -> Recovered:
        """Clean up after a server that was killed, and then let those in who may serve beside us."""
        if not self._once:
            return await pipeline.recover()
        if self._lock.is_alone:
            await pipeline.clear()
        await asyncio.to_thread(self._lock.share)
        return Recovered(0, 0)

    async def stop(self) -> None:
        """Close the doors, finish what is under way, remove every worker; a start that failed half-way is undone."""
        started = time.monotonic()
        if not self._once:
            self._cloud.home.server_file.unlink(missing_ok=True)
            log.info("server is ending: what runs has up to %g s, a second signal cuts it off", DRAIN_SECONDS)
        try:
            if self._pipeline is not None:
                await self._pipeline.stop()
        finally:
            if self._runner is not None:
                await self._runner.cleanup()
        log.info("server stopped: seconds=%.1f", time.monotonic() - started)

    async def abandon(self) -> None:
        """End without waiting for anything; one for a single call leaves what there is to the next."""
        if self._pipeline is not None and not self._once:
            await self._pipeline.abandon()

    def _application(self, pipeline: Pipeline, gateway: str) -> web.Application:
        cloud = self._cloud
        self._facts: dict[str, object] = {
            "home": str(cloud.home.root),
            "pid": os.getpid(),
            "version": __version__,
            "engine": cloud.engine.url,
        }
        urls = UrlDoor(cloud.function_urls, cloud.functions, pipeline)
        control = ControlDoor(pipeline, cloud.queue, self._facts)
        app = web.Application(
            middlewares=[
                guard({gateway, *cloud.settings.allowed_hosts}, self._lets_write),
                urls.middleware,
                refuse_other_services,
            ],
            client_max_size=7 * 1024 * 1024,
        )
        app.router.add_get(own_paths.STATUS, control.status)
        app.router.add_get(own_paths.WAIT, control.wait)
        app.router.add_post(own_paths.WAKE, control.wake)
        app.router.add_post(INVOKE_PATH, InvokeDoor(cloud.functions, pipeline).handle)
        ApiDoor(cloud, pipeline).add_to(app.router)
        app.router.add_route("*", s3.PATH, self._s3, name=s3.ROUTE, expect_handler=self._expected)
        app.on_response_prepare.append(self._tell_pages)
        return app

    def _lets_write(self, request: web.Request) -> bool:
        return self._s3_door.cors.lets_write(request)

    async def _tell_pages(self, request: web.Request, response: web.StreamResponse) -> None:
        if "Origin" in request.headers:
            await self._s3_door.cors.tell(request, response)

    async def _s3(self, request: web.Request) -> web.StreamResponse:
        return await self._s3_door.handle(request)

    async def _expected(self, request: web.Request) -> web.StreamResponse | None:
        return await self._s3_door.meet_expectation(request)

    @functools.cached_property
    def _s3_door(self) -> "s3.S3Door":
        """Made when somebody first knocks: a server that only runs functions need not have it in memory."""
        return s3.S3Door(self._cloud.buckets, self._cloud.settings)


async def _listen(runner: web.AppRunner, host: str, port: int, *, elsewhere: bool = False) -> int:
    """Return the port that is listened on; with *elsewhere*, *host* may be no address of this machine."""
    site = web.TCPSite(runner, host, port, backlog=_BACKLOG)
    try:
        await site.start()
    except (OSError, OverflowError) as error:
        if elsewhere and isinstance(error, OSError) and error.errno == errno.EADDRNOTAVAIL:
            log.warning("the VPC has no way to this machine, as with a rootless engine: address=%s", host)
            await site.stop()
            return port
        raise ConflictError(
            f"port {port} of {host} is already in use" if port else f"could not listen on {host}: {error}",
            hint="stop what listens there, or choose another port with CLOUDLET_PORT",
        ) from error
    return int(runner.addresses[-1][1])
