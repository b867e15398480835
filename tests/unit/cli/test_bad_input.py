"""What people type by mistake, at every command of the tree: the right exit code, and a line or two that help."""

import io
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from cli import errors
from cli.helptext import commands_of
from cli.main import app
from emulator.cloud import Cloud
from emulator.settings import Settings
from tests.unit.cli.conftest import Cloudlet, Outcome
from tests.unit.file_systems import memory_file_system, read_only


def _leaves(command: Any, path: str = "cloudlet") -> Iterator[tuple[str, Any]]:
    below = commands_of(command)
    if not below:
        yield path, command
    for name, one in below.items():
        yield from _leaves(one, f"{path} {name}")


COMMANDS = dict(_leaves(typer.main.get_command(app)))
RUN = [path for path in COMMANDS if path != "cloudlet start"]
"""All but what would start a server."""
MAY_STAND_ALONE = {"--request-payer"}
"""As with `aws`."""
ADMITTED = {0, errors.FAILED, errors.USAGE, errors.NO_ENGINE, errors.EXEC_FAILED}
"""Any but that of a bug: what an odd value means is the command's affair, and some texts may be anything."""

ODD_VALUES = {
    "nothing": "",
    "very long": "x" * 10_000,
    "control characters": "a\x1b[31mb\nc",
    "an id of another kind": "i-0123456789abcdef0",
}


@pytest.fixture(autouse=True)
def no_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is there to answer, and nothing is piped in."""
    monkeypatch.setattr(sys, "stdin", io.StringIO())


def required(command: Any, but: Any = None) -> list[str]:
    """Return a word for each parameter that must be there, *but* one."""
    words: list[str] = []
    for one in command.params:
        if one.required and one is not but:
            words += [one.opts[-1], "x"] if one.param_type_name == "option" else ["x"]
    return words


def check(outcome: Outcome, *, codes: set[int], more_lines: int = 0) -> None:
    """Fail unless what was said is short, plain, and no confession."""
    lines = outcome.stderr.splitlines()
    assert outcome.exit_code in codes, outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert len(lines) <= 2 + more_lines, outcome.stderr
    assert len(outcome.stderr) < 2000 * (1 + more_lines)
    assert "\x1b" not in outcome.stdout + outcome.stderr


@pytest.mark.parametrize("path", COMMANDS)
def test_an_unknown_flag_is_named(path: str, cloudlet: Cloudlet) -> None:
    """A typing error is the user's, and is refused before anything is done."""
    outcome = cloudlet(*path.split()[1:], "--no-such-flag")

    check(outcome, codes={errors.USAGE})
    assert "--no-such-flag" in outcome.stderr
    assert outcome.stdout == ""


@pytest.mark.parametrize("path", COMMANDS)
def test_an_option_without_its_value_is_refused(path: str, cloudlet: Cloudlet) -> None:
    """It is the last word of an unfinished line."""
    for option in COMMANDS[path].params:
        name = max(option.opts, key=len)
        if option.param_type_name == "option" and not option.is_flag and name not in MAY_STAND_ALONE:
            outcome = cloudlet(*path.split()[1:], name)

            check(outcome, codes={errors.USAGE})


@pytest.mark.parametrize("value", ODD_VALUES.values(), ids=ODD_VALUES)
@pytest.mark.parametrize("path", RUN)
def test_an_odd_value_is_taken_or_refused_in_a_line_or_two(path: str, value: str, cloudlet: Cloudlet) -> None:
    """Given to each option and argument in turn, with all that must be there beside it."""
    command = COMMANDS[path]
    for parameter in command.params:
        if parameter.param_type_name == "option" and parameter.is_flag:
            continue
        given = [value] if parameter.param_type_name == "argument" else [max(parameter.opts, key=len), value]

        outcome = cloudlet(*path.split()[1:], *required(command, but=parameter), *given)

        check(outcome, codes=ADMITTED, more_lines=2 * value.count("\n"))


@pytest.mark.parametrize("path", COMMANDS)
def test_a_number_is_no_word(path: str, cloudlet: Cloudlet) -> None:
    """Where a number is asked for, the option is named that has none."""
    for option in COMMANDS[path].params:
        if option.param_type_name == "option" and option.type.name in ("integer", "float", "integer range"):
            outcome = cloudlet(*path.split()[1:], *required(COMMANDS[path], but=option), option.opts[-1], "many")

            check(outcome, codes={errors.USAGE})
            assert option.opts[-1] in outcome.stderr


@pytest.mark.parametrize("path", RUN)
def test_a_home_of_a_newer_version_is_left_alone(path: str, cloudlet: Cloudlet, settings: Settings) -> None:
    """Who reads it as if it were an older one destroys it."""
    with Cloud(settings) as cloud, cloud.database.transaction() as transaction:
        transaction.execute("PRAGMA user_version = 9999")

    check(cloudlet(*path.split()[1:], *required(COMMANDS[path])), codes=ADMITTED)


@pytest.mark.parametrize("path", RUN)
def test_a_home_that_cannot_be_written_is_told(path: str, cloudlet: Cloudlet, settings: Settings) -> None:
    """A disk that went read-only, or a folder of somebody else's."""
    with memory_file_system(settings.home, 1 << 20), read_only(settings.home):
        outcome = cloudlet(*path.split()[1:], *required(COMMANDS[path]))

    check(outcome, codes=ADMITTED)
