"""`lambda deploy`: from a folder, a zip or a file to a function that runs, in one step; our own."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.lambda_.configuration import Configuration, with_configuration
from cli.commands.lambda_.shared import function_table
from cli.options import command, open_cloud, parse_pairs
from cli.output import Answer

if TYPE_CHECKING:
    from emulator.cloud import Cloud
    from emulator.functions.deployment import Deployment

app = typer.Typer()


@command(app, "deploy")
@with_configuration("memory_size", "timeout", "layers", "role", "description")
def deploy(
    source: Annotated[Path, typer.Argument(metavar="PATH", help="The code: a folder, a .zip or a single file.")],
    name: Annotated[
        str, typer.Option("--name", "--function-name", metavar="NAME", help="What the function is called.")
    ],
    configuration: Configuration,
    handler: Annotated[
        str | None,
        typer.Option(
            "--handler",
            metavar="FILE.FUNCTION",
            help="What to run; default: what it has, or the only handler or lambda_handler in the code.",
        ),
    ] = None,
    runtime: Annotated[
        str | None,
        typer.Option(
            "--runtime", metavar="RUNTIME", help="Default: what it has, or python3.11 or nodejs20.x by the files."
        ),
    ] = None,
    env: Annotated[
        list[str] | None,
        typer.Option(
            "--env", metavar="NAME=VALUE...", help="The handler's environment; replaces the one it had; '' for none."
        ),
    ] = None,
    ephemeral_storage: Annotated[
        int | None,
        typer.Option("--ephemeral-storage", metavar="MB", help="The size of /tmp: 512 to 10240, default 512."),
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Deploy again at each saved change, until Ctrl-C.")] = False,
) -> Answer | None:
    """Create or update a function. What its requirements.txt or package.json names is installed, too.

    \b
    cloudlet lambda deploy ./code --name summarize
    cloudlet lambda deploy app.py --name summarize --watch
    cloudlet lambda deploy ./code --name summarize --handler app.handler \\
        --memory-size 512 --timeout 30 --env STAGE=test LEVEL=debug
    """
    from emulator.functions.deployment import Deployment
    from emulator.functions.parameters import read_changes

    request = {"Handler": handler, "Runtime": runtime, **configuration}
    if env is not None:
        request["Environment"] = {"Variables": {} if env == [""] else parse_pairs(env, "--env")}
    if ephemeral_storage is not None:
        request["EphemeralStorage"] = {"Size": ephemeral_storage}
    wanted = Deployment(source, name, read_changes(request), checks_syntax=watch)
    with open_cloud(quiet=watch) as cloud:
        if watch:
            _watch(cloud, wanted)
            return None
        function = cloud.functions.deploy(wanted)
        document = cloud.functions.configuration(function)
    return function_table(
        [function],
        document,
        hint=f"{function.name} is ready. Run it: cloudlet lambda invoke --function-name {function.name}",
    )


def _watch(cloud: "Cloud", wanted: "Deployment") -> None:
    """Deploy at each save, and say so in a line; what is wrong with a save goes to stderr."""
    from datetime import datetime

    from cli.errors import show
    from cli.output import note, write, write_bytes
    from emulator.functions.code.hot_reload import reloads
    from emulator.functions.code.saves import watching

    with watching(wanted.source) as saves:
        for reload in reloads(lambda: cloud.functions.deploy(wanted), saves):
            now = f"{datetime.now():%H:%M:%S}"
            if reload.error is not None:
                show(reload.error)
                note(f"{now} {wanted.name} is not deployed; what was deployed before goes on")
            else:
                write(f"{now} {wanted.name} is deployed ({reload.seconds:.2f} s)")
            write_bytes(b"")
