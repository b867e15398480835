"""This terminal, or this pipe, joined to a command inside an instance."""

import contextlib
import os
import signal
import sys
import termios
import threading
import tty
from collections.abc import Iterator, Sequence

from cli.errors import show
from cli.output import write_bytes
from emulator.engine import Engine
from emulator.engine.exec_session import NOT_FOUND, ExecSession
from emulator.errors import EmulatorError

_CHUNK = 65536


def bridge(engine: Engine, container_id: str, command: Sequence[str], user: str) -> int:
    """Run *command* with our stdin, stdout and stderr as its own; return its exit code."""
    interactive = sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()
    session = engine.containers.open_exec(container_id, command, user, tty=interactive)
    threading.Thread(target=_send_stdin, args=(session,), daemon=True).start()
    with _raw_terminal(session) if interactive else contextlib.nullcontext():
        session.receive(lambda content, from_stderr: write_bytes(content, to_stderr=from_stderr))
    exit_code = session.exit_code()
    if session.refusal is not None:
        said = "command not found" if exit_code == NOT_FOUND else f"cannot be run: {session.refusal}"
        show(EmulatorError(f"{command[0]}: {said}", hint="it is looked for in the instance, by its name or its path"))
    return exit_code


def _send_stdin(session: ExecSession) -> None:
    while sys.stdin is not None and (content := os.read(sys.stdin.fileno(), _CHUNK)):
        if not session.send(content):
            return
    session.end_input()


@contextlib.contextmanager
def _raw_terminal(session: ExecSession) -> Iterator[None]:
    """Let every key, Ctrl-C too, reach the command; pass on the window's size."""

    def resize(*_: object) -> None:
        # Not shutil's: it believes COLUMNS and LINES, which know nothing of a window that changes.
        with contextlib.suppress(EmulatorError, OSError):
            size = os.get_terminal_size(descriptor)
            session.resize(size.lines, size.columns)

    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    handler = signal.signal(signal.SIGWINCH, resize)
    try:
        tty.setraw(descriptor)
        resize()
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
        signal.signal(signal.SIGWINCH, handler)
