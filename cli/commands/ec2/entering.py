"""Ways into an instance: `ec2 exec`."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import command, open_cloud
from cli.output import Answer
from emulator.errors import ConflictError

if TYPE_CHECKING:
    from emulator.cloud import Cloud

app = typer.Typer()

_PATIENCE_SECONDS = 60.0
_PAUSE_SECONDS = 0.1


class HeldStillError(ConflictError):
    """The engine has paused the instance, and nobody lets it go on."""

    code = "IncorrectInstanceState"

    def __init__(self, instance: str, container_id: str) -> None:
        super().__init__(
            f"The instance '{instance}' is held still: nothing can be begun in it.",
            hint=f"if no image is being made of it, let it go on: docker unpause {container_id[:12]}",
        )


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
            container_id = cloud.instances.running_container(instance_id)
            return Answer(None, text="", exit_code=_run(cloud, instance_id, container_id, words, user))
    except EmulatorError as error:
        errors.show(error)
        return Answer(None, text="", exit_code=errors.EXEC_FAILED)


def _run(cloud: "Cloud", instance: str, container_id: str, words: Sequence[str], user: str) -> int:
    from cli.terminal import bridge

    try:
        return bridge(cloud.engine, container_id, words, user)
    except ConflictError:  # nothing was begun
        wait_while_held(cloud, instance, container_id)
    return bridge(cloud.engine, container_id, words, user)


def wait_while_held(
    cloud: "Cloud", instance: str, container_id: str, patience_seconds: float = _PATIENCE_SECONDS
) -> None:
    """Return when a container is not held still, as it is while an image is made of it; HeldStillError if it stays."""
    if not _is_held(cloud, container_id):
        return
    deadline = time.monotonic() + patience_seconds
    with cloud.progress.step(f"Waiting for {instance}, which is held still"):
        while _is_held(cloud, container_id):
            if time.monotonic() > deadline:
                raise HeldStillError(instance, container_id)
            time.sleep(_PAUSE_SECONDS)


def _is_held(cloud: "Cloud", container_id: str) -> bool:
    from emulator.engine import Kind

    return any(one.id == container_id and one.state == "paused" for one in cloud.engine.containers.list(Kind.INSTANCE))
