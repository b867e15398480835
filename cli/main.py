"""The command tree and its one catcher of errors. Tests call `run`; the process only wraps it."""

import logging
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from cli import errors, output
from cli.commands import cloud, completion, help, stacks  # noqa: A004 - the command's own name
from cli.completion import WORD
from cli.tree import Root
from emulator import __version__
from emulator.errors import EmulatorError

app = typer.Typer(
    name="cloudlet",
    cls=Root,
    rich_markup_mode=None,  # plain help costs half the time of a rendered one
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="""A small cloud on your own machine.

    \b
    cloudlet ec2 run-instances --image-id web --instance-type t3.micro
    cloudlet start
    cloudlet s3 mb s3://raw
    cloudlet lambda deploy ./code --name summarize --handler app.handler
    cloudlet lambda add-trigger summarize --bucket raw --suffix .csv
    cp data.csv "$(cloudlet s3 path s3://raw)"/           and the function runs

    More: `cloudlet help configuration`, `environment`, `exit-codes` or
    `definitions`.
    """,
)
cloud.add_to(app)
completion.add_to(app)
stacks.add_to(app)
help.add_to(app)


def _show_version(wanted: bool) -> None:
    if wanted:
        output.write(f"cloudlet {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    pass


def run(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code; never raises SystemExit."""
    logging.basicConfig(level=logging.ERROR, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    try:
        exit_code = app(args=argv, prog_name="cloudlet", standalone_mode=False)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else errors.FAILED
    except errors.UsageError as error:
        return errors.misused(error)
    except typer.Abort:
        return errors.aborted()
    except EmulatorError as error:
        errors.show(error)
        return errors.exit_code_for(error)
    except OSError as error:
        return errors.refused(error)
    except UnicodeEncodeError as error:
        return errors.no_text(error)
    except KeyboardInterrupt:
        return errors.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - ours to fix: it is shown with what to report
        return errors.bug(error)
    return exit_code if isinstance(exit_code, int) else 0  # an Exit's, which is 130 after Ctrl-C


def _complete(question: Sequence[str]) -> int:
    from cli.completion.answering import answer

    return answer(typer.main.get_command(app), question)


def main() -> None:
    """Be the process that `cloudlet` is."""
    output.open_streams()
    exit_code = _complete(sys.argv[2:]) if sys.argv[1:2] == [WORD] else run()
    try:
        output.deliver()
    except OSError as error:
        exit_code = exit_code or errors.refused(error)
    sys.exit(exit_code)
