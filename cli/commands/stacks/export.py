"""`cloudlet export`: a template of what stands."""

from pathlib import Path
from typing import Annotated

import typer

from cli.options import open_cloud
from cli.output import Answer


def export(
    folder: Annotated[
        Path, typer.Argument(metavar="[FOLDER]", help="Where to: template.yaml and the code beside it; default: here.")
    ] = Path(),
    keep_names: Annotated[
        bool,
        typer.Option("--keep-names", help="Call everything as it is called here; then it cannot stand beside it."),
    ] = False,
) -> Answer:
    """Write what stands here as a template. What it cannot say is listed.

    \b
    cloudlet export ./copy
    CLOUDLET_HOME=~/other cloudlet deploy ./copy/template.yaml
    """
    from emulator.stacks.export.service import export as write

    with open_cloud() as cloud:
        done = write(cloud, folder, keeps_names=keep_names)
    return Answer(
        {"Template": str(done.template), "Resources": done.resources, "LeftOut": list(done.left_out)},
        text=str(done.template),
        ids=[str(done.template)],
        footnotes=[f"not in it: {one}" for one in done.left_out],
        hint=f"{done.resources} resources; deploy them: cloudlet deploy {done.template}",
    )
