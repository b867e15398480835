"""Functions: looked at and deleted."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.lambda_.shared import FunctionName, Qualifier, function_table
from cli.options import command, open_cloud
from cli.output import Answer

if TYPE_CHECKING:
    from emulator.cloud import Cloud
    from emulator.functions import Function
    from emulator.functions.document import Document

app = typer.Typer()


@command(app, "list-functions")
def list_functions(
    function_version: Annotated[
        str | None, typer.Option("--function-version", metavar="ALL", help="Also all published versions.")
    ] = None,
) -> Answer:
    """List the deployed functions.

    \b
    cloudlet lambda list-functions
    """
    from emulator.violations import not_one_of, refuse

    refuse(not_one_of(function_version, "functionVersion", ("ALL",)) if function_version else ())
    with open_cloud() as cloud:
        found = cloud.functions.repository.every_version() if function_version else cloud.functions.list()
        document = {"Functions": [_listed(cloud, one, bool(function_version)) for one in found]}
    return function_table(
        found, document, hint=None if found else "no functions yet; see `cloudlet lambda deploy --help`"
    )


def _listed(cloud: "Cloud", one: "Function", is_version: bool) -> "Document":
    return cloud.functions.configuration(one, one.version if is_version else None)


@command(app, "get-function")
def get_function(function_name: FunctionName, qualifier: Qualifier = None) -> Answer:
    """Show a function's configuration and where its code lies.

    If no worker of it can be started, it says why.

    \b
    cloudlet lambda get-function --function-name summarize
    cloudlet lambda get-function --function-name summarize \\
        --query Configuration.State
    """
    with open_cloud() as cloud:
        found = cloud.functions.find(function_name, qualifier)
        document = cloud.functions.description(function_name, qualifier)
    failure = document["Configuration"].get("StateReason")
    return function_table([found], document, hint=f"it cannot run: {failure}" if failure else None)


@command(app, "get-function-configuration")
def get_function_configuration(function_name: FunctionName, qualifier: Qualifier = None) -> Answer:
    """Show a function's configuration.

    \b
    cloudlet lambda get-function-configuration --function-name summarize
    cloudlet lambda get-function-configuration --function-name summarize \\
        --qualifier live
    """
    with open_cloud() as cloud:
        found = cloud.functions.find(function_name, qualifier)
        document = cloud.functions.description(function_name, qualifier)
    return function_table([found], document["Configuration"])


@command(app, "delete-function")
def delete_function(function_name: FunctionName, qualifier: Qualifier = None) -> Answer:
    """Delete a function with its triggers, or only a version of it.

    Its logs stay.

    \b
    cloudlet lambda delete-function --function-name summarize
    cloudlet lambda delete-function --function-name summarize --qualifier 1
    """
    with open_cloud() as cloud:
        deleted = cloud.triggers.delete_function(function_name, qualifier)
    return Answer(None, text="", hint=f"{deleted} is deleted")
