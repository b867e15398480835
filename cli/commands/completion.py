"""`cloudlet completion`."""

from typing import Annotated

import typer

from cli import output
from cli.helptext import HelpfulCommand
from emulator.errors import InvalidRequestError


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("completion", cls=HelpfulCommand)(completion)


def completion(shell: Annotated[str, typer.Argument(metavar="SHELL", help="bash, zsh or fish.")]) -> None:
    """Print what makes a shell complete commands, options, ids, names and keys.

    \b
    source <(cloudlet completion bash)         in ~/.bashrc
    source <(cloudlet completion zsh)          in ~/.zshrc, after compinit
    cloudlet completion fish | source          in ~/.config/fish/config.fish
    """
    from cli.completion.scripts import SCRIPTS

    if shell not in SCRIPTS:
        raise InvalidRequestError(f"{shell!r} is no shell that is known", hint=f"choose from {', '.join(SCRIPTS)}")
    output.write(SCRIPTS[shell].strip())
