"""`ec2 cp`."""

import re
from typing import Annotated

import typer

from cli.options import command, open_cloud
from cli.output import Answer
from emulator.errors import InvalidRequestError

app = typer.Typer()


@command(app, "cp")
def cp(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="A path, or INSTANCE:PATH with an id or a Name.")],
    target: Annotated[str, typer.Argument(metavar="TARGET", help="The other of the two.")],
) -> Answer:
    """Copy a file or a folder to or from an instance, running or stopped.

    \b
    cloudlet ec2 cp index.html web:/var/www/html/
    cloudlet ec2 cp site/. web:/var/www/html           what is in the folder
    cloudlet ec2 cp web:/var/log/nginx ./logs
    """
    from emulator.instances.copying import copy_in, copy_out
    from emulator.units import format_bytes

    inside, outside = _split(source), _split(target)
    if (inside is None) == (outside is None):
        raise InvalidRequestError(
            f"one of {source!r} and {target!r} is to be on an instance, the other here",
            hint="write INSTANCE:PATH for the one, and ./a:b for a file here that has a colon",
        )
    with open_cloud() as cloud:
        if inside is not None:
            (instance,) = cloud.instances.describe([inside[0]])
            tally = copy_out(cloud.engine, instance, inside[1], target)
        elif outside is not None:
            (instance,) = cloud.instances.describe([outside[0]])
            tally = copy_in(cloud.engine, source, instance, outside[1])
        for path in tally.skipped:
            cloud.progress.warn(f"skipped {path}: it is neither a file nor a folder nor a link")
    files = f"{tally.files} file{'' if tally.files == 1 else 's'}"
    return Answer(
        {"Files": tally.files, "Bytes": tally.size_bytes},
        text="",
        hint=f"copied {files}, {format_bytes(tally.size_bytes)}, to {target}",
    )


def _split(text: str) -> tuple[str, str] | None:
    """Return instance and path of `INSTANCE:PATH`; None if *text* is a path of this machine."""
    match = re.fullmatch(r"([^:./][^:/]*):(.*)", text, re.DOTALL)
    if match is None:
        return None
    if not match[2]:
        raise InvalidRequestError(f"{text!r} names no path", hint=f"write {text}/PATH: paths begin at the root")
    return match[1], match[2]
