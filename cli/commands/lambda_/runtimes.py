"""`lambda list-runtimes`: which of AWS's runtimes there are here; our own."""

import typer

from cli.options import command, open_cloud
from cli.output import Answer

app = typer.Typer()


@command(app, "list-runtimes")
def list_runtimes() -> Answer:
    """List the runtimes of AWS, and which of them there are here.

    What is not built yet is built, or made from AWS's image, by the first function that needs it.

    \b
    cloudlet lambda list-runtimes
    cloudlet lambda list-runtimes --query 'Runtimes[?Available].Runtime' \\
        --output text
    """
    with open_cloud() as cloud:
        states = cloud.functions.runtimes.list()
    document = {
        "Runtimes": [
            {"Runtime": one.runtime.name, "Available": one.is_available, "Image": one.image, "State": one.explanation}
            for one in states
        ]
    }
    ordered = sorted(states, key=lambda one: not one.is_available)
    return Answer(
        document,
        columns=("RUNTIME", "STATE"),
        rows=[(one.runtime.name, one.explanation) for one in ordered],
        ids=[one.runtime.name for one in ordered if one.is_available],
        hint="any image of the local store that has a Lambda entry point runs, too: "
        "cloudlet lambda create-function --package-type Image --code ImageUri=IMAGE …",
    )
