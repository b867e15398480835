"""The server: opens the doors, starts the pipeline, and takes both down again in order."""

import asyncio
import dataclasses
import errno
import json
import logging
import os
import time

from aiohttp import web

from emulator import __version__
from emulator.cloud import Cloud
from emulator.errors import ConflictError
from emulator.http.control import STATUS_PATH, WAIT_PATH, WAKE_PATH, ControlDoor
from emulator.http.guard import guard
from emulator.http.lambda_.api import ApiDoor
from emulator.http.lambda_.invoke import PATH as INVOKE_PATH
from emulator.http.lambda_.invoke import InvokeDoor
from emulator.http.lambda_.url import UrlDoor
from emulator.http.s3 import S3Door
from emulator.pipeline.serving import Pipeline

log = logging.getLogger(__name__)

_LOOPBACK = "127.0.0.1"
_SHUTDOWN_SECONDS = 5.0
_BACKLOG = 1024
"""How many callers may wait at the door: those behind them try again after a second."""
_IDLE_SECONDS = 300.0
"""After which a connection is closed that asks for nothing, or for something by the letter."""


class Server:
    """Serves one home until stopped; with `once`, only invocations, on any free port."""

    def __init__(self, cloud: Cloud, *, once: bool) -> None:
        self._cloud = cloud
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
        recovered = None if self._once else await pipeline.recover()
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
        self.port = await _listen(runner, _LOOPBACK, self.port)
        await _listen(runner, gateway, self.port, elsewhere=True)
        self._facts |= {"port": self.port, "endpoint": f"http://{_LOOPBACK}:{self.port}"}
        self._facts["vpc_endpoint"] = f"http://{gateway}:{self.port}"
        endpoint = str(self._facts["vpc_endpoint"])
        await pipeline.start(gateway, endpoint, runner)
        if recovered is None:
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

    async def stop(self) -> None:
        """Close the doors, finish what is under way, remove every worker; a start that failed half-way is undone."""
        started = time.monotonic()
        if not self._once:
            self._cloud.home.server_file.unlink(missing_ok=True)
        if self._pipeline is not None:
            await self._pipeline.stop()
        if self._runner is not None:
            await self._runner.cleanup()
        log.info("server stopped: seconds=%.1f", time.monotonic() - started)

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
        s3 = S3Door(cloud.buckets, cloud.settings)
        guarding = guard({gateway}, s3.cors.lets_write)
        app = web.Application(middlewares=[guarding, urls.middleware], client_max_size=7 * 1024 * 1024)
        app.router.add_get(STATUS_PATH, control.status)
        app.router.add_get(WAIT_PATH, control.wait)
        app.router.add_post(WAKE_PATH, control.wake)
        app.router.add_post(INVOKE_PATH, InvokeDoor(cloud.functions, pipeline).handle)
        ApiDoor(cloud, pipeline).add_to(app.router)
        s3.add_to(app)
        return app


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
