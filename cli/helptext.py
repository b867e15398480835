"""How help reads: a usage line one could type, what it does, examples, then what may be set. Plain text, 80 columns.

Our own rather than typer's, whose layout changes from version to version; docs/cli.md is made from the same tree.
"""

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

from typer.core import TyperCommand, TyperGroup

_SHARED = ("output", "query", "quiet")


class HelpfulCommand(TyperCommand):
    """A command whose help names what is required in its usage line."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        return usage_of(self)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        _write_section(formatter, "Arguments", argument_rows(self))
        _write_section(formatter, "Options", option_rows(self))
        _write_section(formatter, "For every command", [*shared_rows(self), _help_row(self, ctx)])


class HelpfulGroup(TyperGroup):
    """A group whose list of commands shows whole sentences."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        _write_section(formatter, "Commands", [(name, summary(one)) for name, one in visible(self)])
        rows = [row for param in self.get_params(ctx) if (row := _row(param))]
        _write_section(formatter, "Options", rows)


def visible(group: Any) -> Iterator[tuple[str, Any]]:
    """Yield the commands of *group* that users are to know: groups first, then in the order of their registration."""
    shown = [(name, command) for name, command in group.commands.items() if not command.hidden]
    yield from sorted(shown, key=lambda one: not commands_of(one[1]))


def commands_of(command: Any) -> Mapping[str, Any]:
    """Return what is below *command*, imported if need be: nothing, unless it is a group."""
    return {name: command.get_command(None, name) for name in getattr(command, "commands", ())}


def summary(command: Any) -> str:
    """Return the first sentence of a command's help, without its full stop."""
    first = inspect.cleandoc(command.help or "").partition("\n\n")[0]
    return " ".join(first.split()).partition(". ")[0].rstrip(".")


def usage_of(command: Any) -> list[str]:
    """Return what follows the command's name: the options one must give, then the others, then the arguments."""
    options = [param for param in command.params if param.param_type_name == "option"]
    required = [f"{param.opts[0]} {param.metavar}" for param in options if param.required]
    return [*required, "[OPTIONS]", *(row[0] for row in argument_rows(command))]


def argument_rows(command: Any) -> list[tuple[str, str]]:
    """Return name and meaning of each argument; one that may be left out stands in square brackets."""
    rows = []
    for param in command.params:
        if param.param_type_name == "argument":
            optional = not param.required and not param.metavar.startswith("[")
            rows.append((f"[{param.metavar}]" if optional else param.metavar, param.help or ""))
    return rows


def option_rows(command: Any) -> list[tuple[str, str]]:
    """Return the options that are this command's own."""
    return [row for param in command.params if param.name not in _SHARED and (row := _row(param))]


def shared_rows(command: Any) -> list[tuple[str, str]]:
    """Return those options of --output, --query and --quiet that the command has."""
    return [row for param in command.params if param.name in _SHARED and (row := _row(param))]


def _row(param: Any) -> tuple[str, str] | None:
    if param.param_type_name != "option" or param.hidden:
        return None
    names = ", ".join(sorted(param.opts, key=len))
    return (f"{names} {param.metavar}" if param.metavar else names), param.help or ""


def _help_row(command: Any, ctx: Any) -> tuple[str, str]:
    free = command.get_help_option_names(ctx)  # a set to click: in another order each time
    return ", ".join(name for name in ctx.help_option_names if name in free), "Show this message and exit."


def _write_section(formatter: Any, title: str, rows: list[tuple[str, str]]) -> None:
    if rows:
        with formatter.section(title):
            formatter.write_dl(rows, col_max=26)
