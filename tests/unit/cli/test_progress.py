"""What long work says on stderr."""

import contextlib
import os
import re
import sys

import pytest

from cli.progress import OnlyWarnings, TerminalProgress
from tests.conftest import wait_for


def test_steps_within_a_step_are_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    """With the time they took: a log shows where it went."""
    progress = TerminalProgress()

    with progress.step("Building"):
        with progress.step("[1/2] packages: curl"):
            progress.detail("Get:1 …")
        with progress.step("[2/2] run.0"):
            pass

    lines = [re.sub(r"\d+\.\d s", "N s", line) for line in capsys.readouterr().err.splitlines()]
    assert lines == ["Building …", "  [1/2] packages: curl … N s", "  [2/2] run.0 … N s"]


def test_a_step_that_breaks_off_says_when(capsys: pytest.CaptureFixture[str]) -> None:
    """The last line before the log of what failed."""
    progress = TerminalProgress()

    with pytest.raises(KeyboardInterrupt), progress.step("Building"), progress.step("[1/2] packages"):
        raise KeyboardInterrupt

    assert "  [1/2] packages … stopped after 0.0 s" in capsys.readouterr().err.splitlines()


def test_the_next_step_is_one_of_its_own_again(capsys: pytest.CaptureFixture[str]) -> None:
    """Also after one that failed."""
    progress = TerminalProgress()
    with pytest.raises(ValueError, match="x"), progress.step("one"):
        raise ValueError("x")

    with progress.step("two"):
        pass

    assert capsys.readouterr().err.splitlines() == ["one …", "two …"]


def test_quiet_leaves_warnings_only(capsys: pytest.CaptureFixture[str]) -> None:
    """They are no progress."""
    progress = OnlyWarnings()

    with progress.step("Building"):
        progress.detail("x")
        progress.warn("mind the gap")

    assert capsys.readouterr().err == "warning: mind the gap\n"


def test_a_terminal_sees_the_line_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is being done, for how long, and the last that was heard of it; finished steps stay above."""
    ours, theirs = os.openpty()
    os.set_blocking(ours, False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    shown = bytearray()

    def is_shown(words: bytes) -> bool:
        with contextlib.suppress(BlockingIOError):
            shown.extend(os.read(ours, 100_000))
        return words in shown

    with os.fdopen(theirs, "w") as terminal, os.fdopen(ours), monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", terminal)
        progress = TerminalProgress()
        with progress.step("Building"), progress.step("[1/1] packages"):
            progress.detail("Get:1 http://deb.debian.org")
            wait_for(lambda: is_shown(b"Get:1 http://deb.debian.org"))
        wait_for(lambda: is_shown("  [1/1] packages … 0.".encode()))  # under way it is without tenths

    assert b"Building" in shown
