"""What every command shares: AWS's list options, --output, --query, --quiet, and the showing of its answer."""

import dataclasses
import functools
import inspect
import os
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import output as out
from cli.errors import UsageError
from cli.helptext import HelpfulCommand
from emulator.errors import InvalidRequestError
from emulator.settings import Settings

if TYPE_CHECKING:
    from emulator.cloud import Cloud

Output = Annotated[
    str | None, typer.Option("--output", metavar="FORMAT", help="table, json, yaml or text; default: table.")
]
Query = Annotated[
    str | None,
    typer.Option("--query", metavar="JMESPATH", help="A part of the answer, as json if nothing else is said."),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Only ids, one a line.")]

_asked_for_quiet: ContextVar[bool] = ContextVar("quiet", default=False)
asked_output: ContextVar[str | None] = ContextVar("output", default=None)
"""What --output said."""

_SHARED = {"output": (Output, None), "query": (Query, None), "quiet": (Quiet, False)}

# What scripts say to `aws`, and need not say here: no help shows it.
_REGION = {"region": (Annotated[str | None, typer.Option("--region", hidden=True)], None)}
_MAX_ITEMS = {"max_items": (Annotated[int | None, typer.Option("--max-items", min=1, hidden=True)], None)}
_MEANINGLESS = {
    "profile": (Annotated[str | None, typer.Option("--profile", hidden=True)], None),
    "no_cli_pager": (Annotated[bool, typer.Option("--no-cli-pager", hidden=True)], False),
    "no_paginate": (Annotated[bool, typer.Option("--no-paginate", hidden=True)], False),
    "page_size": (Annotated[int | None, typer.Option("--page-size", hidden=True)], None),
}


class AwsCommand(HelpfulCommand):
    """Takes lists as `aws` does: `--instance-ids i-1 i-2` is `--instance-ids i-1 --instance-ids i-2`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        lists = {name for param in self.params if getattr(param, "multiple", False) for name in param.opts}
        try:
            return super().parse_args(ctx, expand_lists(args, lists))
        except UsageError as error:
            error.ctx = error.ctx or ctx  # an option without its value does not say whose it is
            raise


def expand_lists(arguments: list[str], list_options: set[str]) -> list[str]:
    """
    Repeat each option of *list_options* before every value that follows it, up to the next option.

    >>> expand_lists(["--ids", "a", "b", "--dry-run", "--", "c"], {"--ids"})
    ['--ids', 'a', '--ids', 'b', '--dry-run', '--', 'c']
    """
    expanded: list[str] = []
    current: str | None = None
    for index, argument in enumerate(arguments):
        if argument == "--":
            return expanded + arguments[index:]
        if not _is_value([argument]):
            current = argument if argument in list_options else None
            if current is None or not _is_value(arguments[index + 1 : index + 2]):
                expanded.append(argument)  # a list without values is click's to refuse
        elif current is not None:
            expanded += [current, argument]
        else:
            expanded.append(argument)
    return expanded


def _is_value(arguments: list[str]) -> bool:
    """Tell whether the first of *arguments* exists and is no option; `-` alone stands for stdin."""
    return bool(arguments) and (arguments[0] == "-" or not arguments[0].startswith("-"))


def command(app: typer.Typer, name: str, **settings: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function as the command *name*: its parameters are the options, the Answer it returns is shown."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def call(
            *,
            output: str | None,
            query: str | None,
            quiet: bool,
            region: str | None,
            **arguments: Any,
        ) -> None:
            _asked_for_quiet.set(quiet)
            asked_output.set(output)
            _check_region(region)
            chosen = out.check_format(output or out.default_format(Settings.from_environment().output, query))
            out.check_query(query)
            answer = function(**{name: value for name, value in arguments.items() if name in own})
            if isinstance(answer, out.Answer):
                most = None if "max_items" in own else arguments.get("max_items")
                out.show(_first(answer, most), chosen, query, quiet)
                if answer.exit_code:
                    raise typer.Exit(answer.exit_code)

        own = inspect.signature(function).parameters
        lists = name.startswith(("describe-", "list-"))
        shared = _SHARED | _REGION | _MEANINGLESS | (_MAX_ITEMS if lists else {})
        _share_options(call, function, {option: one for option, one in shared.items() if option not in own})
        app.command(name, cls=AwsCommand, **settings)(call)
        return function

    return register


def _share_options(call: Callable[..., Any], function: Callable[..., Any], options: Mapping[str, Any]) -> None:
    """Give *call* the parameters of *function* and the shared *options*: typer reads options from a signature."""
    signature = inspect.signature(function, eval_str=True)
    shared = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, (annotation, default) in options.items()
    ]
    own = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in signature.parameters.values()]
    call.__signature__ = signature.replace(parameters=own + shared, return_annotation=None)  # type: ignore[attr-defined]
    call.__annotations__ = {parameter.name: parameter.annotation for parameter in own + shared}


def _check_region(region: str | None) -> None:
    """Refuse another region than that of this cloud: what was meant for there would be done here."""
    if region is not None and region != (ours := Settings.from_environment().region):
        raise InvalidRequestError(
            f"--region {region!r} is not the region of this cloud, {ours}",
            hint="leave it out; the region is what AWS_REGION says",
        )


def _first(answer: out.Answer, most: int | None) -> out.Answer:
    """Return *answer* with no more than *most* of what it lists, in every form of it."""
    if most is None or not isinstance(answer.document, dict):
        return answer
    document = {name: value[:most] if isinstance(value, list) else value for name, value in answer.document.items()}
    return dataclasses.replace(answer, document=document, rows=answer.rows[:most], ids=answer.ids[:most])


def open_cloud(*, quiet: bool = False) -> "Cloud":
    """Return this user's cloud; it reports its long work on stderr, warnings only with *quiet* or --quiet."""
    from cli.progress import OnlyWarnings, TerminalProgress
    from emulator.cloud import Cloud

    quiet = quiet or _asked_for_quiet.get()
    return Cloud(Settings.from_environment(), OnlyWarnings() if quiet else TerminalProgress())


def read_bytes_argument(value: str, option: str) -> bytes:
    """Return the bytes of *value*, of `file://PATH` or `fileb://PATH`, or of stdin for `-`; errors name *option*."""
    if value == "-":
        import sys

        return sys.stdin.buffer.read()
    for scheme in ("file://", "fileb://"):
        if value.startswith(scheme):
            try:
                return Path(value.removeprefix(scheme)).expanduser().read_bytes()
            except (OSError, RuntimeError) as error:  # there is no such file, or no such user behind a ~
                raise InvalidRequestError(
                    f"Error parsing parameter '{option}': Unable to load paramfile {value}: "
                    f"{getattr(error, 'strerror', error)}",
                    hint=f"a path behind {scheme} is one from this folder, or from / on",
                ) from error
    return os.fsencode(value)


def parse_pairs(pairs: list[str], option: str) -> dict[str, str]:
    """Return `K=V` words as a mapping; a word without `=` is a usage error that names *option*."""
    for pair in pairs:
        if "=" not in pair:
            raise typer.BadParameter(f"{pair!r} has no '='; write NAME=VALUE", param_hint=option)
    return dict(pair.split("=", 1) for pair in pairs)
