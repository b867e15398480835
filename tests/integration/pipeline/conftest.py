"""A server as users have it: a process of its own, which a test may also kill."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest

from cli.server import ServerProcess, find_server, stop_server
from emulator.buckets import Rule
from emulator.cloud import Cloud
from emulator.functions import Function
from emulator.functions.changes import Changes
from emulator.functions.deployment import Deployment
from tests.conftest import wait_for

HANDLERS = Path(__file__).parents[2] / "handlers"


class House:
    """One home with its server, seen from outside: commands, files, HTTP."""

    def __init__(self, cloud: Cloud, port: int) -> None:
        self.cloud = cloud
        self.environment = {
            **os.environ,
            "CLOUDLET_HOME": str(cloud.home.root),
            "CLOUDLET_PORT": str(port),
            "CLOUDLET_TIME_SCALE": str(cloud.settings.time_scale),
        }
        self.server: ServerProcess | None = None

    python = (sys.executable, "-m", "cli")

    def find_server(self) -> ServerProcess | None:
        return find_server(self.cloud.home)

    def start(self) -> ServerProcess:
        started = self.run("start")
        assert started.returncode == 0, started.stderr
        self.server = find_server(self.cloud.home)
        assert self.server is not None
        return self.server

    def stop(self) -> None:
        if self.server is not None:
            stop_server(self.cloud.home)
        self.server = None

    def kill(self) -> None:
        """End the server as a crash would."""
        assert self.server is not None
        os.kill(self.server.pid, signal.SIGKILL)
        wait_for(lambda: find_server(self.cloud.home) is None)
        self.server = None

    def settle(self) -> dict[str, Any]:
        assert self.server is not None
        return self.server.wait(120)

    def deploy(self, folder: str, handler: str = "app.handler", **settings: Any) -> Function:
        name = settings.pop("name", "worker-bee")
        return self.cloud.functions.deploy(
            Deployment(HANDLERS / folder, name, Changes(handler=handler, runtime="python3.11", **settings))
        )

    def trigger(self, function: Function, bucket: str, **rule: Any) -> None:
        rule.setdefault("events", ("s3:ObjectCreated:*",))
        self.cloud.buckets.rules.add(Rule.plain(bucket, function.arn("us-east-1"), **rule))

    def bucket(self, name: str) -> Path:
        return self.cloud.buckets.create_bucket(name).path

    def handled(self, function: Function) -> list[str]:
        """Return the request ids of all invocations that began, in order."""
        lines = self.cloud.functions.logs(function.name).new_lines()
        return [line.split()[3] for line in lines if line.split()[1] == "START"]

    def run(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.python, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            **options,
        )

    def s3(self) -> Any:
        assert self.server is not None
        return boto3.client(
            "s3",
            endpoint_url=f"http://127.0.0.1:{self.server.port}",
            aws_access_key_id="cloudlet",
            aws_secret_access_key="cloudlet",
            region_name="us-east-1",
        )


@pytest.fixture
def house(cloud: Cloud) -> Iterator[House]:
    """A home whose server, if the test starts one, is gone afterwards."""
    with open_house(cloud) as house:
        yield house


def free_port() -> int:
    """Return a port that is free on all addresses, and that no other server's worker is given meanwhile."""
    while True:
        port = random.randrange(20_000, 32_000)  # below those that the kernel hands out
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("", port))
            return port


@contextmanager
def open_house(cloud: Cloud, **environment: str) -> Iterator[House]:
    """Yield the house of *cloud*, whose server finds *environment* beside what it needs."""
    cloud.home.create()
    house = House(cloud, free_port())
    house.environment |= environment
    try:
        yield house
    finally:
        house.stop()
