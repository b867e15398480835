"""`ec2 ssh`, `cp` and `get-console-output`, as far as they need no engine."""

from pathlib import Path

import pytest

from cli.errors import EXEC_FAILED, NO_ENGINE, USAGE
from tests.unit.cli.conftest import Cloudlet


@pytest.mark.parametrize(
    "words",
    [
        ("a", "b"),
        ("web:/a", "db:/b"),
        ("./a:b", "/tmp/c:d"),
        ("../a:b", "folder/c:d"),
        ("web:", "."),
        ("a", "web:"),
    ],
)
def test_one_side_of_a_copy_is_an_instance(cloudlet: Cloudlet, words: tuple[str, str]) -> None:
    """With a path; what begins with a dot or a slash is a path of this machine."""
    outcome = cloudlet("ec2", "cp", *words)

    assert outcome.exit_code == USAGE
    assert outcome.stderr.splitlines()[-1].startswith("hint: write ")


@pytest.mark.parametrize("words", [("web:/a", "./b:c"), ("i-0123456789abcdef0:a", "-"), ("a b", "my web:/x:y")])
def test_a_copy_that_could_be_asks_the_engine(cloudlet: Cloudlet, words: tuple[str, str]) -> None:
    assert cloudlet("ec2", "cp", *words).exit_code == NO_ENGINE


def test_without_an_ssh_client_one_is_told_where_it_is(cloudlet: Cloudlet, monkeypatch: pytest.MonkeyPatch) -> None:
    """125, as from `exec`: nothing ran."""
    monkeypatch.setenv("PATH", "/nowhere")

    outcome = cloudlet("ec2", "ssh", "web")

    assert outcome.exit_code == EXEC_FAILED
    assert outcome.stderr.splitlines() == [
        "error: no ssh client is installed",
        "hint: install it: sudo apt-get install openssh-client",
    ]


def test_a_key_file_that_is_not_there_is_told(
    cloudlet: Cloudlet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ssh would go on and be refused, for a reason that nobody can guess."""
    (tmp_path / "ssh").write_text("#!/bin/sh\n")
    (tmp_path / "ssh").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    outcome = cloudlet("ec2", "ssh", "web", "-i", "no-such.pem")

    assert outcome.exit_code == EXEC_FAILED
    assert "error: there is no file no-such.pem" in outcome.stderr


@pytest.mark.parametrize("verb", ["ssh", "cp", "get-console-output"])
def test_help_shows_an_example(cloudlet: Cloudlet, verb: str) -> None:
    assert f"cloudlet ec2 {verb}" in cloudlet("ec2", verb, "--help").stdout
