"""`cloudlet lambda`: the verbs and flags of `aws lambda`, and a few that AWS has not. One module a noun."""

import typer

from cli.lazy import LazyGroup

_MODULES = {
    "deploy": ("deploy",),
    "functions": ("list-functions", "get-function", "get-function-configuration", "delete-function"),
    "creation": ("create-function", "update-function-code", "update-function-configuration"),
    "versions": ("publish-version", "list-versions-by-function"),
    "aliases": ("create-alias", "update-alias", "get-alias", "list-aliases", "delete-alias"),
    "concurrency": (
        *("put-function-concurrency", "get-function-concurrency", "delete-function-concurrency"),
        *("put-provisioned-concurrency-config", "get-provisioned-concurrency-config"),
        *("list-provisioned-concurrency-configs", "delete-provisioned-concurrency-config"),
        "get-account-settings",
    ),
    "event_configs": (
        *("put-function-event-invoke-config", "update-function-event-invoke-config"),
        *("get-function-event-invoke-config", "list-function-event-invoke-configs"),
        "delete-function-event-invoke-config",
    ),
    "tags": (
        *("tag-resource", "untag-resource", "list-tags"),
        *("put-function-recursion-config", "get-function-recursion-config"),
    ),
    "runtimes": ("list-runtimes",),
    "invoke": ("invoke",),
    "logs": ("logs",),
    "layers": (
        *("publish-layer-version", "list-layers", "list-layer-versions"),
        *("get-layer-version", "get-layer-version-by-arn", "delete-layer-version"),
    ),
    "triggers": ("add-trigger", "list-triggers", "remove-trigger"),
    "urls": (
        *("create-function-url-config", "get-function-url-config", "update-function-url-config"),
        *("delete-function-url-config", "list-function-url-configs"),
    ),
}


class Lambda(LazyGroup):
    """In the order in which one needs them."""

    modules = {name: f"{__name__}.{module}" for module, names in _MODULES.items() for name in names}  # noqa: RUF012


app = typer.Typer(
    name="lambda",
    no_args_is_help=True,
    help="""Functions: handlers that run when something happens.

    \b
    cloudlet lambda deploy ./code --name summarize --handler app.handler
    cloudlet lambda invoke --function-name summarize --payload '{"key": "value"}'
    cloudlet lambda add-trigger summarize --bucket raw --suffix .csv
    cloudlet lambda logs summarize --follow
    """,
)
