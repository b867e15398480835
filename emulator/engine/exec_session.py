"""A command inside a container with its streams open: what a shell, a pipe or a terminal needs."""

import contextlib
import socket
from collections.abc import Callable, Sequence
from typing import Any

from emulator.engine.connection import Connection

_STDERR = 2
_HEADER = 8
_CHUNK = 65536


class ExecSession:
    """Started at once; send and receive may run in two threads."""

    def __init__(
        self, connection: Connection, container_id: str, command: Sequence[str], user: str, *, tty: bool
    ) -> None:
        self._connection = connection
        self._tty = tty
        with connection.translated("run a command in a container") as api:
            created = api.exec_create(container_id, list(command), user=user, tty=tty, stdin=True)
            self._exec_id = created["Id"]
            # Not `exec_start(socket=True)`: it hands out the bare socket, and what the command printed before the
            # first read may already lie in the response's buffer.
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
        """Pass on what the command prints (bytes, from stderr?) until it ends."""
        while True:
            if self._tty:
                content, from_stderr = self._reader.read1(_CHUNK), False
            else:
                header = self._reader.read(_HEADER)
                content = self._reader.read(int.from_bytes(header[4:8], "big")) if len(header) == _HEADER else b""
                from_stderr = header[:1] == bytes([_STDERR])
            if not content:
                return
            on_output(content, from_stderr)

    def exit_code(self) -> int:
        """Return what the command ended with; call it when `receive` has returned."""
        with self._connection.translated("see how a command ended") as api:
            code = api.exec_inspect(self._exec_id)["ExitCode"]
        self._response.close()
        return int(code or 0)
