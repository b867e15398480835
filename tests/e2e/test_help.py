"""Help of the installed command, as an 80-column terminal without colours shows it."""

from collections.abc import Iterator
from typing import Any

import pytest
import typer

from cli.helptext import commands_of
from cli.main import app
from tests.e2e.conftest import User


def _paths(command: Any, path: str) -> Iterator[str]:
    yield path
    for name, below in commands_of(command).items():
        yield from _paths(below, f"{path} {name}")


COMMANDS = list(_paths(typer.main.get_command(app), "cloudlet"))
GROUPS = ["cloudlet", "cloudlet ami", "cloudlet ec2", "cloudlet lambda", "cloudlet s3"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_with_an_example_in_80_columns(user: User, command: str) -> None:
    """
    People read the example first, and mostly nothing else.
    """
    lines = user.sees(f"{command} --help").splitlines()

    examples = [line for line in lines if line.startswith("  ") and "cloudlet" in line]
    assert lines[0].startswith(f"Usage: {command}")
    assert examples
    assert [line for line in lines if len(line) > 80] == []


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_without_a_command_shows_its_help(user: User, group: str) -> None:
    """
    Whoever stops in the middle of a command wants to know how it goes on; a script must see that nothing was done.
    """
    typed = user.types(group)

    assert typed.returncode == 2
    assert typed.stdout + typed.stderr == user.sees(f"{group} --help")


@pytest.mark.parametrize("topic", ["environment", "exit-codes", "definitions", "ec2 exec"])
def test_topics_and_commands_can_be_asked_for(user: User, topic: str) -> None:
    """
    An installed command comes without its docs folder.
    """
    lines = user.sees(f"cloudlet help {topic}").splitlines()

    assert len(lines) > 5
    assert [line for line in lines if len(line) > 80] == []
