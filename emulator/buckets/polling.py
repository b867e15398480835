"""The watcher where there is no inotify. It hears of files that are still written to, so it waits for stillness."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from watchfiles import watch

from emulator.buckets.keys import key_of
from emulator.buckets.links import Links
from emulator.buckets.reconciler import STILLNESS_SECONDS, Reconciler
from emulator.buckets.watcher import Watched
from emulator.errors import NotFoundError

log = logging.getLogger(__name__)

_DEBOUNCE_MILLISECONDS = 50
_TURN_MILLISECONDS = 250


class PollingWatcher:
    """One thread around watchfiles; full scans catch what it misses in new folders."""

    def __init__(self, watched: Watched, scan_seconds: float, on_activity: Callable[[], None] | None = None) -> None:
        self._watched = watched
        self._scan_seconds = scan_seconds
        self._on_activity = on_activity or (lambda: None)
        self._stopping = threading.Event()
        self._scan_lock = threading.Lock()
        self._next_scan = 0.0

    def start(self) -> None:
        """Watch from now on, and begin to look for what changed before; returns at once."""
        self._watched.tidy()
        self._reconciler = Reconciler(self._watched, Links(self._watched.path))
        self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish what is under way and watch no more."""
        self._stopping.set()
        self._thread.join()
        self._reconciler.close()

    def flush(self, timeout: float) -> bool:
        """Compare everything; a file that is not still yet is left for later. False if time ran out."""
        deadline = time.monotonic() + timeout
        if not self._scan_lock.acquire(timeout=timeout):
            return False
        try:
            self._scan()
        finally:
            self._scan_lock.release()
        return self._reconciler.wait(max(0.0, deadline - time.monotonic()))

    def _run(self) -> None:
        changes = watch(
            self._watched.root,
            watch_filter=None,
            debounce=_DEBOUNCE_MILLISECONDS,
            rust_timeout=_TURN_MILLISECONDS,
            yield_on_timeout=True,
            stop_event=self._stopping,
        )
        for batch in changes:
            try:
                self._handle([Path(path) for _, path in batch])
            except Exception:  # whatever it is, the watch goes on, and a scan finds what this was about
                log.exception("changes were not handled: paths=%d", len(batch))
                self._next_scan = 0.0
            if batch:
                self._on_activity()

    def _handle(self, paths: Sequence[Path]) -> None:
        for path in paths:
            self._notice(path)
        self._reconciler.do_due()
        if time.monotonic() >= self._next_scan:
            self._next_scan = time.monotonic() + self._scan_seconds
            with self._scan_lock:
                self._scan()

    def _notice(self, path: Path) -> None:
        bucket, _, inner = path.relative_to(self._watched.root).as_posix().partition("/")
        key = key_of(inner)
        if bucket not in self._watched.names():
            return
        if not inner or path.is_dir():
            self._scan()
        elif key is not None:
            self._reconciler.now(bucket, key, STILLNESS_SECONDS)

    def _scan(self) -> None:
        for bucket in self._watched.names():
            try:
                for key in self._watched.differences(bucket):
                    self._reconciler.now(bucket, key, STILLNESS_SECONDS)
            except NotFoundError:
                log.debug("bucket has gone: bucket=%s", bucket)
