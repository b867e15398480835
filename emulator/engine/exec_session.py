"""A command inside a container with its streams open: what a shell, a pipe or a terminal needs."""

import contextlib
import re
import socket
import time
from collections.abc import Callable, Sequence
from typing import Any

from emulator.engine.connection import Connection
from emulator.errors import EngineError

_STDERR = 2
_HEADER = 8
_CHUNK = 65536
_PAUSE_SECONDS = 0.01

_REFUSED = b"OCI runtime exec failed"  # printed by the engine in place of the command, as if that had said it
NOT_EXECUTABLE = 126
NOT_FOUND = 127


class ExecSession:
    """Started at once; send and receive may run in two threads."""

    def __init__(
        self,
        connection: Connection,
        container_id: str,
        command: Sequence[str],
        user: str,
        *,
        tty: bool,
        stdin: bool = True,
    ) -> None:
        self._connection = connection
        self._tty = tty
        self.refusal: str | None = None
        """Why the engine could not begin it, in the engine's words."""
        with connection.translated("run a command in a container") as api:
            created = api.exec_create(container_id, list(command), user=user, tty=tty, stdin=stdin)
            self._exec_id = created["Id"]
            # Not `exec_start`: it reads past the response's buffer, in which the first output may already lie.
            response = api._post_json(
                api._url("/exec/{0}/start", self._exec_id),
                headers={"Connection": "Upgrade", "Upgrade": "tcp"},
                data={"Tty": tty, "Detach": False},
                stream=True,
            )
            api._raise_for_status(response)
            self._response = response
            self._reader: Any = response.raw._fp.fp
            self._socket: socket.socket = self._reader.raw._sock
            self._socket.settimeout(None)  # a shell may be idle for longer than a request may take

    def send(self, content: bytes) -> bool:
        """Pass *content* to the command; tell whether it still listens."""
        try:
            self._socket.sendall(content)
        except OSError:
            return False
        return True

    def end_input(self) -> None:
        """Let the command read an end of its input."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)

    def resize(self, rows: int, columns: int) -> None:
        """Tell the command how large the terminal is."""
        with self._connection.translated("resize a terminal") as api:
            api.exec_resize(self._exec_id, height=rows, width=columns)

    def receive(self, on_output: Callable[[bytes, bool], None]) -> None:
        """Pass on what the command prints (bytes, from stderr?) until it ends; `refusal` tells if it never began."""
        content, from_stderr = self._next()
        if content.startswith(_REFUSED):
            self.refusal = content.decode(errors="replace").strip()
            return
        while content:
            on_output(content, from_stderr)
            content, from_stderr = self._next()

    def exit_code(self) -> int:
        """Return what the command ended with, a shell's codes if it never began; call it after `receive`."""
        self._response.close()
        while True:  # the end of its output may be heard before the end of the command
            with self._connection.translated("see how a command ended") as api:
                state = api.exec_inspect(self._exec_id)
            if not state["Running"]:
                break
            time.sleep(_PAUSE_SECONDS)
        if self.refusal is not None:  # some engines know but one code for it
            return NOT_FOUND if re.search("not found|no such file", self.refusal, re.IGNORECASE) else NOT_EXECUTABLE
        return int(state["ExitCode"] or 0)

    def _next(self) -> tuple[bytes, bool]:
        """Return the next piece of output and whether it comes from stderr; no bytes at the end."""
        try:
            if self._tty:
                return self._reader.read1(_CHUNK), False
            header = self._reader.read(_HEADER)
            size = int.from_bytes(header[4:8], "big") if len(header) == _HEADER else 0
            return self._reader.read(size), header[:1] == bytes([_STDERR])
        except OSError as error:
            raise EngineError(f"could not hear a command in a container: {error}") from error
