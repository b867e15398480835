"""The doors of Lambda on a real port, with real records; only handlers are not run: there is no engine."""

import asyncio
import http.client
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import boto3
import pytest
from aiohttp import web
from botocore.config import Config

from emulator.cloud import Cloud
from emulator.functions import Function
from emulator.functions.events.event import Arrival
from emulator.functions.records import Invocation, InvocationResult
from emulator.http.lambda_.api import ApiDoor
from emulator.http.lambda_.invoke import PATH, InvokeDoor
from emulator.http.lambda_.url import UrlDoor
from emulator.http.unserved import refuse_other_services
from emulator.pipeline.serving import Pipeline
from emulator.settings import Settings

FUNCTION = Function("hello", "python3.11", "app.handler", "", "", 0, "r", datetime(2026, 1, 1, tzinfo=UTC))


class Runs:
    """Stands for the pipeline: notes what it is to run, and answers what the test says that handlers return."""

    def __init__(self) -> None:
        self.answer = b"null"
        self.events: list[Arrival] = []
        self.invocations: list[tuple[Function, Invocation]] = []

    def ready(self, _: Function) -> int:
        return 0

    async def enqueue(self, arrival: Arrival) -> str:
        self.events.append(arrival)
        return "an-id"

    async def invoke(self, function: Function, invocation: Invocation) -> InvocationResult:
        self.invocations.append((function, invocation))
        return InvocationResult(invocation.request_id, self.answer)


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Doors:
    """What a client sees, and what came in."""

    cloud: Cloud
    runs: Runs
    port: int = 0
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    def client(self) -> Any:
        return boto3.client(
            "lambda",
            endpoint_url=f"http://127.0.0.1:{self.port}",
            aws_access_key_id="cloudlet",
            aws_secret_access_key="cloudlet",
            region_name="us-east-1",
            config=Config(retries={"total_max_attempts": 1}),
        )

    def send(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, bytes | str] | None = None
    ) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, body, cast(Any, headers or {}))
        response = connection.getresponse()
        found = {name.lower(): value for name, value in response.getheaders()}
        reply = Reply(response.status, found, response.read())
        connection.close()
        return reply

    async def _start(self) -> web.AppRunner:
        pipeline = cast(Pipeline, self.runs)
        urls = UrlDoor(self.cloud.function_urls, self.cloud.functions, pipeline)
        app = web.Application(middlewares=[urls.middleware, refuse_other_services], client_max_size=7 * 1024 * 1024)
        app.router.add_post(PATH, InvokeDoor(self.cloud.functions, pipeline).handle)
        ApiDoor(self.cloud, pipeline).add_to(app.router)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.port = int(runner.addresses[0][1])
        return runner

    def serve(self) -> Iterator["Doors"]:
        runner = self.loop.run_until_complete(self._start())
        thread = threading.Thread(target=self.loop.run_forever)
        thread.start()
        yield self
        self.loop.call_soon_threadsafe(self.loop.stop)
        thread.join()
        self.loop.run_until_complete(runner.cleanup())
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()


@pytest.fixture
def doors(tmp_path: Path) -> Iterator[Doors]:
    with Cloud(Settings.from_environment({"CLOUDLET_HOME": str(tmp_path / "home")})) as cloud:
        cloud.functions.repository.save(FUNCTION)
        yield from Doors(cloud, Runs()).serve()
