"""Noticing what other programs do to the buckets' folders: the promise, and who keeps it on this system."""

import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from emulator.buckets.events import ObjectEvent

SCAN_SECONDS = 300.0

_HAS_INOTIFY = sys.platform.startswith("linux")


class Watched(Protocol):
    """What a watcher needs to know of the buckets."""

    @property
    def root(self) -> Path:
        """Where each bucket has its folder."""

    def names(self) -> Sequence[str]:
        """Return the names of the buckets; a folder without one is none of our business."""

    def path(self, bucket: str) -> Path:
        """Return the folder of *bucket*."""

    def reconcile(self, bucket: str, key: str, *, stillness_seconds: float | None = None) -> ObjectEvent | None:
        """See Folder.reconcile."""

    def is_own(self, bucket: str, key: str) -> bool | None:
        """See Folder.is_own."""

    def follow(self, source: tuple[str, str], bucket: str, key: str) -> ObjectEvent | None:
        """See Folder.follow."""

    def differences(
        self, bucket: str, prefix: str = "", entering: Callable[[str], None] | None = None
    ) -> Iterator[str]:
        """See scan.differences."""

    def names_of(self, inodes: Collection[int]) -> Sequence[tuple[int, tuple[str, str]]]:
        """Return, by inode, the bucket and key of each object whose file had it when it was last looked at."""

    def tidy(self) -> None:
        """Put right what an earlier process may have left: missing folders, staged files."""


class Watcher(Protocol):
    """Runs in threads of its own from start to stop."""

    def start(self) -> None:
        """Watch from now on, and begin to look for what changed before; returns at once."""

    def stop(self) -> None:
        """Finish what is under way and watch no more."""

    def flush(self, timeout: float) -> bool:
        """Wait until all that happened in the folders before this call is in the index; False if time ran out."""


def watcher_for(
    watched: Watched, *, scan_seconds: float = SCAN_SECONDS, on_activity: Callable[[], None] | None = None
) -> Watcher:
    """
    Return this system's watcher of *watched*.

    Args:
        watched: The buckets.
        scan_seconds: How often everything is compared anyway.
        on_activity: Called after others did anything in a folder, whichever process wrote the row.
    """
    if _HAS_INOTIFY:
        from emulator.buckets.inotify import InotifyWatcher

        return InotifyWatcher(watched, scan_seconds, on_activity)
    from emulator.buckets.polling import PollingWatcher

    return PollingWatcher(watched, scan_seconds, on_activity)
