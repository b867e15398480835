"""Aliases: names for versions."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.commands.lambda_.shared import Description, FunctionName, RevisionId, structure
from cli.options import command, open_cloud
from cli.output import Answer

if TYPE_CHECKING:
    from emulator.functions.alias import Alias

app = typer.Typer()

_ROUTING = "AdditionalVersionWeights={2=0.1}"

AliasName = Annotated[str, typer.Option("--name", metavar="ALIAS", help="The alias, such as live.")]
RoutingConfig = Annotated[
    str | None,
    typer.Option("--routing-config", metavar=_ROUTING, help="Another version, and its share of the invocations."),
]


@command(app, "create-alias")
def create_alias(
    function_name: FunctionName,
    name: AliasName,
    function_version: Annotated[
        str, typer.Option("--function-version", metavar="VERSION", help="The version that it stands for.")
    ],
    description: Description = None,
    routing_config: RoutingConfig = None,
) -> Answer:
    """Give a version a name. Invocations may go to two versions, each its share of them.

    \b
    cloudlet lambda create-alias --function-name resize --name live \\
        --function-version 1
    cloudlet lambda create-alias --function-name resize --name live \\
        --function-version 1 \\
        --routing-config AdditionalVersionWeights={2=0.1}
    """
    weights = _weights(routing_config)
    with open_cloud() as cloud:
        alias = cloud.functions.aliases.create(
            function_name, name, function_version, description=description or "", weights=weights
        )
    return _one(alias, cloud.settings.region)


@command(app, "update-alias")
def update_alias(
    function_name: FunctionName,
    name: AliasName,
    function_version: Annotated[
        str | None, typer.Option("--function-version", metavar="VERSION", help="The version that it is to stand for.")
    ] = None,
    description: Description = None,
    routing_config: RoutingConfig = None,
    revision_id: RevisionId = None,
) -> Answer:
    """Have an alias stand for another version, or change its weights.

    What is left out stays as it is.

    \b
    cloudlet lambda update-alias --function-name resize --name live \\
        --function-version 2
    cloudlet lambda update-alias --function-name resize --name live \\
        --routing-config '{}'
    """
    weights = _weights(routing_config)
    with open_cloud() as cloud:
        alias = cloud.functions.aliases.update(
            function_name,
            name,
            version=function_version,
            description=description,
            weights=weights,
            revision_id=revision_id,
        )
    return _one(alias, cloud.settings.region)


@command(app, "get-alias")
def get_alias(function_name: FunctionName, name: AliasName) -> Answer:
    """Show an alias.

    \b
    cloudlet lambda get-alias --function-name resize --name live
    """
    with open_cloud() as cloud:
        return _one(cloud.functions.aliases.find(function_name, name), cloud.settings.region)


@command(app, "list-aliases")
def list_aliases(
    function_name: FunctionName,
    function_version: Annotated[
        str | None,
        typer.Option("--function-version", metavar="VERSION", help="Only those that stand for this version."),
    ] = None,
) -> Answer:
    """List a function's aliases.

    \b
    cloudlet lambda list-aliases --function-name resize
    """
    from emulator.functions import document

    with open_cloud() as cloud:
        found = cloud.functions.aliases.list(function_name, function_version)
    return _table(found, {"Aliases": [document.alias(one, cloud.settings.region) for one in found]})


@command(app, "delete-alias")
def delete_alias(function_name: FunctionName, name: AliasName) -> Answer:
    """Delete an alias with its triggers; the version stays.

    \b
    cloudlet lambda delete-alias --function-name resize --name live
    """
    with open_cloud() as cloud:
        cloud.triggers.delete_alias(function_name, name)
    return Answer(None, text="")


def _weights(routing_config: str | None) -> dict[str, float] | None:
    from emulator.functions.parameters import weights

    given = structure(routing_config, "--routing-config", _ROUTING)
    return weights({} if given is None else {"RoutingConfig": given})


def _one(alias: "Alias", region: str) -> Answer:
    from emulator.functions import document

    return _table([alias], document.alias(alias, region))


def _table(aliases: "Sequence[Alias]", document: Any) -> Answer:
    return Answer(
        document,
        columns=("NAME", "VERSION", "ALSO", "DESCRIPTION"),
        rows=[
            (
                one.name,
                one.version,
                ", ".join(f"{version}: {weight:.0%}" for version, weight in one.weights.items()) or "-",
                one.description or "-",
            )
            for one in aliases
        ],
        ids=[one.name for one in aliases],
    )
