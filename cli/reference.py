"""`python -m cli.reference docs/cli.md`: every command, from the command tree itself. A test keeps the page current."""

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from cli.commands.help import CONFIGURATION, ENVIRONMENT, EXIT_CODES, Topic
from cli.helptext import argument_rows, commands_of, option_rows, shared_rows, summary, usage_of
from cli.main import app

_HEAD = """\
# Commands

<!-- Made by `make docs` from the help of the commands. Edit it there. -->
<!-- not run on this page: tests/unit/cli/test_help.py gives each example to its command's parser -->

`cloudlet COMMAND --help` shows the same in a terminal.
"""


def reference() -> str:
    """Return the page."""
    root = typer.main.get_command(app)
    parts = [_HEAD, *_contents(root), "", *_shared(root), *_topic(EXIT_CODES)]
    parts += [*_topic(CONFIGURATION), *_topic(ENVIRONMENT)]
    for name, command in commands_of(root).items():
        parts += _section(command, f"cloudlet {name}")
    return "\n".join(parts).rstrip() + "\n"


def _contents(root: Any) -> Iterator[str]:
    for name, command in commands_of(root).items():
        below = ", ".join(f"[{one}](#{_anchor(f'cloudlet {name} {one}')})" for one in commands_of(command))
        yield f"- [`{name}`](#{_anchor(f'cloudlet {name}')}) {summary(command)}{f'. {below}' if below else ''}"


def _shared(root: Any) -> Iterator[str]:
    example = commands_of(commands_of(root)["ec2"])["describe-instances"]
    yield "## For every command that answers\n"
    yield from _table("option", shared_rows(example))
    yield (
        "Answers go to stdout, everything else to stderr. `json`, `yaml` and `text` have AWS's shape and names,"
        " and only grow. Tables may change freely.\n"
    )


def _topic(topic: Topic) -> Iterator[str]:
    yield f"## {topic.title}\n"
    yield f"{' '.join(topic.lead.split())}\n"
    rows = [(", ".join(f"`{name}`" for name in names.split(", ")), meaning) for names, meaning in topic.rows]
    yield "| | |\n|---|---|"
    yield from (f"| {names} | {meaning} |" for names, meaning in rows)
    yield ""


def _section(command: Any, path: str) -> Iterator[str]:
    below = commands_of(command)
    yield f"{'##' if path.count(' ') == 1 else '###'} {path}\n"
    yield from _explanation(command)
    if not below:
        yield "```\n" + " ".join([path, *usage_of(command)]) + "\n```\n"
        yield from _table("argument", argument_rows(command))
        yield from _table("option", option_rows(command))
    for name, one in below.items():
        yield from _section(one, f"{path} {name}")


def _explanation(command: Any) -> Iterator[str]:
    """Yield the help's paragraphs; its examples become a block."""
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        if paragraph.startswith("\b"):
            yield "```console\n" + paragraph.removeprefix("\b").strip("\n") + "\n```\n"
        else:
            yield " ".join(paragraph.split()) + "\n"


def _table(title: str, rows: list[tuple[str, str]]) -> Iterator[str]:
    if rows:
        yield f"| {title} | |\n|---|---|"
        yield from (f"| `{_escaped(name)}` | {_escaped(meaning)} |" for name, meaning in rows)
        yield ""


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def _anchor(heading: str) -> str:
    return heading.replace(" ", "-")


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(reference())
