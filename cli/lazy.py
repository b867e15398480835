"""A group with many commands, of which a run needs one: each is imported from its module when it is asked for."""

import functools
import importlib
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import typer

from cli.helptext import HelpfulGroup


class LazyGroup(HelpfulGroup):
    """Knows its commands' names, and the module whose `app` has each."""

    modules: ClassVar[Mapping[str, str]] = {}

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = _Commands(self.modules)  # type: ignore[assignment]


class _Commands(Mapping[str, Any]):
    def __init__(self, modules: Mapping[str, str]) -> None:
        self._modules = modules

    def __getitem__(self, name: str) -> Any:
        return _group_of(self._modules[name]).commands[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)


@functools.cache
def _group_of(module: str) -> Any:
    tree = typer.Typer(add_completion=False, rich_markup_mode=None)
    tree.add_typer(importlib.import_module(module).app, name="group", cls=HelpfulGroup)
    return typer.main.get_group(tree).commands["group"]
