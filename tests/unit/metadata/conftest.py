"""The metadata program as a process of its own, on a port of loopback."""

import contextlib
import http.client
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from emulator.metadata import INTERFACE_DEFINITIONS, InstanceFacts, metadata_document, write_metadata
from tests.conftest import wait_for
from tests.unit.metadata.facts import FACTS

_RUN = "import sys; sys.path.insert(0, sys.argv.pop(1)); from imds.program import main; main()"


@dataclass(frozen=True)
class Answer:
    """What came back; headers by lower-case name."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


class Program:
    """The program, asked as an instance asks it."""

    def __init__(self, folder: Path, process: "subprocess.Popen[bytes]", port: int) -> None:
        self.folder = folder
        self.process = process
        self.port = port

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def knows(self, facts: InstanceFacts) -> None:
        """Have it answer for *facts*."""
        write_metadata(self.folder, metadata_document(facts))

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def ask(self, method: str, path: str, **headers: str) -> Answer:
        """Send one request; underscores in the names of *headers* stand for dashes."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        with contextlib.closing(connection):
            connection.request(method, path, headers={name.replace("_", "-"): text for name, text in headers.items()})
            response = connection.getresponse()
            names = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, names, response.read())

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def token(self, ttl: str = "60") -> str:
        answer = self.ask("PUT", "/latest/api/token", X_aws_ec2_metadata_token_ttl_seconds=ttl)
        assert answer.status == 200, answer
        return answer.text

    def end(self) -> int:
        """Ask it to end and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


def _start(folder: Path) -> Program:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    paths = (str(INTERFACE_DEFINITIONS / "interface"), str(folder))
    command = [sys.executable, "-B", "-I", "-S", "-c", _RUN, *paths, "127.0.0.1", str(port)]
    program = Program(folder, subprocess.Popen(command, stderr=subprocess.PIPE), port)

    def answers() -> bool:
        assert program.process.poll() is None
        with contextlib.suppress(ConnectionRefusedError):
            program.connect().close()
            return True
        return False

    wait_for(answers)
    return program


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Program]]:
    """Starts the program on a folder, a new one unless told otherwise."""
    started: list[Program] = []

    def start_one(facts: InstanceFacts | None = FACTS, name: str = "interface") -> Program:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        if facts is not None:
            write_metadata(folder, metadata_document(facts))
        started.append(_start(folder))
        return started[-1]

    yield start_one
    for program in started:
        program.process.kill()
        program.process.communicate()


@pytest.fixture
def program(start: Callable[..., Program]) -> Program:
    """One that answers for FACTS."""
    return start()
