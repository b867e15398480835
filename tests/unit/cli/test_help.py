"""What help says is what there is: the page of commands, the settings, the exit codes, the fields of an AMI."""

import dataclasses
import inspect
import itertools
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from cli import errors
from cli.commands.help import CONFIGURATION, DEFINITIONS, ENVIRONMENT, EXIT_CODES, TOPICS
from cli.helptext import commands_of, option_rows, summary
from cli.main import app
from cli.reference import reference
from emulator.images.schema import AmiModel, BaseModelOfAmi, FileModel
from emulator.settings import Settings
from emulator.settings.record import PROXIES, declarations
from tests.unit.cli.conftest import Cloudlet

PROJECT = Path(__file__).parents[3]


def _commands(command: Any, path: str = "cloudlet") -> Iterator[tuple[str, Any]]:
    yield path, command
    for name, below in commands_of(command).items():
        yield from _commands(below, f"{path} {name}")


TREE = dict(_commands(typer.main.get_command(app)))


def test_the_page_of_commands_is_current() -> None:
    """
    A page written by hand is wrong after the next option.
    """
    page = (PROJECT / "docs" / "cli.md").read_text()

    assert page == reference(), "docs/cli.md is stale; make it anew with `make docs`"


@pytest.mark.parametrize("path", TREE)
def test_every_command_has_a_summary_of_one_sentence(path: str) -> None:
    """
    It is the line that stands for the command in every list.
    """
    assert 10 < len(summary(TREE[path])) < 80


@pytest.mark.parametrize("path", TREE)
def test_every_option_says_what_it_is_for(path: str) -> None:
    """
    An option without a word beside it is a riddle.
    """
    assert [name for name, meaning in option_rows(TREE[path]) if len(meaning) < 8] == []


def test_every_setting_is_explained() -> None:
    """
    A variable or a key that only the code knows helps nobody.
    """
    explained = {name for names, meaning in ENVIRONMENT.rows for name in names.split(", ") if len(meaning) > 8}

    assert explained == {*(name for one in declarations() for name in one.variables), *PROXIES}
    assert {key for key, _ in CONFIGURATION.rows} == {one.name for one in declarations() if one.in_files}
    assert {one.name for one in declarations()} == {one.name for one in dataclasses.fields(Settings)} - {"proxies"}


def test_every_exit_code_is_explained() -> None:
    """
    Scripts branch on them.
    """
    codes = {str(value) for name, value in vars(errors).items() if name.isupper() and isinstance(value, int)}

    assert {code for code, _ in EXIT_CODES.rows} == {"0", *codes}


def test_every_field_of_an_ami_is_explained_in_help_and_docs() -> None:
    """
    Whoever writes a definition has only these two places to look.
    """
    fields = {
        *AmiModel.model_fields,
        *(f"base.{name}" for name in BaseModelOfAmi.model_fields),
        *(f"files[].{name}" for name in FileModel.model_fields),
    }
    page = (PROJECT / "docs" / "definitions.md").read_text()

    assert {name for name, _ in DEFINITIONS.rows} == fields
    assert set(re.findall(r"^\| `([a-z.\[\]]+)` \|", page, re.MULTILINE)) == fields


@pytest.mark.parametrize("topic", TOPICS)
def test_a_topic_is_shown(cloudlet: Cloudlet, topic: str) -> None:
    """
    `help TOPIC` is what the root's help tells people to type.
    """
    outcome = cloudlet("help", topic)

    assert outcome.exit_code == 0
    assert all(names.split(", ")[0] in outcome.stdout for names, _ in TOPICS[topic].rows)


def test_help_of_a_command_is_that_commands_help(cloudlet: Cloudlet) -> None:
    """
    git and aws taught people to put `help` first.
    """
    asked, given = cloudlet("help", "ec2", "run-instances"), cloudlet("ec2", "run-instances", "--help")

    assert (asked.exit_code, asked.stdout) == (0, given.stdout)


def test_help_reads_the_same_each_time() -> None:
    """Whatever order Python has sets in: a page that is compared must not change by itself."""
    pages = {
        subprocess.run(
            [sys.executable, "-m", "cli", "lambda", "invoke", "--help"],
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in range(6)
    }

    assert len(pages) == 1


def test_help_with_nothing_else_is_the_first_page(cloudlet: Cloudlet) -> None:
    """
    Nobody knows the topics before seeing them.
    """
    outcome = cloudlet("help")

    assert outcome.stdout.startswith("Usage: cloudlet [OPTIONS] COMMAND")
    assert all(topic in outcome.stdout for topic in TOPICS)


def test_an_unknown_topic_names_the_nearest(cloudlet: Cloudlet) -> None:
    """
    Half of all unknown words are misspelt ones.
    """
    outcome = cloudlet("help", "enviroment")

    assert outcome.exit_code == 2
    assert "did you mean environment" in outcome.stderr


def _examples() -> Iterator[tuple[str, list[str]]]:
    """Yield every line of an example: its words behind `cloudlet`, up to a remark, a pipe or a redirection."""
    for path, command in TREE.items():
        for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
            if paragraph.startswith("\b"):
                for line in re.findall(r"\bcloudlet ([a-z].*)", re.sub(r"\\\n *", "", paragraph)):
                    lexer = shlex.shlex(line.partition("   ")[0], posix=True, punctuation_chars=True)
                    lexer.whitespace_split = True
                    words = list(itertools.takewhile(lambda word: not {*word} <= {*"();<>|&"}, lexer))
                    yield path, words


@pytest.mark.parametrize(("path", "words"), [pytest.param(*one, id=f"{' '.join(one[1])[:60]}") for one in _examples()])
def test_every_example_is_read_by_its_command(path: str, words: list[str]) -> None:
    """
    An example with an option that was renamed sends people off on the wrong foot.
    """
    command, rest = TREE["cloudlet"], list(words)
    while (below := commands_of(command)) and rest and rest[0] in below:
        command = below[rest.pop(0)]

    assert command is not TREE["cloudlet"] or rest in (["--help"], ["--version"]), words
    if "--help" not in rest:
        command.make_context(path, rest)
