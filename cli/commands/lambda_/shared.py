"""What the commands on functions share: how a function is named, and how it is shown."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import read_bytes_argument
from cli.output import Answer

if TYPE_CHECKING:
    from emulator.functions import Function

FunctionName = Annotated[str, typer.Option("--function-name", metavar="NAME", help="A function's name or ARN.")]
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="A function's name or ARN.")]
Qualifier = Annotated[
    str | None, typer.Option("--qualifier", metavar="VERSION", help="A version or an alias; default: $LATEST.")
]
ZipFile = Annotated[str | None, typer.Option("--zip-file", metavar="fileb://ZIP", help="A zip of at most 50 MB.")]
Description = Annotated[str | None, typer.Option("--description", metavar="TEXT", help="Up to 256 characters.")]
RevisionId = Annotated[
    str | None, typer.Option("--revision-id", metavar="ID", help="Change nothing if it is not the latest.")
]


def function_table(functions: "Sequence[Function]", document: object, hint: str | None = None) -> Answer:
    """Return the answer that shows *functions* as a table, and *document* where a document is asked for."""
    return Answer(
        document,
        columns=("NAME", "RUNTIME", "HANDLER", "MEMORY", "TIMEOUT", "LAST MODIFIED"),
        rows=[
            (
                one.name,
                one.runtime or "(image)",
                one.handler or one.image_uri,
                f"{one.memory_mb} MB",
                f"{one.timeout_seconds} s",
                f"{one.last_modified:%Y-%m-%d %H:%M:%S}",
            )
            for one in functions
        ],
        ids=[one.name for one in functions],
        hint=hint,
    )


def facts(document: dict[str, Any], hint: str | None = None, ids: Sequence[str] = ()) -> Answer:
    """Return the answer that shows what is in *document*, one thing or a few, on a line."""
    shown = {name: value for name, value in document.items() if not isinstance(value, dict | list)}
    return Answer(document, columns=tuple(shown), rows=[tuple(shown.values())] if shown else [], ids=ids, hint=hint)


def read_zip(zip_file: str | None) -> bytes | None:
    """Return the bytes of the zip that --zip-file names, None if it was not given."""
    from emulator.errors import InvalidRequestError

    if zip_file is None:
        return None
    if zip_file != "-" and not zip_file.startswith(("fileb://", "file://")):
        raise InvalidRequestError(
            "--zip-file must be a zip file with the fileb:// prefix.",
            code="ValidationError",
            hint=f"write --zip-file fileb://{zip_file}" if zip_file else "write --zip-file fileb://path/to/file.zip",
        )
    return read_bytes_argument(zip_file, "--zip-file")


def structure(text: str | None, option: str, model: str) -> dict[str, Any] | None:
    """Return the structure that *option* was given, None if it was not; *model* shows how it is written."""
    from cli.shorthand import structures
    from emulator.errors import InvalidRequestError

    if text is None:
        return None
    found = [] if text.strip() == "" else structures(text, option, model)
    if len(found) != 1:
        raise InvalidRequestError(f"{option} takes one structure", hint=f"write {model}")
    return found[0]


def pairs(text: str | None, option: str) -> dict[str, str]:
    """Return the map that *option* was given: `stage=test,owner=me`, or JSON."""
    from emulator.functions import parameters

    return parameters.pairs({option: structure(text, option, "stage=test,owner=me")}, option) or {}
