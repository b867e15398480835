"""One server a home. Short-lived ones, for a single invocation, share it with their like but not with a server.

The kernel lets go of a killed one's. Who looks whether it is free has it for a moment, too: so nobody gives up at once.
"""

import fcntl
import logging
import os
import time
from pathlib import Path
from types import TracebackType

from emulator.errors import ConflictError

log = logging.getLogger(__name__)

_PAUSE_SECONDS = 0.02
_PATIENCE_SECONDS = 5.0
_UNSAID_SECONDS = 0.5


class ServerLock:
    """Held for as long as the process lives. A shared one is its holder's alone at first, if nobody else is here."""

    def __init__(self, path: Path, *, shared: bool, patience_seconds: float = _PATIENCE_SECONDS) -> None:
        self._path = path
        self._shared = shared
        self._patience_seconds = patience_seconds
        self._descriptor = -1
        self.is_alone = False
        """Whether no other process serves this home: what there is of workers was left by one that was killed."""

    def __enter__(self) -> "ServerLock":
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            self.is_alone = self._try(fcntl.LOCK_EX)
            if not self.is_alone and self._shared:
                self._share()
            elif not self.is_alone:
                self._outlast()
        except BaseException:  # Ctrl-C while it waits
            os.close(self._descriptor)
            raise
        return self

    def share(self) -> None:
        """Let others of its like in, if this is a shared one."""
        if self._shared and self.is_alone:
            self.is_alone = False
            self._share()  # another may have come first: this lets go before it takes

    def _share(self) -> None:
        until = time.monotonic() + self._patience_seconds
        while not self._try(fcntl.LOCK_SH):
            self._check(until)

    def _outlast(self) -> None:
        """Wait for invocations that have a server of their own, however long they take; for a server only a moment."""
        began, told = time.monotonic(), False
        until = began + self._patience_seconds
        while not self._try(fcntl.LOCK_EX):
            if self._try(fcntl.LOCK_SH):
                fcntl.flock(self._descriptor, fcntl.LOCK_UN)
                until = time.monotonic() + self._patience_seconds
                if not told and time.monotonic() - began > _UNSAID_SECONDS:
                    log.info("server waits for the end of an invocation that has one of its own")
                    told = True
            self._check(until)
        self.is_alone = True

    def _try(self, kind: int) -> bool:
        try:
            fcntl.flock(self._descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _check(self, until: float) -> None:
        if time.monotonic() > until:
            raise ConflictError(
                "a server runs for this home: not up yet, ending, or at work",
                hint="try again in a moment; see it with `cloudlet status`, end it with `cloudlet stop`",
            )
        time.sleep(_PAUSE_SECONDS)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._descriptor)
