"""The commands of docs/s3.md's section about clients, as they stand there."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import cannot_run
from tests.unit.s3.conftest import Ask

PAGE = Path(__file__).parents[3] / "docs" / "s3.md"
SECTION = PAGE.read_text().partition("\n## Clients\n")[2].partition("\n## ")[0]
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", SECTION, re.DOTALL | re.MULTILINE)
Run = Callable[..., str]


def block(language: str, word: str) -> str:
    """Return the one block in *language* with *word* in it."""
    (found,) = (text for name, text in BLOCKS if name == language and word in text)
    return str(found)


@pytest.fixture
def run(endpoint: str, raw: Path, tmp_path: Path) -> Run:
    """Run a program, which is given the text of a block, at this endpoint; return what it prints."""

    def ran(*command: str, text: str, **environment: str) -> str:
        done = subprocess.run(
            [*command, text.replace("127.0.0.1:4566", endpoint.removeprefix("http://"))],
            env={**os.environ, **environment},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return ran


def test_every_block_of_the_section_is_run_here() -> None:
    assert [name for name, _ in BLOCKS] == ["bash", "python", "sql", "bash", "javascript"]


def test_boto3_and_the_aws_cli_are_told_by_cloudlet_env(run: Run, raw: Path, tmp_path: Path, endpoint: str) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    commands = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    settings = {"PATH": commands, "CLOUDLET_PORT": endpoint.rpartition(":")[2], "CLOUDLET_HOME": str(tmp_path / "own")}

    said = run("bash", "-euc", text=block("bash", "cloudlet env"), **settings)

    assert said.splitlines()[-1] == "1"
    assert (raw / "notes.txt").read_text() == "hello"


def test_pandas_is_told_by_the_environment(run: Run, raw: Path, clients: Path) -> None:
    said = run(str(clients / "bin" / "python"), "-c", text=block("python", "pandas"))

    assert said == "3\n"
    assert (raw / "numbers.csv").read_text() == "n\n1\n2\n"


def test_duckdb_is_told_by_a_secret(ask: Ask, raw: Path) -> None:
    *_, answer = ask(*block("sql", "SECRET").replace("127.0.0.1:4566", "HOST").removesuffix(";\n").split(";\n"))

    assert answer == [[25]]
    assert sorted(path.name for path in (raw / "parts").iterdir()) == ["odd=0", "odd=1"]


def test_rclone_is_told_by_its_environment(run: Run, raw: Path, tmp_path: Path) -> None:
    if shutil.which("rclone") is None:
        cannot_run("rclone is not installed")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("hello")

    run("bash", "-euc", text=block("bash", "rclone"), RCLONE_CONFIG=os.devnull)

    assert (raw / "site/index.html").read_text() == "hello"


def test_javascript_is_told_by_its_program(run: Run, raw: Path, clients: Path) -> None:
    node = str(clients / "bin" / "node")

    said = run(node, "-e", text=block("javascript", "S3Client"), NODE_PATH=str(clients / "node_modules"))

    assert said == "hello\n"
    assert (raw / "greeting.txt").read_text() == "hello"
