"""Functions: looked at and deleted."""

import typer

from cli.commands.lambda_.shared import FunctionName, function_table
from cli.options import command, open_cloud
from cli.output import Answer

app = typer.Typer()


@command(app, "list-functions")
def list_functions() -> Answer:
    """List the deployed functions.

    \b
    cloudlet lambda list-functions
    """
    from emulator.functions.document import configuration

    with open_cloud() as cloud:
        found = cloud.functions.list()
    document = {"Functions": [configuration(one, cloud.settings.region) for one in found]}
    return function_table(
        found, document, hint=None if found else "no functions yet; see `cloudlet lambda deploy --help`"
    )


@command(app, "get-function")
def get_function(function_name: FunctionName) -> Answer:
    """Show a function's configuration and where its code lies.

    \b
    cloudlet lambda get-function --function-name summarize
    """
    from emulator.functions import document

    with open_cloud() as cloud:
        found = cloud.functions.find(function_name)
        location = cloud.functions.code_folder(found).as_uri()
    return function_table([found], document.function(found, cloud.settings.region, location))


@command(app, "delete-function")
def delete_function(function_name: FunctionName) -> Answer:
    """Delete a function with its triggers; its logs stay.

    \b
    cloudlet lambda delete-function --function-name summarize
    """
    with open_cloud() as cloud:
        name = cloud.triggers.delete_function(function_name)
    return Answer(None, text="", hint=f"{name} is deleted")
