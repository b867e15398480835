"""The watcher on Linux: inotify tells of every file that was closed after writing, moved or deleted.

inotify watches folders, not trees, and what happens in a new folder before it is watched is told to nobody. So every
folder is watched first and read second, here and in every scan. When the kernel's queue overflows, all is read again.
"""

import logging
import os
import select
import stat
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

from inotify_simple import Event, flags

from emulator.buckets.keys import is_temporary, may_be_gone_soon, may_be_temporary
from emulator.buckets.links import Links
from emulator.buckets.moves import Moves, Place, Source
from emulator.buckets.reconciler import STILLNESS_SECONDS, Reconciler
from emulator.buckets.watcher import Watched
from emulator.buckets.watches import BLIND_SCAN_SECONDS, Watches
from emulator.errors import NotFoundError

T = TypeVar("T")

log = logging.getLogger(__name__)

_GONE = flags.MOVED_FROM | flags.DELETE

_SUSPECT_SECONDS = 10.0
_PUT_OFF_SECONDS = 0.002
_SCAN_QUEUE_SECONDS = 0.05
"""How soon to see whether a scan is over that another one waits for."""


@dataclass
class _Flush:
    """Somebody waits: `done` is set when all events that were queued before are handled or handed to `threads`."""

    done: threading.Event = field(default_factory=threading.Event)
    threads: list[Future[None]] = field(default_factory=list)


