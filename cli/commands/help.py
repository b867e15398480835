"""`cloudlet help`: any command's help, and the topics that belong to no one command."""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from cli import errors
from cli.helptext import HelpfulCommand, commands_of
from cli.output import write
from emulator.errors import nearest
from emulator.settings.record import PROXIES, declarations


@dataclass(frozen=True)
class Topic:
    """A page of help: a paragraph, then a list."""

    title: str
    lead: str
    rows: Sequence[tuple[str, str]]


def _with_default(meaning: str, default: str) -> str:
    return f"{meaning}; default: {default}" if default else meaning


ENVIRONMENT = Topic(
    "Environment",
    """What may be set. Nothing has to be. All but XDG_RUNTIME_DIR and the proxies may be said by a file, too: see
    `cloudlet help configuration`.""",
    (
        *((", ".join(one.variables), _with_default(one.meaning, one.default_words)) for one in declarations()),
        (", ".join(PROXIES), "passed to image builds, and to pip when a function is deployed"),
    ),
)

CONFIGURATION = Topic(
    "Configuration",
    """An option wins over the environment, that over cloudlet.toml of the project, and that over
    $XDG_CONFIG_HOME/cloudlet/config.toml of the user, ~/.config if it is not set. The project's file is the nearest one
    from the working directory upwards, up to the home directory or the border of a file system. Each is a list of
    `key = value` in TOML; a relative path starts at its file. `cloudlet config show` tells what holds, and why.""",
    tuple((one.name, f"{one.kind.toml_what}; as {', '.join(one.variables)}") for one in declarations() if one.in_files),
)

EXIT_CODES = Topic(
    "Exit codes",
    "What a script can tell apart.",
    (
        ("0", "done; for `lambda invoke`, also when the handler failed, as with aws"),
        (str(errors.FAILED), "the request failed: not found, wrong moment, or the engine refused"),
        (str(errors.USAGE), "usage: an unknown option, a value that cannot be, a definition with mistakes"),
        (str(errors.NO_ENGINE), "no container engine can be used; `cloudlet doctor` says why"),
        (str(errors.FUNCTION_FAILED), "`lambda invoke --fail-on-function-error`: the handler failed"),
        (str(errors.BUG), "a bug in cloudlet: stderr says what to report, and where"),
        (str(errors.EXEC_FAILED), "`ec2 exec` or `ssh` could not run the command; else its exit code is the command's"),
        (str(errors.INTERRUPTED), "Ctrl-C"),
    ),
)

DEFINITIONS = Topic(
    "AMI definitions",
    """An AMI is a folder with an ami.yaml, looked for in ./amis, then in amis of the home, then among those that come
    with cloudlet. Check one with `cloudlet ami validate PATH`: it lists every mistake and builds nothing.""",
    (
        ("version", "1; required"),
        ("name", "the folder's name; required"),
        ("description", "shown in lists"),
        ("base", "what it starts from; an AMI has either `base` or `extends`"),
        ("base.image", "an image with its tag, such as debian:bookworm-slim; required"),
        ("base.bootstrap", "a Debian suite to make the base from where no registry answers"),
        ("extends", "another AMI that it starts from"),
        ("init", "systemd or none; default: the parent's, else systemd"),
        ("packages", "Debian packages"),
        ("pip", "Python packages, into a virtual environment on PATH"),
        ("user", "who logs in; default: the parent's, else root"),
        ("files", "a list of files that it gets"),
        ("files[].path", "where it goes; required"),
        ("files[].content", "what is in it; either this or `source`"),
        ("files[].source", "a file in the AMI's folder"),
        ("files[].mode", 'its permissions, in octal and in quotes; default: "0644"'),
        ("files[].owner", "user or user:group; default: root:root"),
        ("env", "environment variables, text to text"),
        ("run", "shell commands, run as root while it is built"),
        ("services", "systemd units that start at boot"),
        ("ports", "ports it serves; `--publish auto` publishes them"),
    ),
)

TOPICS = {
    "configuration": CONFIGURATION,
    "environment": ENVIRONMENT,
    "exit-codes": EXIT_CODES,
    "definitions": DEFINITIONS,
}

_Words = Annotated[
    list[str] | None,
    typer.Argument(metavar="[TOPIC | COMMAND...]", help=f"A topic ({', '.join(TOPICS)}) or a command."),
]


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("help", cls=HelpfulCommand)(help_)


def help_(ctx: typer.Context, words: _Words = None) -> None:
    """Explain a topic or a command.

    \b
    cloudlet help configuration
    cloudlet help environment
    cloudlet help exit-codes
    cloudlet help definitions
    cloudlet help ec2 run-instances
    """
    root = ctx.find_root()
    if words and len(words) == 1 and words[0] in TOPICS:
        write(_page(TOPICS[words[0]], root))
    else:
        write(_command_help(root, words or []))


def _page(topic: Topic, root: Any) -> str:
    formatter = root.make_formatter()
    formatter.write_text(" ".join(inspect.cleandoc(topic.lead).split()))
    formatter.write_paragraph()
    with formatter.indentation():
        formatter.write_dl(topic.rows, col_max=26)
    return str(formatter.getvalue()).rstrip("\n")


def _command_help(root: Any, words: Sequence[str]) -> str:
    context = root
    for word in words:
        below = commands_of(context.command)
        if word not in below:
            known = [*below, *(TOPICS if context is root else ())]
            meant = nearest(word, known) or f"there are {', '.join(known)}"
            raise typer.BadParameter(f"{word!r} is no topic and no command of `{context.command_path}`; {meant}")
        context = type(root)(below[word], info_name=word, parent=context)
    return str(context.get_help())
