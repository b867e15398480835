"""inotify's watches, one for each folder of the buckets: which it is, and what if the kernel grants no more."""

import errno
import logging
import threading
from collections.abc import Callable

from inotify_simple import INotify, flags

from emulator.buckets.moves import Place
from emulator.buckets.watcher import Watched

log = logging.getLogger(__name__)

BLIND_SCAN_SECONDS = 5.0
"""How often everything is compared when the kernel grants no more watches."""

_FOLDER_MASK = flags.ONLYDIR | flags.DONT_FOLLOW | flags.EXCL_UNLINK
_BUCKET_MASK = _FOLDER_MASK | flags.CLOSE_WRITE | flags.MOVED_TO | flags.MOVED_FROM | flags.DELETE | flags.CREATE
_ROOT_MASK = _FOLDER_MASK | flags.CREATE | flags.MOVED_TO | flags.MOVED_FROM | flags.DELETE | flags.ATTRIB


class Watches:
    """The watched folders, by the kernel's numbers; threads may share it."""

    def __init__(self, watched: Watched, on_blind: Callable[[], None]) -> None:
        """*on_blind* is called once, when the kernel's limits are reached: not all folders are watched from then on."""
        self._watched = watched
        self._on_blind = on_blind
        self._lock = threading.Lock()
        self._places: dict[int, Place] = {}
        self.is_blind = False
        self.inotify = self._open()
        """Where events are read; None if the kernel grants nothing at all."""

    def place(self, watch: int) -> Place | None:
        """Return the folder that events of *watch* are about; None if it is watched no more."""
        with self._lock:
            return self._places.get(watch)

    def add(self, place: Place) -> None:
        """Watch a folder, if it is there and not watched yet."""
        if self.inotify is None:
            return
        path = f"{self._watched.path(place.bucket)}/{place.prefix}" if place.bucket else str(self._watched.root)
        with self._lock:
            try:
                watch = self.inotify.add_watch(path, _BUCKET_MASK if place.bucket else _ROOT_MASK)
            except OSError as error:
                if error.errno in (errno.ENOSPC, errno.ENOMEM):
                    self._go_blind("fs.inotify.max_user_watches", error)
                elif error.errno not in (errno.ENOENT, errno.ENOTDIR):
                    log.warning("folder cannot be watched: %s path=%s", error.strerror, path)
                return
            self._places[watch] = place

    def remove(self, bucket: str, prefix: str) -> None:
        """Forget the folders under *prefix*: what moved away reports under its new name, or not at all."""
        with self._lock:
            for watch, place in list(self._places.items()):
                if place.bucket == bucket and place.prefix.startswith(prefix) and self.inotify is not None:
                    del self._places[watch]
                    try:
                        self.inotify.rm_watch(watch)
                    except OSError:
                        log.debug("watch had gone already: bucket=%s prefix=%s", bucket, place.prefix)

    def forget(self, watch: int) -> None:
        """Drop what the kernel itself watches no more."""
        with self._lock:
            self._places.pop(watch, None)

    def close(self) -> None:
        if self.inotify is not None:
            self.inotify.close()

    def _open(self) -> INotify | None:
        try:
            return INotify(nonblocking=True)
        except OSError as error:
            self._go_blind("fs.inotify.max_user_instances", error)
            return None

    def _go_blind(self, limit: str, error: OSError) -> None:
        if not self.is_blind:
            self.is_blind = True
            self._on_blind()
            log.error(
                "the kernel grants no more watches (%s): raise it with `sysctl -w %s=…`; until then changes are found"
                " by comparing everything every %d s",
                error.strerror,
                limit,
                BLIND_SCAN_SECONDS,
            )
