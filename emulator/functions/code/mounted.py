"""What of a function's code its workers see."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Program:
    """What a container image runs, where that is the function's code."""

    command: tuple[str, ...]
    working_dir: str
    shell: Path
    """A file of this machine, to begin with: an image need not have a shell."""


@dataclass(frozen=True)
class MountedCode:
    """Folders of this machine: `task` is /var/task, `layers` is /opt. A container image brings its own code."""

    task: Path | None = None
    layers: Path | None = None
    program: Program | None = None
