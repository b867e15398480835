"""cloudlet doctor: what this machine lacks, --fix, and --report."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import errors
from cli.options import command
from cli.output import Answer
from emulator.errors import InvalidRequestError
from emulator.settings import Settings

if TYPE_CHECKING:
    from emulator.doctor import Check, Examination

_Fix = Annotated[
    bool,
    typer.Option("--fix", help="Install and start what is missing: an engine (as root), the base image, instances."),
]
_Report = Annotated[
    bool, typer.Option("--report", help="Write what a report of a bug should have with it, without secrets, to FILE.")
]
_File = Annotated[
    str | None,
    typer.Argument(metavar="[FILE]", help="Where --report writes; - is stdout. Default: cloudlet-report-TIME.txt."),
]


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    command(app, "doctor")(doctor)


def doctor(file: _File = None, fix: _Fix = False, report: _Report = False) -> Answer:
    """Check this machine and explain what is wrong.

    \b
    cloudlet doctor              look; install and mend nothing
    cloudlet doctor --fix        install and start what is missing, instances too
    sudo cloudlet doctor --fix   the same, where only root may install
    cloudlet doctor --report     write down how things are, for who is to help

    Exit code: 0 cloudlet can be used, 1 a check failed, 3 no engine can be used.
    """
    if report:
        return _report(file)
    if file is not None:
        raise InvalidRequestError(f"{file!r} is where --report writes", hint="add --report, or leave it out")
    from cli.progress import TerminalProgress
    from emulator import doctor as surgery

    settings = Settings.from_environment()
    unmended = surgery.fix(settings, TerminalProgress()) if fix else []
    return _answer(surgery.examine(settings, unmended))


def _report(file: str | None) -> Answer:
    from emulator.doctor.report import report
    from emulator.settings.reading import read

    now = datetime.now(UTC)
    text = report(read(), now)
    if file == "-":
        return Answer({"Report": text}, text=text.rstrip("\n"))
    path = Path(file or f"cloudlet-report-{now:%Y%m%d-%H%M%S}.txt").absolute()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as target:
        target.write(text)
    return Answer(
        {"Report": str(path)},
        text=str(path),
        ids=[str(path)],
        hint=f"read it, then attach it to a report at {errors.where_to_report()}",
    )


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
