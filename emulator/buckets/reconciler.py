"""What a watcher does about a change: reconcile it now, beside the others if large, or later if not whole."""

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor, wait

from emulator.buckets.errors import (
    AccessDeniedError,
    ObjectBeingWrittenError,
    StorageError,
    TooManyOpenFilesError,
)
from emulator.buckets.files import fingerprint_of
from emulator.buckets.keys import OWN_FOLDER, is_storable
from emulator.buckets.links import Links, Name
from emulator.buckets.watcher import Watched
from emulator.errors import NotFoundError
from emulator.units import MIB

log = logging.getLogger(__name__)

STILLNESS_SECONDS = 2.0
RECHECK_SECONDS = 1.0
_UNREADABLE_SECONDS = 5.0
_EDITOR_SECONDS = 0.2
_LARGE_BYTES = 8 * MIB
_THREADS = 2


class Reconciler:
    """Reconciles for a watcher. Nothing that goes wrong with one file reaches the watcher's thread."""

    def __init__(self, watched: Watched, links: Links | None = None) -> None:
        """With *links*, what is seen through other names of a file is reconciled, too."""
        self._watched = watched
        self._links = links
        self._to_look_up: set[int] = set()
        self._executor = ThreadPoolExecutor(_THREADS, thread_name_prefix="reconcile")
        self._lock = threading.Lock()
        self._running: set[Future[None]] = set()
        self._due: dict[Name, float] = {}
        self._soon: set[Name] = set()
        self._reported: dict[tuple[str, str], str] = {}

    def now(self, bucket: str, key: str, stillness_seconds: float | None = None) -> None:
        """Reconcile *key*; see Folder.reconcile for *stillness_seconds*. A large file is hashed in another thread."""
        status = self._look(bucket, key)
        others = self._others((bucket, key), status)
        self._one(bucket, key, stillness_seconds, status)
        for other in others:
            self._one(*other, 0.0, self._look(*other))

    def moved(self, source: tuple[str, str], bucket: str, key: str) -> None:
        """Reconcile both names of a file that was moved to *key*; with what was said of it, if that is still known."""
        self._guarded(bucket, key, lambda: self._watched.follow(source, bucket, key))
        # What was moved may still be open, and its old name may be another file's by now.
        self.now(bucket, key, 0.0)
        self.now(*source, 0.0)

    def beside(self, work: Callable[[], None]) -> Future[None]:
        """Do *work* in another thread, and return its future."""
        future = self._executor.submit(work)
        with self._lock:
            self._running.add(future)
        future.add_done_callback(self._finished)
        return future

    def later(self, bucket: str, key: str, delay_seconds: float = RECHECK_SECONDS) -> None:
        """Look at *key* again in a while, unless something else makes us look sooner."""
        with self._lock:
            self._due[bucket, key] = time.monotonic() + delay_seconds

    def soon(self, bucket: str, key: str) -> None:
        """Look at *key* in a moment: what an editor does to it, such as renaming it, may not be the end of it."""
        with self._lock:
            self._soon.add((bucket, key))
        self.later(bucket, key, _EDITOR_SECONDS)

    @property
    def is_waiting(self) -> bool:
        """Tell whether something has happened that is told in a moment."""
        with self._lock:
            return bool(self._soon)

    def forget(self, bucket: str, key: str) -> None:
        """Drop the appointment that `later` or `soon` made."""
        with self._lock:
            self._due.pop((bucket, key), None)
            self._soon.discard((bucket, key))

    def do_due(self) -> float | None:
        """Look at what is due; return the seconds until the next appointment, None if there is none."""
        now = time.monotonic()
        with self._lock:
            ready = [place for place, moment in self._due.items() if moment <= now]
        for bucket, key in ready:
            self.now(bucket, key, STILLNESS_SECONDS)
        with self._lock:
            return max(0.0, min(self._due.values()) - time.monotonic()) if self._due else None

    @property
    def left_out(self) -> dict[Name, str]:
        """What could not be reconciled when it was last looked at, and why."""
        return dict(self._reported)

    def is_linked_to(self, bucket: str, key: str) -> bool:
        """Tell whether symbolic links lead to *key*, which change with it."""
        if self._links is None:
            return False
        with self._lock:
            return self._links.is_target((bucket, key))

    def running(self) -> list[Future[None]]:
        """Return the work that goes on in other threads."""
        with self._lock:
            return list(self._running)

    def wait(self, timeout_seconds: float | None = None) -> bool:
        """Wait for what goes on in other threads now; False if it takes longer."""
        return not wait(self.running(), timeout_seconds).not_done

    def close(self) -> None:
        """Wait for what runs; what has not begun is left to the next scan."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _look(self, bucket: str, key: str) -> os.stat_result | None:
        try:
            return os.lstat(f"{self._watched.path(bucket)}/{key}")
        except (OSError, ValueError):
            return None

    def _others(self, name: Name, status: os.stat_result | None) -> Collection[Name]:
        """Return the names that have the bytes of *name*, too; those that only the rows know are seen to beside."""
        if self._links is None:
            return ()
        with self._lock:
            unknown = self._links.pass_by(name, status)
            if unknown is not None:
                is_under_way = bool(self._to_look_up)
                self._to_look_up.add(unknown)
            others = self._links.others(name, None if status is None else fingerprint_of(status).inode)
        if unknown is not None and not is_under_way:
            links = self._links
            self.beside(lambda: self._look_up(links))
        return others

    def _look_up(self, links: Links) -> None:
        """Learn which other names in the buckets files have that were met for the first time, and reconcile those."""
        with self._lock:
            inodes, self._to_look_up = self._to_look_up, set()
        found = self._watched.names_of(inodes)
        with self._lock:
            links.learn(found)
        for _, (bucket, key) in found:
            self._one(bucket, key, 0.0, self._look(bucket, key))

    def _one(self, bucket: str, key: str, stillness_seconds: float | None, status: os.stat_result | None) -> None:
        self.forget(bucket, key)
        if status is not None and status.st_size > _LARGE_BYTES:
            self.beside(lambda: self._reconcile_large(bucket, key, stillness_seconds))
        else:
            self._reconcile(bucket, key, stillness_seconds)

    def _reconcile_large(self, bucket: str, key: str, stillness_seconds: float | None) -> None:
        self._reconcile(bucket, key, stillness_seconds)
        status = self._look(bucket, key)
        if status is not None and status.st_nlink > 1:
            # The other name may have come, and a change through it, while nothing told that this one is of the file.
            self._others((bucket, key), status)
            self._reconcile(bucket, key, 0.0)

    def _reconcile(self, bucket: str, key: str, stillness_seconds: float | None) -> None:
        if key.startswith(OWN_FOLDER):
            return
        if not is_storable(key):
            self._report(bucket, key, "its name is not UTF-8, or longer than a key's 1024 bytes")
            return
        self._guarded(bucket, key, lambda: self._watched.reconcile(bucket, key, stillness_seconds=stillness_seconds))

    def _guarded(self, bucket: str, key: str, look: Callable[[], object]) -> None:
        """Have a *look* at *key*; if it fails, another one is due, or the problem is reported."""
        try:
            look()
        except ObjectBeingWrittenError:
            self.later(bucket, key)
        except AccessDeniedError as error:
            self._report(bucket, key, str(error.hint))
            self.later(bucket, key, _UNREADABLE_SECONDS)
        except NotFoundError:
            log.debug("bucket has gone: bucket=%s key=%s", bucket, key)
        except (sqlite3.Error, StorageError, TooManyOpenFilesError) as error:
            # A full disk, say: there may be room later, and nobody would look before a scan.
            self._report(bucket, key, repr(error))
            self.later(bucket, key, _UNREADABLE_SECONDS)
        except Exception as error:  # noqa: BLE001 - one file must not end the watch over the others
            self._report(bucket, key, repr(error))
        else:
            self._reported.pop((bucket, key), None)

    def _report(self, bucket: str, key: str, problem: str) -> None:
        """Log a problem once; every scan finds the file again."""
        if self._reported.get((bucket, key)) != problem:
            self._reported[bucket, key] = problem
            log.warning("file was left out: %s bucket=%s key=%r", problem, bucket, key)

    def _finished(self, future: Future[None]) -> None:
        with self._lock:
            self._running.discard(future)
