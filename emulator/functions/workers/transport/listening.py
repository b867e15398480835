"""Where the server listens for a worker, and what the worker is told: one way over TCP, another through its holder."""

import errno
import itertools
import socket
from typing import Protocol

from aiohttp import web

from emulator.functions.workers.transport.lenders import Lenders

_PORTS = range(10_000, 32_000)  # below those that connections from inside are given
_TRIES = 100


class Listening(Protocol):
    """One way to be reached by workers."""

    endpoint: str
    """Where a worker finds the S3 endpoint: a URL as seen from inside."""

    async def listen(self, holder_id: str) -> socket.socket:
        """Return a new socket that listens where a worker in the holder's network can call."""
        ...


class Directly:
    """On this machine's own address in the VPC."""

    def __init__(self, host: str, endpoint: str) -> None:
        self.endpoint = endpoint
        self._host = host

    async def listen(self, _holder_id: str) -> socket.socket:
        return socket.create_server((self._host, 0), backlog=128)


class ThroughHolders:
    """On the loopback of holders, by sockets that they lend; the endpoint has the port there that it has here."""

    def __init__(self, lenders: Lenders, port: int, doors: web.AppRunner | None) -> None:
        """Let workers knock at *doors*, if there are any, on *port*."""
        self.endpoint = f"http://127.0.0.1:{port}"
        self._lenders = lenders
        self._port = port
        self._doors = doors
        self._ports = itertools.cycle(_PORTS)

    async def listen(self, holder_id: str) -> socket.socket:
        lender = self._lenders.get(holder_id)
        if self._doors is not None:
            await lender.open(self._doors, self._port)
        for port in itertools.islice(self._ports, _TRIES):
            try:
                return await lender.lend(port)
            except OSError as error:
                if error.errno != errno.EADDRINUSE:  # which a handler may do
                    raise
        raise OSError(errno.EADDRINUSE, f"{_TRIES} ports in a row are taken in the network of {holder_id}")
