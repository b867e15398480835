"""Other local S3 servers, from PyPI, each in an environment of its own: what ours is compared with."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import wait_until

_ENVIRONMENTS = Path(__file__).parents[1] / ".bench"
_START_SECONDS = 60


@dataclass(frozen=True)
class Peer:
    """A package, and how its server is started; `{port}` is filled in."""

    name: str
    requirement: str
    command: tuple[str, ...]
    environment: tuple[tuple[str, str], ...] = ()


MINISTACK = Peer("ministack", "ministack", ("ministack",), (("GATEWAY_PORT", "{port}"),))
MOTO = Peer("moto", "moto[server,s3]", ("moto_server", "-H", "127.0.0.1", "-p", "{port}"))


@contextmanager
def serving(peer: Peer) -> Iterator[int]:
    """Install *peer* if it is not yet, run its server, and yield its port."""
    binaries = _installed(peer)
    port = free_port()
    command = [part.format(port=port) for part in peer.command]
    environment = {**os.environ, **{name: value.format(port=port) for name, value in peer.environment}}
    with tempfile.TemporaryFile() as log, tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [str(binaries / command[0]), *command[1:]], env=environment, cwd=folder, stdout=log, stderr=log
        )
        try:
            wait_until(lambda: _answers(port), f"{peer.name} on port {port}", seconds=_START_SECONDS)
            yield port
        finally:
            process.terminate()
            process.wait(30)


def wrk() -> str:
    """Return the load generator of Debian's package wrk, which is installed if it is not there."""
    if shutil.which("wrk") is None:
        subprocess.run(["apt-get", "install", "--yes", "-qq", "wrk"], check=True, capture_output=True)
    return "wrk"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _installed(peer: Peer) -> Path:
    environment = _ENVIRONMENTS / peer.name
    binaries = environment / "bin"
    if not (binaries / peer.command[0]).exists():
        subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
        subprocess.run([str(binaries / "pip"), "install", "--quiet", peer.requirement], check=True, capture_output=True)
    return binaries


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5)
        except urllib.error.HTTPError:
            return True
        return True
    return False
