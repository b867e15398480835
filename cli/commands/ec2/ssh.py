"""`ec2 ssh`."""

import os
import shutil
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from cli.options import command, open_cloud
from cli.output import Answer, deliver
from emulator.errors import ConflictError, EmulatorError, NotFoundError

app = typer.Typer()


@command(app, "ssh")
def ssh(
    instance_id: Annotated[str, typer.Argument(metavar="ID", help="An id, or a Name tag that only one has.")],
    words: Annotated[
        list[str] | None, typer.Argument(metavar="-- COMMAND...", help="What to run; default: a shell to type in.")
    ] = None,
    user: Annotated[str | None, typer.Option("--user", metavar="NAME", help="Default: the user of its AMI.")] = None,
    identity: Annotated[
        Path | None,
        typer.Option("-i", "--identity", metavar="FILE", help="A private key; default: that of its launch."),
    ] = None,
) -> Answer:
    """Log in to an instance, or run a command there, with ssh. Its exit code becomes ours.

    \b
    cloudlet ec2 ssh web
    cloudlet ec2 ssh web -- sudo journalctl --unit nginx
    cloudlet ec2 ssh web --user root -i ~/.ssh/id_ed25519
    """
    from cli import errors

    try:
        login = _login(instance_id, user, identity, _terminal_option(words))
    except EmulatorError as error:
        errors.show(error)
        return Answer(None, text="", exit_code=errors.EXEC_FAILED)
    # The dashes: ssh would take words behind the host that begin with one for options of its own.
    return _become([*login, "--", *words] if words else login)


def _login(instance_id: str, user: str | None, identity: Path | None, options: Sequence[str]) -> list[str]:
    from emulator.instances.ssh import login_command, wait_for_sshd

    if shutil.which("ssh") is None:
        raise ConflictError("no ssh client is installed", hint="install it: sudo apt-get install openssh-client")
    key_file = identity.expanduser().absolute() if identity else None
    if key_file is not None and not key_file.is_file():
        raise NotFoundError(f"there is no file {identity}", hint="-i takes the file of a private key")
    with open_cloud() as cloud:
        (instance,) = cloud.instances.describe([instance_id])
        login = login_command(
            instance, cloud.key_pairs, cloud.home.known_hosts, identity=key_file, user=user, options=options
        )
        wait_for_sshd(instance, cloud.progress)
    return login


def _terminal_option(words: Sequence[str] | None) -> list[str]:
    """Have a command see the terminal that we are at, as a shell would without being asked for."""
    return ["-t"] if words and sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty() else []


def _become(command: list[str]) -> NoReturn:
    """Be *command* from now on: the terminal, the signals and the exit code are its own."""
    deliver()
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores them, which a new program would inherit
        signal.signal(ignored, signal.SIG_DFL)
    os.execvp(command[0], command)  # noqa: S606 - no shell is wanted