class InotifyWatcher:
    """One thread that reads events; large files and full scans go on beside it."""

    def __init__(self, watched: Watched, scan_seconds: float, on_activity: Callable[[], None] | None = None) -> None:
        self._watched = watched
        self._scan_seconds = scan_seconds
        self._on_activity = on_activity or (lambda: None)
        self._lock = threading.Lock()
        self._moves = Moves()
        self._put_off: list[Event] = []
        self._flushes: list[_Flush] = []
        self._stopping = False
        self._scanning: Future[None] | None = None
        self._scan_again = True
        self._next_scan = 0.0

    def start(self) -> None:
        """Watch from now on, and begin to look for what changed before; returns at once."""
        self._watched.tidy()
        self._reconciler = Reconciler(self._watched, Links(self._watched.path))
        self._wake = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._watches = Watches(self._watched, self._scan_soon)
        self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish what is under way and watch no more."""
        self._stopping = True
        os.eventfd_write(self._wake, 1)
        self._thread.join()
        self._reconciler.close()
        self._watches.close()
        os.close(self._wake)

    def flush(self, timeout: float) -> bool:
        """Wait until all that happened in the folders before this call is in the index; False if time ran out."""
        if self._stopping:
            return False
        deadline = time.monotonic() + timeout
        request = _Flush()
        with self._lock:
            self._flushes.append(request)
        os.eventfd_write(self._wake, 1)
        if not request.done.wait(timeout):
            return False
        if wait(request.threads, max(0.0, deadline - time.monotonic())).not_done:
            return False
        # A scan among those threads may have found large files, which it handed on.
        return self._reconciler.wait(max(0.0, deadline - time.monotonic()))

    def _run(self) -> None:
        poller = select.poll()
        poller.register(self._wake, select.POLLIN)
        inotify = self._watches.inotify
        if inotify is not None:
            poller.register(inotify.fileno(), select.POLLIN)
        pause_seconds: float | None = 0.0
        while not self._stopping:
            poller.poll(None if pause_seconds is None else pause_seconds * 1000 + 1)
            pause_seconds = self._turn()

    def _turn(self) -> float:
        """Handle all there is to handle; return the seconds until something is due."""
        # In this order: who asks after the wake-up call is taken asks again, and events are read after all who asked.
        with suppress(BlockingIOError):
            os.eventfd_read(self._wake)
        with self._lock:
            flushes, self._flushes = self._flushes, []
        events = [] if self._watches.inotify is None else self._moves.read(self._watches.inotify)
        news = self._news(events)
        for event in news:
            self._attempt(self._handle, event)
        for source in self._moves.unended():
            self._attempt(self._handle_gone, source)
        appointment = self._reconciler.do_due()
        scan_due = self._scan_if_due()
        self._answer(flushes)
        if news:
            self._on_activity()
        if self._put_off:
            time.sleep(_PUT_OFF_SECONDS)  # not to be woken by each of the many files that we are just putting in place
            return 0.0
        return scan_due if appointment is None else min(scan_due, appointment)

    def _attempt(self, handle: Callable[[T], None], what: T) -> None:
        try:
            handle(what)
        except Exception:  # whatever it is, the watch goes on, and a scan finds what this was about
            log.exception("event was not handled: event=%s", what)
            self._scan_again = True

    def _answer(self, flushes: list[_Flush]) -> None:
        # An overflow during a scan: what it lost is found by the next.
        if self._scan_again or self._put_off or self._reconciler.is_waiting:
            with self._lock:
                self._flushes += flushes
            return
        for flush in flushes:
            flush.threads = self._reconciler.running()
            flush.done.set()

    def _scan_soon(self) -> None:
        self._scan_again = True

    def _scan_if_due(self) -> float:
        """Begin a full scan if it is time; return the seconds until it is."""
        now = time.monotonic()
        running = self._scanning is not None and not self._scanning.done()
        if (self._scan_again or now >= self._next_scan) and not running:
            self._scan_again = False
            self._next_scan = now + (
                min(self._scan_seconds, BLIND_SCAN_SECONDS) if self._watches.is_blind else self._scan_seconds
            )
            self._scanning = self._reconciler.beside(self._scan_all)
        return _SCAN_QUEUE_SECONDS if self._scan_again else max(0.0, self._next_scan - now)

    def _scan_all(self) -> None:
        try:
            self._watched.tidy()
            self._watches.add(Place())
            for bucket in self._watched.names():
                self._scan(bucket, "")
        except Exception:  # nobody asks this thread what came of it
            log.exception("scan ended early; the next one is due in %d s", self._scan_seconds)
        finally:
            os.eventfd_write(self._wake, 1)

    def _scan(self, bucket: str, prefix: str, source: Source | None = None) -> None:
        """Watch and reconcile everything under *prefix*, which may have been moved here from *source*."""
        for key in self._watched.differences(bucket, prefix, lambda inner: self._watches.add(Place(bucket, inner))):
            if source is not None:
                self._reconciler.moved((source.bucket, source.key + key.removeprefix(prefix)), bucket, key)
            else:
                self._reconciler.now(bucket, key, STILLNESS_SECONDS)
            if self._stopping:
                return

    def _news(self, events: list[Event]) -> list[Event]:
        """Return what others did; what we are just doing ourselves is put off until it is done, or has failed."""
        told = [(event, self._is_own(event)) for event in (*self._put_off, *events)]
        self._put_off = [event for event, is_own in told if is_own is None]
        return [event for event, is_own in told if is_own is False]

    def _is_own(self, event: Event) -> bool | None:
        """Tell whether we moved an object here ourselves, and its row is written; None if that is not known yet."""
        if event.mask & (flags.MOVED_TO | flags.ISDIR) != flags.MOVED_TO or event.cookie in self._moves:
            return False
        place = self._watches.place(event.wd)
        if place is None or not place.bucket:
            return False
        key = place.prefix + event.name
        return self._watched.is_own(place.bucket, key) and not self._reconciler.is_linked_to(place.bucket, key)

    def _handle(self, event: Event) -> None:
        if event.mask & flags.Q_OVERFLOW:
            log.warning("the kernel's event queue overflowed; everything is compared")
            self._scan_again = True
            return
        if event.mask & flags.IGNORED:
            self._watches.forget(event.wd)
            return
        place = self._watches.place(event.wd)
        if place is None or not event.name:
            return
        if not place.bucket:
            self._handle_bucket(event)
        elif (begun := self._moves.begin(event, place)) is not None:
            if begun.is_folder:
                self._watches.remove(begun.bucket, begun.key)
        elif (source := self._moves.end(event)) is not None:
            self._handle_move(source, place.bucket, place.prefix + event.name)
        elif event.mask & flags.ISDIR:
            self._handle_folder(place.bucket, f"{place.prefix}{event.name}/", event.mask)
        else:
            self._handle_file(place.bucket, place.prefix + event.name, event.mask)

    def _handle_bucket(self, event: Event) -> None:
        if event.name in self._watched.names():  # its folder, or the link to the folder that it adopted
            path = self._watched.path(event.name)
            if path.exists() and not path.is_dir():
                log.warning("bucket's folder is no folder; objects lie in the home's blobs/ until it is: path=%s", path)
            self._handle_folder(event.name, "", event.mask)

    def _handle_folder(self, bucket: str, prefix: str, mask: int) -> None:
        if mask & _GONE:
            self._watches.remove(bucket, prefix)
        try:
            self._scan(bucket, prefix)
        except NotFoundError:
            log.debug("bucket has gone: bucket=%s", bucket)

    def _handle_move(self, source: Source, bucket: str, key: str) -> None:
        """Have what was moved to *key*, a file or a folder, be a copy; what it was before is gone after that."""
        if source.is_folder:
            with suppress(NotFoundError):
                self._scan(bucket, f"{key}/", source)
        elif is_temporary(key):
            self._handle_file(bucket, key, flags.MOVED_TO)
            self._reconciler.soon(source.bucket, source.key)
            return
        elif may_be_temporary(key):
            self._handle_file(bucket, key, flags.MOVED_TO)
        else:
            self._reconciler.moved((source.bucket, source.key), bucket, key)
            return
        self._handle_gone(source)

    def _handle_gone(self, source: Source) -> None:
        if source.is_folder:
            self._handle_folder(source.bucket, source.key, flags.MOVED_FROM)
        else:
            self._handle_file(source.bucket, source.key, flags.MOVED_FROM)

    def _handle_file(self, bucket: str, key: str, mask: int) -> None:
        if mask & flags.CREATE:
            self._handle_created(bucket, key)
        elif may_be_temporary(key) and not mask & _GONE:
            self._reconciler.later(bucket, key, _SUSPECT_SECONDS)
        elif may_be_gone_soon(key) and not mask & _GONE:
            self._reconciler.soon(bucket, key)
        else:
            # By now there may be another of that name, and what was moved here or closed may be open once more.
            self._reconciler.now(bucket, key, 0.0)

    def _handle_created(self, bucket: str, key: str) -> None:
        """Tell a link, which is whole from the start, from a file that is closed when it is whole."""
        if is_temporary(key):
            return
        try:
            status = os.lstat(f"{self._watched.path(bucket)}/{key}")
        except OSError:
            return
        if status.st_nlink > 1 or not stat.S_ISREG(status.st_mode):
            self._reconciler.now(bucket, key, 0.0)
        else:
            self._reconciler.later(bucket, key)
