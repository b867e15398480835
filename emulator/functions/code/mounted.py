"""What of a function's code its workers see."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class MountedCode:
    """Folders of this machine: `task` is /var/task, `layers` is /opt. A container image brings its own code."""

    task: Path | None = None
    layers: Path | None = None
