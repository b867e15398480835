"""What was copied, counted while it passes."""

from dataclasses import dataclass, field


@dataclass
class Tally:
    """Files and their bytes; links and folders are not counted."""

    files: int = 0
    size_bytes: int = 0
    skipped: list[str] = field(default_factory=list)
    """What is neither file nor folder nor link: sockets, pipes, devices."""
