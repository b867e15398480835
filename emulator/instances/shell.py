"""What one shell has under way, for the others to see: `pending`, `stopping`, `shutting-down`.

The state is written down with the name of a file that is locked for as long as the shell lives. The kernel lets go of
the lock however the shell ends, so that a killed one never leaves an instance `stopping` for ever.
"""

import contextlib
import fcntl
import os
import secrets
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO


class Shell:
    """This process among the shells of a home."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._users = 0
        self._file: IO[str] | None = None
        self._name = ""

    @property
    def name(self) -> str | None:
        """What this shell signs with at present; None if it has nothing under way."""
        return self._name if self._file is not None else None

    @contextlib.contextmanager
    def at_work(self) -> Iterator[str]:
        """Yield the name that this shell signs with; others take it for alive inside the context."""
        with self._lock:
            self._users += 1
            if self._file is None:
                self._folder.mkdir(parents=True, exist_ok=True)
                self._sweep()
                # Another name each time: somebody may just now be removing the file of the last one.
                self._name = f"shell-{os.getpid()}-{secrets.token_hex(4)}.lock"
                draft = self._folder / f".{self._name}"
                self._file = draft.open("w")
                fcntl.flock(self._file, fcntl.LOCK_EX)
                draft.rename(self._folder / self._name)  # locked before anybody can look at it
        try:
            yield self._name
        finally:
            with self._lock:
                self._users -= 1
                if self._users == 0 and self._file is not None:
                    (self._folder / self._name).unlink(missing_ok=True)
                    self._file.close()
                    self._file = None

    def _sweep(self) -> None:
        """Remove the files of shells that were killed."""
        for path in self._folder.glob("shell-*.lock"):
            self.is_alive(path.name)

    def is_alive(self, name: str) -> bool:
        """Tell whether the shell that signed as *name* is still at it; the file of one that is not goes."""
        path = self._folder / name
        try:
            with path.open() as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except FileNotFoundError:
            return False
        path.unlink(missing_ok=True)
        return False
