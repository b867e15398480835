"""Ways into an instance: `ec2 exec`."""

from typing import Annotated

import typer

from cli.options import command, open_cloud
from cli.output import Answer

app = typer.Typer()


@command(app, "exec")
def exec_(
    instance_id: Annotated[str, typer.Argument(metavar="ID", help="An id, or a Name tag that only one has.")],
    words: Annotated[list[str], typer.Argument(metavar="-- COMMAND...", help="The command and its words.")],
    user: Annotated[str, typer.Option("--user", metavar="NAME", help="Who runs it; default: root.")] = "root",
) -> Answer:
    """Run a command inside an instance. Its exit code becomes ours; 125 if it never ran.

    \b
    cloudlet ec2 exec web -- systemctl status nginx
    cloudlet ec2 exec web -- bash                     a shell
    tar c site | cloudlet ec2 exec web -- tar x -C /var/www
    """
    from cli import errors
    from cli.terminal import bridge
    from emulator.errors import EmulatorError

    try:
        with open_cloud() as cloud:
            container_id = cloud.instances.running_container(instance_id)
            return Answer(None, text="", exit_code=bridge(cloud.engine, container_id, words, user))
    except EmulatorError as error:
        errors.show(error)
        return Answer(None, text="", exit_code=errors.EXEC_FAILED)
