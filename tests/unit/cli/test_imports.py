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

_HEAVY = {
    *("aiohttp", "asyncio", "boto3", "botocore", "docker", "jmespath"),
    *("pydantic", "requests", "rich", "samtranslator", "tomllib", "yaml"),
}


@pytest.mark.parametrize("words", [("--version",), ("--help",)])
def test_saying_what_there_is_loads_no_command(words: tuple[str, ...], tmp_path: Path) -> None:
    """Nor what any of them works with."""
    loaded = _loaded(tmp_path, *words)

    assert "cli.main" in loaded
    assert not loaded & {*_HEAVY, "sqlite3", "emulator.cloud", "emulator.engine"}
    assert not loaded & {branch.module for branch in BRANCHES.values()}


def test_the_commands_of_s3api_are_listed_without_being_made(tmp_path: Path) -> None:
    """AWS's model is read by whoever calls an operation, and the web server loaded where none runs."""
    for words in (("--help",), ("s3api", "--help")):
        assert not [name for name in _loaded(tmp_path, *words) if name.startswith(("emulator.http", "aiohttp"))]
    help_of_one = _loaded(tmp_path, "s3api", "get-object", "--help")
    assert "emulator.http.aws.models" in help_of_one
    assert not help_of_one & {*_HEAVY, "docker", "sqlite3", "emulator.http.s3.door"}


def test_looking_at_instances_loads_nothing_that_builds_or_serves(tmp_path: Path) -> None:
    """Nor the engine's SDK, which would be half of this command's time; see the test with an engine, too."""
    loaded = _loaded(tmp_path, "ec2", "describe-instances")

    assert "emulator.instances.inventory" in loaded
    assert not loaded & {*_HEAVY, "emulator.images", "emulator.functions", "emulator.buckets", *_OF_CHANGES}


_LIST_SERVER = """
import ssl, sys
read = []
ssl.SSLContext.set_default_verify_paths = lambda context: read.append("certificates")
import emulator.http.__main__ as process
before = set(sys.modules)
process._new(None, None, once=True)
import emulator.functions.service, emulator.images.service
print(*read, *("early:aiohttp" for name in before if name == "aiohttp"), *sys.modules)
"""


def test_a_server_loads_no_certificates_and_nothing_that_deploys_or_builds(tmp_path: Path) -> None:
    """Two MiB that most servers have no use for as long as they run."""
    done = subprocess.run(
        [sys.executable, "-c", _LIST_SERVER], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())

    assert {"aiohttp", "emulator.http.server", "emulator.functions.service"} <= loaded
    assert not loaded & {"certificates", "early:aiohttp"}
    assert not loaded & {
        "emulator.functions.code.workbench",
        "emulator.functions.control",
        "emulator.functions.deployment",
        "emulator.images.builder",
        "emulator.images.captures",
        "pydantic",
        "yaml",
    }


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
