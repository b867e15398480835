"""`lambda logs`: what a function logged; our own."""

from typing import Annotated

import typer

from cli.commands.lambda_.shared import NameArgument
from cli.helptext import HelpfulCommand
from cli.options import open_cloud
from cli.output import write, write_bytes

app = typer.Typer()


@app.command("logs", cls=HelpfulCommand)
def logs(
    name: NameArgument,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")] = False,
) -> None:
    """Show what a function logged.

    \b
    cloudlet lambda logs summarize
    cloudlet lambda logs summarize --follow
    """
    import time

    with open_cloud() as cloud:
        reader = cloud.functions.logs(name)
        while True:
            for event in reader.new_events():
                write(f"{event.stamp} {event.message}")
            if not follow:
                return
            write_bytes(b"")
            time.sleep(0.2)
