"""Tab in real shells, with the script that users source; and what completes to what."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from cli.completion.candidates import candidates
from cli.completion.line import in_bash, words_of
from cli.main import app
from tests.conftest import cannot_run
from tests.unit.cli.conftest import Cloudlet

Complete = Callable[[str], list[str]]

_PATIENT = """#!{}
from cli.completion import answering
from cli.main import main
answering.LIMIT_SECONDS = 60
main()
"""
_BASH = """
source <(cloudlet completion bash)
COMP_LINE=$1 COMP_POINT=${#1}
_cloudlet 2>/dev/null
printf '%s\\n' "${COMPREPLY[@]}"
"""
_ZSH = """
autoload -U compinit && compinit -u -D
source <(cloudlet completion zsh)
compadd() { while [[ $1 != -- ]]; do shift; done; shift; print -l -- $@ }
_files() { print FILES }
words=(${(Q)${(z)1}}) CURRENT=${#words}
[[ $1 == *' ' ]] && words+=('') && (( CURRENT++ ))
_cloudlet
"""
_FISH = """
cloudlet completion fish | source
complete --do-complete "$argv[1]" | string replace -r '\\t.*' ''
"""
_SHELLS = {
    "bash": ("bash", "--norc", "-c", _BASH, "bash"),
    "zsh": ("zsh", "-f", "-c", _ZSH, "zsh"),
    "fish": ("fish", "--no-config", "-c", _FISH),
}


@pytest.fixture
def home(cloudlet: Cloudlet, tmp_path: Path) -> Path:
    """A home with something to name; what takes an engine to be made is its row."""
    (tmp_path / "data.csv").touch()
    for line in (
        "s3 mb s3://raw",
        "s3 mb s3://results",
        "s3 cp data.csv s3://raw/in/data.csv",
        "s3 cp data.csv s3://raw/in/deep/more.csv",
        "s3 cp data.csv s3://raw/top.csv",
        "ec2 create-key-pair --key-name laptop",
        "ec2 create-security-group --group-name web --description w",
    ):
        done = cloudlet(*line.split())
        assert done.exit_code == 0, done.stderr
    with sqlite3.connect(tmp_path / "home" / "state.db") as database:
        database.execute("INSERT INTO function (name, record) VALUES ('summarize', '{}')")
        database.execute("INSERT INTO instance (id, record) VALUES ('i-0123456789abcdef0', '{}')")
        database.execute("INSERT INTO tag VALUES ('i-0123456789abcdef0', 'Name', 'server')")
    database.close()
    return tmp_path / "home"


@pytest.fixture
def complete(home: Path) -> Complete:
    """Return the candidates for a line, as a shell's question gets them."""
    root = typer.main.get_command(app)
    return lambda line: candidates(root, words_of(line))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("cloudlet s3", ["s3", "s3api"]),
        ("cloudlet ec2 run-inst", ["run-instances"]),
        ("cloudlet s3api get-object-t", ["get-object-tagging"]),
        ("cloudlet ec2 run-instances --image-i", ["--image-id"]),
        ("cloudlet ec2 run-instances --image-id da", ["data-science"]),
        ("cloudlet ec2 run-instances --instance-type t2.n", ["t2.nano"]),
        ("cloudlet ec2 run-instances --key-name ", ["laptop"]),
        ("cloudlet ec2 describe-instances --instance-ids i-", ["i-0123456789abcdef0"]),
        ("cloudlet ec2 stop-instances --instance-ids a b s", ["server"]),
        ("cloudlet ec2 exec ser", ["server"]),
        ("cloudlet ec2 exec server -- ser", []),
        ("cloudlet ec2 describe-security-groups --group-names ", ["default", "web"]),
        ("cloudlet lambda invoke --function-name ", ["summarize"]),
        ("cloudlet lambda invoke --function-name=s", ["--function-name=summarize"]),
        ("cloudlet lambda logs s", ["summarize"]),
        ("cloudlet logs tail /aws", ["/aws/lambda/summarize"]),
        ("cloudlet s3 ls s3://r", ["s3://raw/", "s3://results/"]),
        ("cloudlet s3 ls s3://raw/", ["s3://raw/in/", "s3://raw/top.csv"]),
        ("cloudlet s3 cp s3://raw/in/d", ["s3://raw/in/data.csv", "s3://raw/in/deep/"]),
        ("cloudlet s3 cp --recursive s3://raw/in/dee", ["s3://raw/in/deep/"]),
        ("cloudlet s3 cp dat", ["data.csv"]),
        ("cloudlet s3api head-object --bucket ra", ["raw"]),
        ("cloudlet s3api head-object --bucket raw --key in/", ["in/data.csv", "in/deep/"]),
        ("cloudlet ec2 describe-instances --output j", ["json"]),
        ("cloudlet completion z", ["zsh"]),
        ("cloudlet nothing ", []),
        ("cloudlet ec2 run-instances --user-data ", []),
    ],
)
def test_what_begins_so(complete: Complete, line: str, expected: list[str]) -> None:
    assert complete(line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("cloudlet ec2 'run i", ["ec2", "run i"]),
        ('cloudlet s3 ls "s3://raw/a b', ["s3", "ls", "s3://raw/a b"]),
        ("cloudlet ", [""]),
        ("cloudlet", [""]),
    ],
)
def test_a_line_is_read_as_the_shell_reads_it(line: str, expected: list[str]) -> None:
    assert words_of(line) == expected


