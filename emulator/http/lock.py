"""One server a home. Short-lived ones, for a single invocation, share it with their like but not with a server."""

import fcntl
import os
from pathlib import Path
from types import TracebackType

from emulator.errors import ConflictError


class ServerLock:
    """Held for as long as the process lives; the kernel lets go of a killed one's."""

    def __init__(self, path: Path, *, shared: bool) -> None:
        self._path = path
        self._shared = shared
        self._descriptor = -1

    def __enter__(self) -> "ServerLock":
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._descriptor, (fcntl.LOCK_SH if self._shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._descriptor)
            other = "a server runs for this home" if self._shared else "a server, or an invocation without one, runs"
            raise ConflictError(
                f"{other}: not up yet, ending, or at work",
                hint="try again in a moment; see it with `cloudlet status`, end it with `cloudlet stop`",
            ) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._descriptor)
