"""The answer to a shell's question. Whatever goes wrong, there is none: nobody who presses Tab wants to read why."""

import os
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cli import output
from cli.completion.line import in_bash, words_of

LIMIT_SECONDS = 0.3
"""From the start of the process on."""


def answer(root: Any, question: Sequence[str]) -> int:
    """Write the candidates for *question*, a shell's name and a line; return the exit code."""
    threading.Thread(target=_give_up, daemon=True).start()
    try:
        shell, line = question
        for candidate in _candidates(root, line):
            output.write(in_bash(candidate, line) if shell == "bash" else candidate)
    except Exception:  # noqa: BLE001 - see above
        return 1
    return 0


def _candidates(root: Any, line: str) -> list[str]:
    from cli.completion.candidates import candidates

    found = candidates(root, words_of(line))
    return [one for one in found if one.isprintable()]


def _give_up() -> None:
    time.sleep(max(LIMIT_SECONDS - _age_seconds(), 0))
    os._exit(1)


def _age_seconds() -> float:
    """Return how long this process lives: where no kernel says so, the processor time that it took."""
    try:
        started = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    except OSError:
        return time.process_time()
    return time.clock_gettime(time.CLOCK_BOOTTIME) - started / os.sysconf("SC_CLK_TCK")
