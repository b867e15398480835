"""cloudlet config: the settings that hold here, and what says so."""

import typer

from cli.options import asked_output, command
from cli.output import Answer
from emulator.settings.reading import read
from emulator.settings.shown import shown

app = typer.Typer(
    no_args_is_help=True,
    help="""Settings: what holds, and what says so.

    \b
    cloudlet config show
    """,
)


@command(app, "show")
def show() -> Answer:
    """Show every setting, its value, and what says so: option, variable or file.

    \b
    cloudlet config show
    cloudlet config show --query "Settings[?Origin!='default']" --output table
    """
    output = asked_output.get()
    reading = read(options={"output": output} if output else {})
    settings = list(shown(reading))
    return Answer(
        {
            "Settings": [{"Name": one.name, "Value": one.value, "Origin": one.origin} for one in settings],
            "Files": [str(file) for file in reading.files],
        },
        columns=("SETTING", "VALUE", "ORIGIN"),
        rows=[(one.name, "-" if one.value is None else one.value, one.origin) for one in settings],
        ids=[one.name for one in settings],
        hint="the names, and where they may be set: `cloudlet help configuration`",
    )
