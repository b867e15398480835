"""What a command loads before it does anything: most of the time that a quick one takes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from cli.helptext import commands_of, summary
from cli.main import app
from cli.tree import BRANCHES

_LIST_MODULES = """
import sys
from cli.main import run
run(sys.argv[1:])
print(*sys.modules, file=sys.stderr)
"""

_OF_CHANGES = {
    "emulator.engine.builds",
    "emulator.instances.changes",
    "emulator.instances.identity",
    "emulator.instances.launcher",
    "emulator.instances.preparation",
    "emulator.network.firewall",
    "emulator.network.security_groups",
    "emulator.userdata",
    "emulator.volumes.service",
}
"""What only a command that changes something needs."""

_HEAVY = {"aiohttp", "asyncio", "boto3", "jmespath", "pydantic", "rich", "samtranslator", "yaml"}


@pytest.mark.parametrize("words", [("--version",), ("--help",)])
def test_saying_what_there_is_loads_no_command(words: tuple[str, ...], tmp_path: Path) -> None:
    """Nor what any of them works with."""
    loaded = _loaded(tmp_path, *words)

    assert "cli.main" in loaded
    assert not loaded & {*_HEAVY, "docker", "requests", "sqlite3", "emulator.cloud", "emulator.engine"}
    assert not loaded & {branch.module for branch in BRANCHES.values()}


def test_looking_at_instances_loads_nothing_that_builds_or_serves(tmp_path: Path) -> None:
    """The engine's SDK is loaded if there is an engine; it is half of this command's time, and all that may be."""
    loaded = _loaded(tmp_path, "ec2", "describe-instances")

    assert "emulator.instances.inventory" in loaded
    assert not loaded & {*_HEAVY, "emulator.images", "emulator.functions", "emulator.buckets", *_OF_CHANGES}


def test_a_group_is_listed_in_its_own_words() -> None:
    """The list of commands shows a copy, so that it need not import the group."""
    groups = commands_of(typer.main.get_command(app))

    assert {name: summary(groups[name]) for name in BRANCHES} == {
        name: branch.summary for name, branch in BRANCHES.items()
    }


def _loaded(home: Path, *words: str) -> set[str]:
    """Return the modules of a process that ran the command, with no engine to be found."""
    environment = {**os.environ, "CLOUDLET_HOME": str(home), "DOCKER_HOST": f"unix://{home}/no-engine.sock"}
    done = subprocess.run(
        [sys.executable, "-c", _LIST_MODULES, *words], env=environment, capture_output=True, text=True, check=True
    )
    return set(done.stderr.splitlines()[-1].split())