def test_bash_is_told_what_stands_behind_its_breaks() -> None:
    """It takes a colon and an equals sign for the end of a word, and puts what it gets in as it is."""
    assert in_bash("s3://raw/a b", "cloudlet s3 ls s3://raw/") == "//raw/a\\ b"
    assert in_bash("--bucket=raw", "cloudlet s3api head-bucket --bucket=r") == "raw"
    assert in_bash("a b", 'cloudlet x "a') == "a b"


@pytest.mark.parametrize("shell", _SHELLS)
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("cloudlet lambda invoke --function-name su", "summarize"),
        ("cloudlet s3 ls s3://raw/to", "s3://raw/top.csv"),
        ("cloudlet ec2 describe-instances --instance-i", "--instance-ids"),
    ],
)
def test_a_shell_completes(shell: str, home: Path, line: str, expected: str, tmp_path: Path) -> None:
    """The machine may be busy: the answer has more time here than where people wait for it."""
    _need(shell)
    (tmp_path / "cloudlet").write_text(_PATIENT.format(sys.executable))
    (tmp_path / "cloudlet").chmod(0o755)

    found = _pressed(shell, line, home, tmp_path)

    assert found.splitlines() == [expected.removeprefix("s3:") if shell == "bash" else expected]


def test_nothing_is_said_where_there_is_nothing(tmp_path: Path) -> None:
    """No home, a broken one, no sense: a shell in the middle of a line has no place for it."""
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "state.db").write_text("no database")

    for home in (tmp_path / "none", broken):
        for line in ("cloudlet lambda invoke --function-name ", "cloudlet s3 ls s3://raw/", "cloudlet ec2 'x"):
            done = _asked(home, "bash", line)
            assert (done.stdout, done.stderr) == ("", "")
    assert not (tmp_path / "none").exists()
    assert _asked(broken, "bash").stderr == ""


def test_nobody_waits_for_long(tmp_path: Path) -> None:
    """To open a pipe that nobody writes to takes for ever; so may a disk that is far away."""
    os.mkfifo(tmp_path / "state.db")

    done = _asked(tmp_path, "bash", "cloudlet s3 ls s3://r")

    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")


def _need(shell: str) -> None:
    if shutil.which(shell) is None:
        cannot_run(f"there is no {shell}")


def _pressed(shell: str, line: str, home: Path, folder: Path) -> str:
    done = subprocess.run(
        [*_SHELLS[shell], line], env=_environment(home, folder), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr == ""
    return done.stdout


def _asked(home: Path, *question: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cli", "__complete", *question],
        env=_environment(home, home.parent),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _environment(home: Path, folder: Path) -> dict[str, str]:
    commands = f"{folder}:{os.environ['PATH']}"
    return {
        **os.environ,
        "CLOUDLET_HOME": str(home),
        "PATH": commands,
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder),
    }
