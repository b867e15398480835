"""Ctrl-C while something is made that must be whole or not at all."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


class Interrupt:
    """
    Whether Ctrl-C was pressed.

    No `threading.Event`: that one holds a lock while it is set, and a second Ctrl-C in that moment, whose handler runs
    on top of the first one's, would wait for it for ever.
    """

    def __init__(self, on_first: Callable[[], None]) -> None:
        self._on_first = on_first
        self._came = False

    def is_set(self) -> bool:
        """Tell whether it was; from any thread."""
        return self._came

    def heed(self) -> None:
        """Raise what Ctrl-C raises elsewhere, if it was."""
        if self._came:
            raise KeyboardInterrupt

    def note(self, number: int, frame: FrameType | None) -> None:
        """Handle the signal."""
        if not self._came:
            self._came = True
            self._on_first()


@contextmanager
def deferred_interrupts(on_first: Callable[[], None] = lambda: None) -> Iterator[Interrupt]:
    """
    Yield what Ctrl-C is noted in, in place of the exception it raises otherwise; the first one calls *on_first*.

    An exception may strike between any two steps, also in the middle of starting a thread, which then nobody waits
    for. Whoever has a handler of their own keeps it, and threads other than the main one never see Ctrl-C.
    """
    asked = Interrupt(on_first)
    in_main_thread = threading.current_thread() is threading.main_thread()
    if not in_main_thread or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield asked
        return
    signal.signal(signal.SIGINT, asked.note)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
