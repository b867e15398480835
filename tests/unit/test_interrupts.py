"""Ctrl-C at the wrong moment."""

import signal
import subprocess
import sys
import threading
from types import FrameType

import pytest

from emulator.interrupts import deferred_interrupts

WORKING = """
import sys
from emulator.interrupts import deferred_interrupts

with deferred_interrupts() as interrupted:
    print("begun", flush=True)
    sys.stdin.readline()
    print(interrupted.is_set())
"""


def test_ctrl_c_is_noted_and_raises_nothing() -> None:
    """However often it is pressed."""
    with deferred_interrupts() as interrupted:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

        assert interrupted.is_set()


def test_the_first_press_is_told_and_the_others_are_not() -> None:
    """A user who hears nothing presses again, and has been heard all the same."""
    told: list[str] = []

    with deferred_interrupts(lambda: told.append("heard")):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    assert told == ["heard"]


def test_a_press_may_come_while_another_is_noted() -> None:
    """A terminal and `timeout` send two at once. In a process of its own, since what is wrong here never ends."""
    with subprocess.Popen(
        [sys.executable, "-c", WORKING], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as work:
        assert work.stdout is not None
        assert work.stdout.readline() == "begun\n"
        for _ in range(20_000):
            work.send_signal(signal.SIGINT)

        try:
            output, _ = work.communicate("enough\n", timeout=60)
        finally:
            work.kill()

    assert (output, work.returncode) == ("True\n", 0)


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
