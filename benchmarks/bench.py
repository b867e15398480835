"""A cloud to measure on: in a folder of its own, gone afterwards with all that it made on the engine."""

import dataclasses
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from emulator.cloud import Cloud
from emulator.functions import Function
from emulator.functions.changes import Changes
from emulator.functions.deployment import Deployment
from emulator.settings import Settings

_BIN = Path(sys.executable).parent

PYTHON = (sys.executable, "-c", "pass")
"""The cheapest process that a Python program can be."""

_HANDLER = """\
import os
import time


def handler(event, context):
    for record in event.get("Records", ()):
        print("began", record["s3"]["object"]["key"], time.time_ns())
    return {"ok": True}


def nap(event, context):
    time.sleep(0.01)
    for record in event["Records"]:
        print("handled", record["s3"]["object"]["key"], time.time_ns(), os.environ["AWS_LAMBDA_LOG_STREAM_NAME"])


def nothing(event, context):
    print("handled", event["Records"][0]["s3"]["object"]["key"], time.time_ns(), "-")
"""


@dataclasses.dataclass(frozen=True)
class Bench:
    """Where one benchmark works."""

    cloud: Cloud
    folder: Path
    environment: Mapping[str, str]

    def command(self, *words: str) -> str:
        """Run `cloudlet` with *words* as a process and return what it prints."""
        return self.process(str(_BIN / "cloudlet"), *words)

    def process(self, *command: str) -> str:
        """Run a program to its end and return what it prints; one that fails ends the benchmark."""
        done = subprocess.run(command, env=dict(self.environment), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)} failed: {done.stderr.strip()}")
        return done.stdout

    def deploy(self, name: str, memory_mb: int, handler: str = "handler") -> Function:
        """Deploy a handler that does next to nothing; for events of a bucket it prints when it began, or has ended."""
        code = self.folder / "code"
        code.mkdir(exist_ok=True)
        (code / "app.py").write_text(_HANDLER)
        return self.cloud.functions.deploy(
            Deployment(code, name, Changes(handler=f"app.{handler}", runtime="python3.11", memory_mb=memory_mb))
        )

    def is_up(self, instance_id: str) -> bool:
        """Tell whether an instance has booted."""
        said = self.cloud.instances.exec(instance_id, ["systemctl", "is-system-running"])
        return said.output.strip() == b"running"

    @contextmanager
    def server(self) -> Iterator[int]:
        """Run a server in the background; yield its process id."""
        self.command("start")
        try:
            yield int(self.command("status", "--output", "json", "--query", "pid"))
        finally:
            self.command("stop")


@contextmanager
def bench(**settings: float) -> Iterator[Bench]:
    """Yield a bench whose cloud has these *settings*, numbers by their names in Settings."""
    with tempfile.TemporaryDirectory(prefix="cloudlet-bench-") as name:
        folder = Path(name)
        home, port = folder / "home", _free_port()
        environment = {
            **os.environ,
            **{f"CLOUDLET_{key.upper()}": str(value) for key, value in settings.items()},
            "CLOUDLET_HOME": str(home),
            "CLOUDLET_PORT": str(port),
        }
        with Cloud(Settings.from_environment(environment)) as cloud:
            try:
                yield Bench(cloud, folder, environment)
            finally:
                cloud.engine.containers.remove_all()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
