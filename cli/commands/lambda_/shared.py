"""What the commands on functions share: how a function is named, and how it is shown."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import Answer

if TYPE_CHECKING:
    from emulator.functions import Function

FunctionName = Annotated[str, typer.Option("--function-name", metavar="NAME", help="A function's name or ARN.")]
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="A function's name or ARN.")]


def function_table(functions: "Sequence[Function]", document: object, hint: str | None = None) -> Answer:
    """Return the answer that shows *functions* as a table, and *document* where a document is asked for."""
    return Answer(
        document,
        columns=("NAME", "RUNTIME", "HANDLER", "MEMORY", "TIMEOUT", "LAST MODIFIED"),
        rows=[
            (
                one.name,
                one.runtime,
                one.handler,
                f"{one.memory_mb} MB",
                f"{one.timeout_seconds} s",
                f"{one.last_modified:%Y-%m-%d %H:%M:%S}",
            )
            for one in functions
        ],
        ids=[one.name for one in functions],
        hint=hint,
    )
