"""Ways into an instance: `ec2 exec`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import command, open_cloud
from cli.output import Answer

if TYPE_CHECKING:
    from emulator.cloud import Cloud

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
    from emulator.errors import EmulatorError

    try:
        with open_cloud() as cloud:
            return Answer(None, text="", exit_code=_run(cloud, instance_id, words, user))
    except EmulatorError as error:
        errors.show(error)
        return Answer(None, text="", exit_code=errors.EXEC_FAILED)


def _run(cloud: "Cloud", instance_id: str, words: Sequence[str], user: str) -> int:
    from cli.terminal import bridge
    from emulator.errors import ConflictError

    container_id = cloud.instances.running_container(instance_id)
    try:
        return bridge(cloud.engine, container_id, words, user)
    except ConflictError:  # nothing was begun
        cloud.instances.wait_while_held(instance_id)
    return bridge(cloud.engine, container_id, words, user)
