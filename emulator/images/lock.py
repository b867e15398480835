"""One at a time, over all shells of a home: two of them that need the same image must not both make it."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from emulator.progress import Progress


@contextmanager
def locked(path: Path, what: str, progress: Progress) -> Iterator[None]:
    """Hold the lock *path* inside the context; a wait for another shell is announced as a step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with progress.step(f"Waiting for another shell, which makes {what}"):
                fcntl.flock(file, fcntl.LOCK_EX)
        yield  # closing the file lets go, also when the process is killed
