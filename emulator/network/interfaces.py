"""The interfaces of instances, as the network needs them: it knows folders, and not what runs behind these."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


class InterfaceFiles(Protocol):
    """What lies in the folder of an interface, through which it is told what to let through."""

    def write_rules(self, folder: Path, script: str) -> object:
        """Have a script brought into force."""

    def read_written(self, folder: Path) -> str:
        """Return the generation that is to be in force; empty if there is none."""

    def has_run(self, folder: Path) -> bool:
        """Tell whether the interface has ever started."""

    def wait_applied(self, folder: Path, generation: str, timeout_seconds: float) -> None:
        """Return when a generation is in force; an EmulatorError if it is refused, or not within so many seconds."""


@dataclass(frozen=True)
class Interfaces:
    """The interfaces of instances, as far as the rules go."""

    files: InterfaceFiles
    running: Callable[[], Collection[str]]
    """Return the ids of instances whose interface runs; asked only when one does not answer."""
