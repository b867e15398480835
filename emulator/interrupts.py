"""Ctrl-C while something is made that must be whole or not at all."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def deferred_interrupts() -> Iterator[threading.Event]:
    """
    Yield an event that Ctrl-C sets, in place of the exception it raises otherwise.

    An exception may strike between any two steps, also in the middle of starting a thread, which then nobody waits
    for. Whoever has a handler of their own keeps it, and threads other than the main one never see Ctrl-C.
    """
    asked = threading.Event()
    in_main_thread = threading.current_thread() is threading.main_thread()
    if not in_main_thread or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield asked
        return
    signal.signal(signal.SIGINT, lambda *_: asked.set())
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
