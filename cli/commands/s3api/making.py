"""A command, made from the model of its operation."""

import inspect
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer

from cli.commands.s3api.naming import operation_name, option_name, parameter_name
from cli.commands.s3api.table import Row
from cli.commands.s3api.words import help_of, is_usual, metavar_of
from cli.helptext import HelpfulGroup
from cli.options import command
from cli.output import Answer
from emulator.http.aws.model import Member, Operation, ServiceModel
from emulator.http.aws.models import read_model

_ANNOTATIONS = {"integer": int | None, "long": int | None, "boolean": bool | None, "list": list[str] | None}

_LINE = 72
"""How long the line of an example may be, so that what help adds on both sides fits into 80 columns."""

_PAGING = {
    "starting_token": (str | None, "--starting-token", "TOKEN", "Go on where --max-items ended: its NextToken."),
    "max_items": (int | None, "--max-items", "N", "List no more than these; NextToken says where to go on."),
    "page_size": (int | None, "--page-size", "N", "How many to ask for at once."),
}


def made(name: str, row: Row) -> Any:
    """Return the command *name*."""
    model = read_model("s3")
    operation = model.operations[operation_name(name, model.operations)]
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    command(app, name)(_function(name, row, operation, model))
    tree = typer.Typer(add_completion=False, rich_markup_mode=None)
    tree.add_typer(app, name="group", cls=HelpfulGroup)
    return typer.main.get_group(tree).commands["group"].commands[name]  # type: ignore[attr-defined]


def _function(name: str, row: Row, operation: Operation, model: ServiceModel) -> Any:
    paginator = model.paginator(operation.name)

    def run(**arguments: Any) -> Answer:
        from cli.commands.s3api.running import run

        return run(operation, paginator, arguments)

    parameters = [*_parameters(operation, paginator)]
    run.__signature__ = inspect.Signature(parameters, return_annotation=Answer)  # type: ignore[attr-defined]
    run.__doc__ = _help(name, row, operation)
    return run


def _help(name: str, row: Row, operation: Operation) -> str:
    of_bucket = "--bucket raw" if operation.input and "Bucket" in operation.input.required else ""
    words = " ".join(part for part in ("cloudlet s3api", name, of_bucket, row.example) if part)
    return f"{row.summary}.\n\n\b\n{_wrapped(words)}"


def _wrapped(words: str) -> str:
    """Return a command in lines that fit beneath each other in help, and can be copied together."""
    lines = [""]
    for part in words.replace(" --", "\0--").split("\0"):
        if len(lines[-1]) + len(part) > _LINE:
            lines.append("   ")
        lines[-1] += f" {part}"
    return " \\\n".join(lines).removeprefix(" ")


def _parameters(operation: Operation, paginator: Mapping[str, Any] | None) -> Iterator[inspect.Parameter]:
    members = operation.input.members.values() if operation.input else ()
    required = operation.input.required if operation.input else ()
    of_pages = _of_pages(paginator)
    for member in sorted(members, key=lambda one: (one.name not in required, not is_usual(one))):
        yield _option(member, is_required=member.name in required, is_hidden=member.name in of_pages)
    if operation.output and (payload := operation.output.payload) and payload.shape.type == "blob":
        info = typer.Argument(metavar="OUTFILE", help="Where the content goes; - is stdout.")
        yield _keyword("outfile", Annotated[str, info], inspect.Parameter.empty)
    if paginator:
        for name, (kind, option, metavar, text) in _PAGING.items():
            least = 1 if kind == int | None else None
            yield _keyword(name, Annotated[kind, typer.Option(option, metavar=metavar, help=text, min=least)], None)
        info = typer.Option("--no-paginate", help="Ask once, and answer as S3 does.")
        yield _keyword("no_paginate", Annotated[bool, info], False)


def _of_pages(paginator: Mapping[str, Any] | None) -> set[str]:
    """Return the members that say where in a listing to begin, which nobody who says --max-items need know."""
    if paginator is None:
        return set()
    tokens = paginator["input_token"]
    return {*([tokens] if isinstance(tokens, str) else tokens), paginator["limit_key"]}


def _option(member: Member, *, is_required: bool, is_hidden: bool) -> inspect.Parameter:
    name = option_name(member.name)
    is_flag = member.shape.type == "boolean"
    info = typer.Option(
        f"{name}/--no-{name.removeprefix('--')}" if is_flag else name,
        metavar=None if is_flag else metavar_of(member),
        help=help_of(member),
        hidden=is_hidden,
    )
    kind = _ANNOTATIONS.get(member.shape.type, str | None)
    default = inspect.Parameter.empty if is_required else None
    return _keyword(parameter_name(member.name), Annotated[kind, info], default)


def _keyword(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)
