"""`cloudlet events`: what functions are given without anybody waiting for the answer, and `aws events`'s rules.

One module a noun.
"""

import typer

from cli.lazy import LazyGroup

_MODULES = {
    "invocations": ("list", "show", "replay"),
    "rules": ("put-rule", "list-rules", "describe-rule", "enable-rule", "disable-rule", "delete-rule"),
    "targets": ("put-targets", "list-targets-by-rule", "remove-targets"),
}


class Events(LazyGroup):
    """In the order in which one needs them."""

    modules = {name: f"{__name__}.{module}" for module, names in _MODULES.items() for name in names}  # noqa: RUF012


app = typer.Typer(
    name="events",
    no_args_is_help=True,
    help="""Events: what functions are given in the background. What became of it, and the rules that give it.

    \b
    cloudlet events list --state failed
    cloudlet events show 4f1d0a52-…
    cloudlet events replay --failed
    cloudlet events put-rule --name hourly --schedule-expression 'rate(1 hour)'
    """,
)
