"""`cloudlet destroy`: a stack and all that stands for it goes."""

from typing import Annotated

import typer

from cli.options import open_cloud
from cli.output import Answer
from emulator.errors import InvalidRequestError


def destroy(
    stack: Annotated[
        str | None, typer.Argument(metavar="[STACK]", help="Which; default: the only one that there is.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Empty its buckets first: AWS keeps a stack whose buckets are not empty.")
    ] = False,
) -> Answer:
    """Remove a stack with all that was made for it. What its template says to retain stays.

    \b
    cloudlet destroy photos
    cloudlet destroy photos --force
    """
    from emulator.stacks.service import Stacks

    with open_cloud() as cloud:
        stacks = Stacks(cloud, cloud.settings.port)
        name = stack or _only(sorted(one.name for one in stacks.records.all()))
        removed = stacks.destroy(name, empties_buckets=force)
    document = {"StackName": name, "Removed": [one.physical_id for one in removed]}
    return Answer(document, text="", ids=[name], hint=f"the stack {name} is gone")


def _only(names: list[str]) -> str:
    if len(names) != 1:
        known = f"there are: {', '.join(names)}" if names else "no stack is deployed here"
        raise InvalidRequestError("which stack is to be destroyed is not said", hint=known)
    return names[0]
