"""`cloudlet ami`, as far as it needs no engine."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from cli.commands import ami
from cli.errors import USAGE, exit_code_for
from emulator.errors import DefinitionError
from tests.unit.images.conftest import Write

root = typer.Typer()
root.add_typer(ami.app, name="ami")


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLOUDLET_HOME", str(tmp_path / "home"))


def run(*words: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(root, ["ami", *words], input=stdin)


def test_render_shows_the_dockerfile(write: Write) -> None:
    """Whoever wonders what is built can read it, and feed it to `docker build`."""
    write("mine", "init: none")

    result = run("render", "mine")

    assert result.exit_code == 0
    assert result.stdout.startswith("FROM debian:bookworm-slim\n")


@pytest.mark.parametrize("target", ["amis/mine", "amis/mine/ami.yaml", "mine"])
def test_validate_takes_a_folder_a_file_or_a_name(write: Write, target: str) -> None:
    """All three are what people have at hand."""
    write("mine")

    result = run("validate", target)

    assert result.stdout.startswith("amis/mine/ami.yaml: mine is valid (ami-")


def test_validate_prefers_a_name_to_a_folder_that_holds_no_ami(write: Write, tmp_path: Path) -> None:
    """A project may well have a folder `web` that is something else."""
    write("mine")
    (tmp_path / "mine").mkdir()

    assert run("validate", "mine").exit_code == 0


def test_validate_reads_standard_input() -> None:
    """An editor can check what is not saved yet."""
    result = run("validate", "-", stdin="version: 1\nname: x\nextends: base\n")

    assert result.stdout.startswith("-: x is valid (ami-")


def test_a_wrong_definition_ends_with_exit_code_2_and_every_mistake() -> None:
    """Scripts tell by the code that trying again is of no use."""
    result = run("validate", str(Path(__file__).parents[2] / "definitions" / "five-mistakes.yaml"))

    assert isinstance(result.exception, DefinitionError)
    assert exit_code_for(result.exception) == USAGE
    assert len(result.exception.problems) == 5


def test_a_target_as_long_as_a_novel_is_only_an_unknown_ami() -> None:
    """No path may be that long, and that is not the user's concern."""
    result = run("validate", "x" * 10_000)

    assert getattr(result.exception, "code", "") == "InvalidAMIID.NotFound"


@pytest.mark.parametrize("command", ["list", "show", "build", "validate", "render"])
def test_help_begins_with_an_example(command: str) -> None:
    """An example says more than a list of options."""
    lines = [line.strip() for line in run(command, "--help").stdout.splitlines()]

    assert any(line.startswith(f"cloudlet ami {command}") for line in lines[:8])
