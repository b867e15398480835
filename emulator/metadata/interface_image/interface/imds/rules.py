"""Brings rules.nft into force whenever it is replaced."""

from __future__ import annotations

import _signal as signal  # type: ignore[import-not-found]
import fcntl
import os
import sys

_CHANGES = fcntl.DN_MODIFY | fcntl.DN_CREATE | fcntl.DN_RENAME | fcntl.DN_MULTISHOT
_ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
_SECONDS_BETWEEN_LOOKS = 2.0
_SECONDS_BETWEEN_LOOKS_OF_THE_DEAF = 0.2


class FolderWatch:
    """
    Tells when something in a folder changes, by a SIGIO, which must be blocked in every thread.

    This is dnotify: inotify would need ctypes, which is larger than this program. File systems that are shared with
    another machine tell nobody what happens there, so every few seconds counts as a change.
    """

    def __init__(self, folder: str) -> None:
        self._folder = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        self._seconds = _SECONDS_BETWEEN_LOOKS
        try:
            fcntl.fcntl(self._folder, fcntl.F_NOTIFY, _CHANGES)
        except OSError:  # a kernel without it
            self._seconds = _SECONDS_BETWEEN_LOOKS_OF_THE_DEAF

    def wait(self, *others: int) -> int | None:
        """Return when something may have changed, or the number of one of the signals *others* that came first."""
        told = signal.sigtimedwait({signal.SIGIO, *others}, self._seconds)
        return told.si_signo if told is not None and told.si_signo != signal.SIGIO else None


class Rules:
    """The rules of a folder, and the script that brings them into force."""

    def __init__(self, folder: str, script: str) -> None:
        self._folder = folder
        self._script = script
        self._seen = self._signature()
        if self._first_line("rules.nft") != b"# " + self._first_line("applied"):
            self._seen = None  # they are others than those that were brought into force before this program ran

    def keep_up(self) -> None:
        """Bring the rules into force if they are others than last time; a script that fails has said why."""
        signature = self._signature()
        if signature not in (None, self._seen):
            self._seen = signature
            command = ["/bin/sh", self._script, self._folder]
            try:
                os.waitpid(os.posix_spawn(command[0], command, _ENVIRONMENT, setsigmask=()), 0)
            except OSError as error:
                sys.stderr.write(f"the rules are left as they are: {error}\n")

    def _signature(self) -> tuple[int, int, int] | None:
        try:
            status = os.stat(f"{self._folder}/rules.nft")
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_size

    def _first_line(self, name: str) -> bytes:
        try:
            with open(f"{self._folder}/{name}", "rb") as file:
                return file.readline().strip()
        except OSError:
            return b""
