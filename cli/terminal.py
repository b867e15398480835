"""This terminal, or this pipe, joined to a command inside an instance."""

import contextlib
import os
import select
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
_END_OF_INPUT = b"\x04"
"""What a terminal takes for the end of what is typed."""


def bridge(engine: Engine, container_id: str, command: Sequence[str], user: str) -> int:
    """Run *command* with our stdin, stdout and stderr as its own; return its exit code."""
    interactive = sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()
    session = engine.containers.open_exec(container_id, command, user, tty=interactive)
    with _raw_terminal(session) if interactive else contextlib.nullcontext():
        # Not before: a terminal that is not raw yet gives lines, and has an end.
        send = _send_keys if interactive else _send_stdin
        threading.Thread(target=send, args=(session,), daemon=True).start()
        session.receive(lambda content, from_stderr: write_bytes(content, to_stderr=from_stderr))
    exit_code = session.exit_code()
    if session.refusal is not None:
        said = "command not found" if exit_code == NOT_FOUND else f"cannot be run: {session.refusal}"
        show(EmulatorError(f"{command[0]}: {said}", hint="it is looked for in the instance, by its name or its path"))
    return exit_code


def _send_stdin(session: ExecSession) -> None:
    with contextlib.suppress(OSError):  # what cannot be read is at its end
        while sys.stdin is not None and (content := os.read(sys.stdin.fileno(), _CHUNK)):
            if not session.send(content):
                return
    session.end_input()


def _send_keys(session: ExecSession) -> None:
    """Send what is typed; an end of it is a key, too. An engine drops a command whose terminal is half closed."""
    with contextlib.suppress(OSError):  # the terminal has gone
        while (keys := os.read(sys.stdin.fileno(), _CHUNK)) and session.send(keys):
            pass


def _send_lines_typed_ahead(session: ExecSession, descriptor: int) -> None:
    """Send what was typed before; in a terminal that is made raw, an end among it becomes a NUL."""
    while select.select([descriptor], [], [], 0)[0]:
        line = os.read(descriptor, _CHUNK)
        session.send(line or _END_OF_INPUT)
        if not line:
            return


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
        _send_lines_typed_ahead(session, descriptor)
        tty.setraw(descriptor, termios.TCSADRAIN)
        resize()
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
        signal.signal(signal.SIGWINCH, handler)
