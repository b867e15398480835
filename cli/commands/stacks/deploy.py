"""`cloudlet deploy`: a SAM or CloudFormation template becomes what it says."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import open_cloud, parse_pairs
from cli.output import Answer
from emulator.errors import InvalidRequestError, NotFoundError

if TYPE_CHECKING:
    from emulator.stacks.plan import Change
    from emulator.stacks.records import Stack

_USUAL = ("template.yaml", "template.yml", "template.json")
_NOTHING = "No updates are to be performed."


def deploy(
    template: Annotated[
        Path | None,
        typer.Argument(metavar="[TEMPLATE]", help="A SAM or CloudFormation template; default: template.yaml."),
    ] = None,
    template_file: Annotated[Path | None, typer.Option("--template-file", hidden=True)] = None,
    stack_name: Annotated[
        str | None,
        typer.Option("--stack-name", metavar="NAME", help="Which stack; default: the template's folder's name."),
    ] = None,
    parameter_overrides: Annotated[
        list[str] | None,
        typer.Option(
            "--parameter-overrides", metavar="KEY=VALUE...", help="Parameters; others are as the last time, or default."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run/--no-dry-run", help="Show what would be done, and change nothing.")
    ] = False,
    capabilities: Annotated[list[str] | None, typer.Option("--capabilities", hidden=True)] = None,
) -> Answer:
    """Make what a SAM or CloudFormation template says. What fails is taken back.

    \b
    cloudlet deploy template.yaml --dry-run
    cloudlet deploy template.yaml --stack-name photos
    cloudlet deploy --stack-name photos --parameter-overrides Stage=test Size=256
    """
    from cli.server import find_server
    from emulator.stacks.document import change_set, described
    from emulator.stacks.service import StackRequest, Stacks

    path = _found(template or template_file)
    given = parse_pairs([_plain(one) for one in parameter_overrides or ()], "--parameter-overrides")
    request = StackRequest(path, stack_name or _name_of(path.absolute().parent.name), given)
    with open_cloud() as cloud:
        running = find_server(cloud.home)
        stacks = Stacks(cloud, running.port if running else cloud.settings.port)
        if dry_run:
            changes = stacks.plan(request)
            return _plan(changes, change_set(request.stack_name, changes))
        stack, done = stacks.deploy(request)
        document = {"Stacks": [described(stack, stacks.records.resources(stack.name))]}
        document |= {"Changes": change_set(stack.name, done)["Changes"]}
    return _deployed(stack, done, document, is_served=running is not None)


def _found(path: Path | None) -> Path:
    """Return the template that is meant, which is there."""
    if path is None:
        path = next((Path(name) for name in _USUAL if Path(name).is_file()), None)
        if path is None:
            raise NotFoundError(
                "there is no template.yaml in this folder", hint="name a template: cloudlet deploy PATH"
            )
    if not path.is_file():
        raise NotFoundError(f"Invalid template path {path}", hint="name a file: cloudlet deploy template.yaml")
    return path


def _plain(pair: str) -> str:
    """
    Return a parameter as KEY=VALUE, which AWS's tools also take in another form.

    >>> _plain("ParameterKey=Stage,ParameterValue=test")
    'Stage=test'
    """
    found = re.fullmatch(r"ParameterKey=([^,]*),ParameterValue=(.*)", pair, re.DOTALL)
    return f"{found[1]}={found[2]}" if found else pair


def _name_of(folder: str) -> str:
    """
    Return the name of the stack whose template lies in *folder*.

    >>> _name_of("click_log 2")
    'click-log-2'
    """
    name = "".join(one if one.isascii() and one.isalnum() else "-" for one in folder).strip("-")
    if not name[:1].isalpha():
        raise InvalidRequestError(f"no stack can be called as the folder {folder!r}", hint="add --stack-name NAME")
    return name


def _plan(changes: "Sequence[Change]", document: object) -> Answer:
    return Answer(
        document,
        columns=("ACTION", "LOGICAL ID", "TYPE", "PHYSICAL ID", "CHANGED"),
        rows=[_row(one) for one in changes],
        ids=[one.logical_id for one in changes],
        hint="nothing was changed; leave --dry-run out to do so" if changes else _NOTHING,
    )


def _row(change: "Change") -> Sequence[str]:
    action = "Retain" if change.is_retained else change.action
    return action, change.logical_id, change.type, change.physical_id or "-", ", ".join(change.properties) or "-"


def _deployed(stack: "Stack", done: "Sequence[Change]", document: object, *, is_served: bool) -> Answer:
    hint = f"{stack.name}: {_tally(done)}" if done else _NOTHING
    if done and not is_served:
        hint += "\nbuckets, URLs and schedules run functions while the server is up: cloudlet start"
    return Answer(
        document,
        columns=("OUTPUT", "VALUE"),
        rows=[(name, said["Value"]) for name, said in stack.outputs.items()],
        ids=[stack.name],
        hint=hint,
    )


def _tally(done: "Sequence[Change]") -> str:
    words = {"Add": "created", "Modify": "updated", "Replace": "replaced", "Remove": "removed"}
    counts = {word: sum(one.action == action for one in done) for action, word in words.items()}
    return ", ".join(f"{count} {word}" for word, count in counts.items() if count)
