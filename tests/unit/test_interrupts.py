"""Ctrl-C at the wrong moment."""

import signal
import threading
from types import FrameType

import pytest

from emulator.interrupts import deferred_interrupts


def test_ctrl_c_is_noted_and_raises_nothing() -> None:
    """However often it is pressed."""
    with deferred_interrupts() as interrupted:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

        assert interrupted.is_set()


def test_afterwards_ctrl_c_is_what_it_was() -> None:
    """Also when the work failed."""
    with pytest.raises(ZeroDivisionError), deferred_interrupts():
        _ = 1 / 0

    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_whoever_handles_ctrl_c_already_goes_on_doing_so() -> None:
    """A server stops in its own order."""
    heard: list[int] = []

    def handler(number: int, frame: FrameType | None) -> None:
        heard.append(number)

    before = signal.signal(signal.SIGINT, handler)
    try:
        with deferred_interrupts() as interrupted:
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)

    assert heard == [signal.SIGINT]
    assert not interrupted.is_set()


def test_another_thread_may_defer_what_never_reaches_it() -> None:
    """Only the main thread may set handlers; the others need none."""
    entered: list[bool] = []

    def work() -> None:
        with deferred_interrupts() as interrupted:
            entered.append(interrupted.is_set())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert entered == [False]
