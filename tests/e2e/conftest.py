"""cloudlet as users have it: the built wheel in an environment of its own, run from a folder that is no checkout."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import once

PROJECT = Path(__file__).parents[2]
_RUN_SECONDS = 480


@dataclass(frozen=True)
class User:
    """Somebody with a shell, a folder and a cloud."""

    folder: Path
    environment: Mapping[str, str]

    @property
    def home(self) -> Path:
        """The folder of this user's cloud."""
        return Path(self.environment["CLOUDLET_HOME"])

    def types(self, line: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run *line* in bash, with no terminal; *settings* are environment variables for this once."""
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", line],
            cwd=self.folder,
            env={**self.environment, **settings},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_RUN_SECONDS,
            check=False,
        )

    def sees(self, line: str) -> str:
        """Return what *line* writes to stdout; it has to succeed."""
        done = self.types(line)
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        return done.stdout


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, install it into an empty environment, and return the folder of its commands."""
    with once(tmp_path_factory, "installed") as (folder, first):
        if first:
            _succeeds(sys.executable, "-m", "build", "--wheel", "--outdir", str(folder / "dist"), str(PROJECT))
            _succeeds(sys.executable, "-m", "venv", str(folder / "environment"))
            (wheel,) = (folder / "dist").glob("*.whl")
            _succeeds(str(folder / "environment/bin/python"), "-m", "pip", "install", "--quiet", str(wheel))
    return folder / "environment" / "bin"


@pytest.fixture
def user(installed: Path, images: None, tmp_path: Path) -> Iterator[User]:
    """A user with a new cloud; all of it is gone afterwards, pass or fail."""
    user = _user(installed, tmp_path / "first")
    try:
        yield user
    finally:
        _reset(user)


@pytest.fixture
def neighbour(installed: Path, tmp_path: Path) -> Iterator[User]:
    """A second user on the same machine and engine."""
    neighbour = _user(installed, tmp_path / "second")
    try:
        yield neighbour
    finally:
        _reset(neighbour)


def _succeeds(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _user(installed: Path, folder: Path) -> User:
    (folder / "work").mkdir(parents=True)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "CLOUDLET_"))}
    return User(
        folder / "work",
        {
            **inherited,
            "PATH": f"{installed}:{os.environ['PATH']}",
            "CLOUDLET_HOME": str(folder / "home"),
            "CLOUDLET_PORT": str(free_port()),
            "CLOUDLET_TIME_SCALE": "0.01",
            "COLUMNS": "80",
            "NO_COLOR": "1",
            "TERM": "dumb",
        },
    )


def _reset(user: User) -> None:
    removed = user.types("cloudlet reset --yes")
    assert removed.returncode == 0, removed.stderr
