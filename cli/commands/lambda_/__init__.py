"""`cloudlet lambda`: the verbs and flags of `aws lambda`, and a few that AWS has not. One module a noun."""

import typer

from cli.lazy import LazyGroup

_MODULES = {
    "deploy": ("deploy",),
    "functions": ("list-functions", "get-function", "delete-function"),
    "invoke": ("invoke",),
    "logs": ("logs",),
    "triggers": ("add-trigger", "list-triggers", "remove-trigger"),
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
