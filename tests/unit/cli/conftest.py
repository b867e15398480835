"""The command line, called as a function: no engine, a home of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.main import run


@dataclass(frozen=True)
class Outcome:
    """What a command line came to."""

    exit_code: int
    stdout: str
    stderr: str


Cloudlet = Callable[..., Outcome]


@pytest.fixture
def cloudlet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cloudlet:
    """Run one command line; an engine is named that does not exist, so that none is touched."""
    monkeypatch.setenv("CLOUDLET_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no-engine.sock")
    monkeypatch.delenv("CLOUDLET_OUTPUT", raising=False)
    monkeypatch.chdir(tmp_path)

    def call(*words: str) -> Outcome:
        exit_code = run(words)
        said = capsys.readouterr()
        return Outcome(exit_code, said.out, said.err)

    return call
