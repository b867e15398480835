"""`cloudlet logs`: the verbs and flags of `aws logs`, on the files in the folder of logs. One module a noun."""

import typer

from cli.lazy import LazyGroup

_MODULES = {
    "tail": ("tail",),
    "groups": ("describe-log-groups", "put-retention-policy", "delete-retention-policy", "delete-log-group"),
    "streams": ("describe-log-streams", "delete-log-stream"),
    "events": ("filter-log-events", "get-log-events"),
}


class Logs(LazyGroup):
    """In the order in which one needs them."""

    modules = {name: f"{__name__}.{module}" for module, names in _MODULES.items() for name in names}  # noqa: RUF012


app = typer.Typer(
    name="logs",
    no_args_is_help=True,
    help="""Logs: what functions printed, by group and stream.

    \b
    cloudlet logs tail /aws/lambda/summarize --follow
    cloudlet logs tail /aws/lambda/summarize --since 1h --filter-pattern ERROR
    cloudlet logs describe-log-groups
    """,
)
