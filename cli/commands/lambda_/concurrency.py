"""How many invocations of a function may run at once, and how many workers are kept ready for them."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.lambda_.shared import FunctionName, facts
from cli.options import command, open_cloud
from cli.output import Answer

if TYPE_CHECKING:
    from emulator.cloud import Cloud
    from emulator.functions.concurrency import Provisioned

app = typer.Typer()

RequiredQualifier = Annotated[str, typer.Option("--qualifier", metavar="VERSION", help="A version, or an alias.")]


@command(app, "put-function-concurrency")
def put_function_concurrency(
    function_name: FunctionName,
    reserved_concurrent_executions: Annotated[
        int, typer.Option("--reserved-concurrent-executions", metavar="N", help="So many at once; 0 stops it.")
    ],
) -> Answer:
    """Let a function run so often at once and no more.

    Others cannot take that from it.

    \b
    cloudlet lambda put-function-concurrency --function-name resize \\
        --reserved-concurrent-executions 2
    """
    with open_cloud() as cloud:
        reserved = cloud.functions.concurrency.reserve(function_name, reserved_concurrent_executions)
    return facts({"ReservedConcurrentExecutions": reserved})


@command(app, "get-function-concurrency")
def get_function_concurrency(function_name: FunctionName) -> Answer:
    """Show how often a function may run at once, if that was said.

    \b
    cloudlet lambda get-function-concurrency --function-name resize
    """
    with open_cloud() as cloud:
        reserved = cloud.functions.concurrency.reserved(function_name)
    if reserved is None:
        return facts({}, hint=f"nothing is reserved for {function_name}")
    return facts({"ReservedConcurrentExecutions": reserved})


@command(app, "delete-function-concurrency")
def delete_function_concurrency(function_name: FunctionName) -> Answer:
    """Reserve nothing for a function any more.

    \b
    cloudlet lambda delete-function-concurrency --function-name resize
    """
    with open_cloud() as cloud:
        cloud.functions.concurrency.release(function_name)
    return Answer(None, text="")


@command(app, "get-account-settings")
def get_account_settings() -> Answer:
    """Show the limits of this account, and how many functions there are.

    \b
    cloudlet lambda get-account-settings
    """
    from emulator.functions.document import account_settings

    with open_cloud() as cloud:
        document = account_settings(cloud.functions.concurrency.account())
    shown = {**document["AccountLimit"], **document["AccountUsage"]}
    return Answer(document, columns=("NAME", "VALUE"), rows=list(shown.items()))


@command(app, "put-provisioned-concurrency-config")
def put_provisioned_concurrency_config(
    function_name: FunctionName,
    qualifier: RequiredQualifier,
    provisioned_concurrent_executions: Annotated[
        int, typer.Option("--provisioned-concurrent-executions", metavar="N", help="So many workers.")
    ],
) -> Answer:
    """Keep workers of a version ready for as long as the server is up.

    \b
    cloudlet lambda put-provisioned-concurrency-config --function-name resize \\
        --qualifier live --provisioned-concurrent-executions 2
    """
    from emulator.functions.references import parse_reference

    asked = parse_reference(function_name, qualifier)
    with open_cloud() as cloud:
        found = cloud.functions.concurrency.provision(asked, provisioned_concurrent_executions)
        return _one(found, _ready(cloud, found))


@command(app, "get-provisioned-concurrency-config")
def get_provisioned_concurrency_config(function_name: FunctionName, qualifier: RequiredQualifier) -> Answer:
    """Show how many workers of a version are to be ready, and how many are.

    \b
    cloudlet lambda get-provisioned-concurrency-config --function-name resize \\
        --qualifier live
    """
    from emulator.functions.references import parse_reference

    with open_cloud() as cloud:
        found = cloud.functions.concurrency.provisioned(parse_reference(function_name, qualifier))
        return _one(found, _ready(cloud, found))


@command(app, "list-provisioned-concurrency-configs")
def list_provisioned_concurrency_configs(function_name: FunctionName) -> Answer:
    """List the versions and aliases of a function for which workers are kept ready.

    \b
    cloudlet lambda list-provisioned-concurrency-configs --function-name resize
    """
    from emulator.functions import document

    with open_cloud() as cloud:
        found = [(one, _ready(cloud, one)) for one in cloud.functions.concurrency.all_provisioned(function_name)]
    listed = [document.listed_provisioned(one, ready, cloud.settings.region) for one, ready in found]
    return Answer(
        {"ProvisionedConcurrencyConfigs": listed},
        columns=("QUALIFIER", "REQUESTED", "READY"),
        rows=[(one.qualifier, one.requested, ready) for one, ready in found],
        ids=[one.qualifier for one, _ in found],
    )


@command(app, "delete-provisioned-concurrency-config")
def delete_provisioned_concurrency_config(function_name: FunctionName, qualifier: RequiredQualifier) -> Answer:
    """Keep no workers of a version ready any more.

    \b
    cloudlet lambda delete-provisioned-concurrency-config --function-name resize \\
        --qualifier live
    """
    from emulator.functions.references import parse_reference

    with open_cloud() as cloud:
        cloud.functions.concurrency.unprovision(parse_reference(function_name, qualifier))
    return Answer(None, text="")


def _one(found: "Provisioned", ready: int) -> Answer:
    from emulator.functions import document

    answer = document.provisioned(found, ready)
    return Answer(
        answer,
        columns=("QUALIFIER", "REQUESTED", "READY", "STATUS", "LAST MODIFIED"),
        rows=[(found.qualifier, found.requested, ready, answer["Status"], f"{found.last_modified:%Y-%m-%d %H:%M:%S}")],
        ids=[found.qualifier],
    )


def _ready(cloud: "Cloud", one: "Provisioned") -> int:
    """Ask the server how many workers are ready; without one, none is."""
    import json

    from cli.server import find_server

    server = find_server(cloud.home)
    if server is None:
        return 0
    path = f"/2019-09-30/functions/{one.function}/provisioned-concurrency?Qualifier={one.qualifier}"
    reply = server.request("GET", path)
    return int(json.loads(reply.body)["AvailableProvisionedConcurrentExecutions"]) if reply.status == 200 else 0
