"""One at a time, over all shells of a home: two of them that need the same image must not both make it."""

from contextlib import AbstractContextManager
from pathlib import Path

from emulator import locks
from emulator.progress import Progress


def locked(path: Path, what: str, progress: Progress) -> AbstractContextManager[None]:
    """Hold the lock *path* inside the context; a wait for another shell is announced as a step."""
    return locks.locked(path, lambda: progress.step(f"Waiting for another shell, which makes {what}"))
