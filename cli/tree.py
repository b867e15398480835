"""The top of the command tree. Its groups are imported when they are asked for: a run needs one, `--version` none."""

import importlib
from dataclasses import dataclass
from typing import Any

import typer

from cli.helptext import HelpfulGroup


@dataclass(frozen=True)
class Branch:
    """A group of commands, as much of it as the list of commands shows."""

    module: str
    """Has the group as `app`."""
    summary: str
    group: str | None = None
    """The class of the group, if it is not the usual one."""


BRANCHES = {
    "ec2": Branch("cli.commands.ec2", "Instances: machines with a size", "Ec2"),
    "ami": Branch("cli.commands.ami", "AMIs: defined in a YAML file each, built here"),
    "lambda": Branch("cli.commands.lambda_", "Functions: handlers that run when something happens", "Lambda"),
    "events": Branch("cli.commands.events", "Events: what functions are given in the background", "Events"),
    "logs": Branch("cli.commands.logs", "Logs: what functions printed, by group and stream", "Logs"),
    "s3": Branch("cli.commands.s3", "Buckets: folders whose files are objects", "S3"),
    "s3api": Branch("cli.commands.s3api", "S3 by the letter: one command for each of its operations", "S3Api"),
    "config": Branch("cli.commands.config", "Settings: what holds, and what says so"),
}


class Root(HelpfulGroup):
    """Shows every group and has those that were asked for."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        shown = {name: HelpfulGroup(name=name, help=branch.summary) for name, branch in BRANCHES.items()}
        self.commands = {**shown, **self.commands}
        self._not_imported = set(BRANCHES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name in self._not_imported:
            self.commands[cmd_name] = _grown(cmd_name)
            self._not_imported.remove(cmd_name)
        return super().get_command(ctx, cmd_name)


def _grown(name: str) -> Any:
    """Import the group called *name*, and have typer make it as it makes those of any tree."""
    branch = BRANCHES[name]
    tree = typer.Typer(add_completion=False, rich_markup_mode=None)
    module = importlib.import_module(branch.module)
    tree.add_typer(module.app, name=name, cls=getattr(module, branch.group) if branch.group else HelpfulGroup)
    return typer.main.get_group(tree).commands[name]
