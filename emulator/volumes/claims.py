"""Claims: who works on a volume or a snapshot has it for itself, over all shells of a home.

A claim is a locked file. The kernel lets go of it when the shell that has it is killed, and not before the programs
that this shell started to move data have ended, too.
"""

import contextlib
import fcntl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from emulator.home import Home
from emulator.progress import Progress


@dataclass(frozen=True)
class Claim:
    """A volume or snapshot that is ours for now."""

    resource_id: str
    descriptor: int
    """The lock, for a program to inherit."""
    path: Path

    def forget(self) -> None:
        """Remove the lock's file: what it was for is no more, and its id never comes again."""
        self.path.unlink(missing_ok=True)


class Claims:
    """One home's claims."""

    def __init__(self, home: Home, progress: Progress) -> None:
        self._home = home
        self._progress = progress

    @contextlib.contextmanager
    def hold(self, resource_id: str) -> Iterator[Claim]:
        """Have *resource_id* inside the context; a wait is announced as a step."""
        with self._open(resource_id) as claim:
            if not _lock(claim):
                with self._progress.step(f"Waiting until nobody else is at work on {resource_id}"):
                    fcntl.flock(claim.descriptor, fcntl.LOCK_EX)
            yield claim

    @contextlib.contextmanager
    def try_to_hold(self, resource_id: str) -> Iterator[Claim | None]:
        """Have *resource_id* inside the context, or None if somebody else has it."""
        with self._open(resource_id) as claim:
            yield claim if _lock(claim) else None

    @contextlib.contextmanager
    def _open(self, resource_id: str) -> Iterator[Claim]:
        path = self._home.lock(resource_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w") as file:
            yield Claim(resource_id, file.fileno(), path)


def _lock(claim: Claim) -> bool:
    try:
        fcntl.flock(claim.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
