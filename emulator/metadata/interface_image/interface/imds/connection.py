"""A client's connection: what it sent so far, and what it still has to get. Never waits for its client."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable

from .answers import bad_request
from .messages import BadRequestError, Request, Response, parse

PATIENCE_SECONDS = 10.0
"""How long a client may take for a request, for taking its answer, or between two."""

_CHUNK = 65_536
_USUAL_HOPS = -1


class Connection:
    """Goes on by one step whenever its socket is ready."""

    def __init__(self, client: socket.socket, answer: Callable[[Request], Response]) -> None:
        client.setblocking(False)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.client = client
        self.deadline = time.monotonic() + PATIENCE_SECONDS
        self._answer = answer
        self._incoming = bytearray()
        self._outgoing = b""
        self._hops = _USUAL_HOPS
        self._is_last = False
        self._has_ended = False

    @property
    def is_sending(self) -> bool:
        """Whether it waits for its client to read."""
        return bool(self._outgoing)

    def go_on(self) -> bool:
        """Send or receive what can be now, and tell whether there will be more."""
        try:
            if self._outgoing:
                self._send()
            else:
                received = self.client.recv(_CHUNK)
                if not received:
                    return False
                if not self._has_ended:
                    self._incoming += received
            self._work()
        except BlockingIOError:
            return True
        except OSError:
            return False
        return True

    def _work(self) -> None:
        while not (self._outgoing or self._is_last):
            try:
                parsed = parse(self._incoming)
            except BadRequestError:
                self._respond(bad_request(), None)
                break
            if parsed is None:
                return
            request, length = parsed
            del self._incoming[:length]
            self._respond(self._answer(request), request)
        if self._is_last and not (self._outgoing or self._has_ended):
            # Not closed: a socket closed with something unread takes back what it sent.
            self.client.shutdown(socket.SHUT_WR)
            self._has_ended = True
            self._incoming.clear()

    def _respond(self, response: Response, request: Request | None) -> None:
        hops = _USUAL_HOPS if response.hop_limit is None else response.hop_limit
        if hops != self._hops:
            self._hops = hops
            self.client.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, hops)
        self.deadline = time.monotonic() + PATIENCE_SECONDS
        self._is_last = request is None or not request.keep_alive
        self._outgoing = response.render(request, time.time())
        self._send()

    def _send(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._outgoing = self._outgoing[self.client.send(self._outgoing) :]
