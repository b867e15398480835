"""Tags of functions, and what becomes of a function that causes its own events."""

from typing import Annotated

import typer

from cli.commands.lambda_.shared import FunctionName, facts, pairs
from cli.options import command, open_cloud
from cli.output import Answer

app = typer.Typer()

Resource = Annotated[str, typer.Option("--resource", metavar="ARN", help="The function's ARN.")]


@command(app, "tag-resource")
def tag_resource(
    resource: Resource,
    tags: Annotated[
        str, typer.Option("--tags", metavar="KEY=VALUE,...", help="A key that is there gets the new value.")
    ],
) -> Answer:
    """Give tags to a function.

    \b
    cloudlet lambda tag-resource --tags stage=test,owner=me \\
        --resource arn:aws:lambda:us-east-1:000000000000:function:resize
    """
    with open_cloud() as cloud:
        cloud.functions.tags.tag(resource, pairs(tags, "--tags"))
    return Answer(None, text="")


@command(app, "untag-resource")
def untag_resource(
    resource: Resource,
    tag_keys: Annotated[list[str], typer.Option("--tag-keys", metavar="KEY...", help="The tags to take away.")],
) -> Answer:
    """Take tags away from a function.

    \b
    cloudlet lambda untag-resource --tag-keys stage owner \\
        --resource arn:aws:lambda:us-east-1:000000000000:function:resize
    """
    with open_cloud() as cloud:
        cloud.functions.tags.untag(resource, tag_keys)
    return Answer(None, text="")


@command(app, "list-tags")
def list_tags(resource: Resource) -> Answer:
    """List the tags of a function.

    \b
    cloudlet lambda list-tags \\
        --resource arn:aws:lambda:us-east-1:000000000000:function:resize
    """
    with open_cloud() as cloud:
        found = cloud.functions.tags.list(resource)
    return Answer({"Tags": found}, columns=("KEY", "VALUE"), rows=list(found.items()), ids=list(found))


@command(app, "put-function-recursion-config")
def put_function_recursion_config(
    function_name: FunctionName,
    recursive_loop: Annotated[str, typer.Option("--recursive-loop", metavar="WHAT", help="Terminate or Allow.")],
) -> Answer:
    """Say whether a function that causes its own events is stopped after 16 rounds.

    \b
    cloudlet lambda put-function-recursion-config --function-name resize \\
        --recursive-loop Allow
    """
    with open_cloud() as cloud:
        return facts({"RecursiveLoop": cloud.functions.recursion.set(function_name, recursive_loop)})


@command(app, "get-function-recursion-config")
def get_function_recursion_config(function_name: FunctionName) -> Answer:
    """Show whether a function that causes its own events is stopped.

    \b
    cloudlet lambda get-function-recursion-config --function-name resize
    """
    with open_cloud() as cloud:
        return facts({"RecursiveLoop": cloud.functions.recursion.of(function_name)})
