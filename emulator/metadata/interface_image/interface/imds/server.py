"""Serves many connections by one thread: a client that says nothing holds up nobody."""

from __future__ import annotations

import selectors
import socket
import sys
import time
from collections.abc import Callable

from .connection import Connection
from .messages import Request, Response

MOST_CONNECTIONS = 256
"""The one with the least time left goes when another comes."""


class Server:
    """Accepts connections on a listening socket."""

    def __init__(self, listener: socket.socket, answer: Callable[[Request], Response]) -> None:
        listener.setblocking(False)
        self._listener = listener
        self._answer = answer
        self._selector = selectors.DefaultSelector()
        self._selector.register(listener, selectors.EVENT_READ)
        self._connections: set[Connection] = set()

    def serve_forever(self) -> None:
        """Serve until the process ends."""
        while True:
            for key, _ in self._selector.select(self._seconds_to_first_deadline()):
                try:
                    if key.data is None:
                        self._accept()
                    elif key.data in self._connections:
                        self._go_on(key.data)
                except Exception:  # noqa: BLE001 - with this process, the network of a whole instance would end
                    sys.excepthook(*sys.exc_info())
                    if key.data is not None:
                        self._close(key.data)
            now = time.monotonic()
            for connection in [one for one in self._connections if one.deadline <= now]:
                self._close(connection)

    def _accept(self) -> None:
        try:
            client, _ = self._listener.accept()
        except OSError:
            return  # it went away meanwhile
        if len(self._connections) >= MOST_CONNECTIONS:
            self._close(min(self._connections, key=lambda one: one.deadline))
        connection = Connection(client, self._answer)
        self._connections.add(connection)
        self._selector.register(client, selectors.EVENT_READ, connection)

    def _go_on(self, connection: Connection) -> None:
        if connection.go_on():
            event = selectors.EVENT_WRITE if connection.is_sending else selectors.EVENT_READ
            self._selector.modify(connection.client, event, connection)
        else:
            self._close(connection)

    def _close(self, connection: Connection) -> None:
        if connection in self._connections:
            self._connections.remove(connection)
            self._selector.unregister(connection.client)
            connection.client.close()

    def _seconds_to_first_deadline(self) -> float | None:
        if not self._connections:
            return None
        return max(0.0, min(one.deadline for one in self._connections) - time.monotonic())
