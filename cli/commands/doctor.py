"""cloudlet doctor: what this machine lacks, and --fix."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli import errors
from cli.options import command
from cli.output import Answer
from emulator.settings import Settings

if TYPE_CHECKING:
    from emulator.doctor import Check, Examination

_Fix = Annotated[
    bool,
    typer.Option("--fix", help="Install and start what is missing: an engine (as root), the base image, instances."),
]


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    command(app, "doctor")(doctor)


def doctor(fix: _Fix = False) -> Answer:
    """Check this machine and explain what is wrong.

    \b
    cloudlet doctor              look; install and mend nothing
    cloudlet doctor --fix        install and start what is missing, instances too
    sudo cloudlet doctor --fix   the same, where only root may install

    Exit code: 0 cloudlet can be used, 1 a check failed, 3 no engine can be used.
    """
    from cli.progress import TerminalProgress
    from emulator import doctor as surgery

    settings = Settings.from_environment()
    unmended = surgery.fix(settings, TerminalProgress()) if fix else []
    return _answer(surgery.examine(settings, unmended))


def _answer(found: "Examination") -> Answer:
    return Answer(
        document={
            "Usable": found.engine_usable and not found.failed,
            "Checks": [
                {"Name": check.name, "Status": str(check.status).lower(), "Fact": check.fact, "Hint": check.hint}
                for check in found.checks
            ],
        },
        text="\n".join(_line(check) for check in found.checks),
        ids=[check.name for check in found.checks if check.hint],
        exit_code=errors.NO_ENGINE if not found.engine_usable else errors.FAILED if found.failed else 0,
    )


def _line(check: "Check") -> str:
    line = f"{check.status:<4}  {check.name:<17}  {check.fact}"
    return f"{line}\n{'':<25}{check.hint}" if check.hint else line
