"""`lambda deploy`: from a folder to a function that runs, in one step; our own."""

from pathlib import Path
from typing import Annotated

import typer

from cli.commands.lambda_.shared import function_table
from cli.options import command, open_cloud, parse_pairs
from cli.output import Answer

app = typer.Typer()


@command(app, "deploy")
def deploy(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder with the handler's code.")],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="What the function is called.")],
    handler: Annotated[
        str, typer.Option("--handler", metavar="FILE.FUNCTION", help="What to run, such as app.handler.")
    ],
    runtime: Annotated[
        str, typer.Option("--runtime", metavar="RUNTIME", help="python3.11, the only one so far and the default.")
    ] = "python3.11",
    memory_size: Annotated[
        int | None, typer.Option("--memory-size", metavar="MB", help="128 to 10240, default 128; CPU grows with it.")
    ] = None,
    timeout: Annotated[int | None, typer.Option("--timeout", metavar="SECONDS", help="1 to 900, default 3.")] = None,
    env: Annotated[
        list[str] | None,
        typer.Option("--env", metavar="NAME=VALUE...", help="The handler's environment; replaces the one it had."),
    ] = None,
) -> Answer:
    """Create or update a function from a folder. Its requirements.txt is installed, too.

    \b
    cloudlet lambda deploy ./code --name summarize --handler app.handler
    cloudlet lambda deploy ./code --name summarize --handler app.handler \\
        --memory-size 512 --timeout 30 --env STAGE=test LEVEL=debug
    """
    from emulator.functions.document import configuration
    from emulator.functions.service import Deployment

    wanted = Deployment(
        source=folder,
        name=name,
        handler=handler,
        runtime=runtime,
        memory_mb=memory_size,
        timeout_seconds=timeout,
        environment=None if env is None else parse_pairs(env, "--env"),
    )
    with open_cloud() as cloud:
        function = cloud.functions.deploy(wanted)
    return function_table(
        [function],
        configuration(function, cloud.settings.region),
        hint=f"{function.name} is ready. Run it: cloudlet lambda invoke --function-name {function.name}",
    )
