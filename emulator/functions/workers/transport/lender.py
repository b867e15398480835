"""A holder that lends: it makes listening sockets in its network, and the server accepts from them."""

import asyncio
import contextlib
import os
import socket

from aiohttp import web

from emulator.errors import NotFoundError

_LENDING_SECONDS = 10.0


class HolderLostError(NotFoundError):
    """A holder has ended, and its network with it."""

    def __init__(self, holder_id: str) -> None:
        super().__init__(f"the holder {holder_id} has ended")


class Lender:
    """One holder, which makes a listening socket in its network whenever it is asked."""

    def __init__(self, holder_id: str, connection: socket.socket) -> None:
        self._holder_id = holder_id
        self._connection = connection
        self._turn = asyncio.Lock()
        self._opening = asyncio.Lock()
        self._site: web.SockSite | None = None

    async def open(self, doors: web.AppRunner, port: int) -> None:
        """Have the holder's workers find *doors* on *port* of their loopback, from now on."""
        async with self._opening:
            if self._site is None:
                site = web.SockSite(doors, await self.lend(port))
                await site.start()
                self._site = site

    async def lend(self, port: int) -> socket.socket:
        """Return a socket that listens on *port* of the holder's loopback; OSError if it is taken, HolderLostError."""
        async with self._turn:
            try:
                async with asyncio.timeout(_LENDING_SECONDS):
                    await asyncio.get_running_loop().sock_sendall(self._connection, b"%d\n" % port)
                    await _readable(self._connection)
                said, lent, _, _ = socket.recv_fds(self._connection, 64, 1, socket.MSG_CMSG_CLOEXEC)
            except OSError as error:  # TimeoutError, too
                self._hang_up()
                raise HolderLostError(self._holder_id) from error
            except asyncio.CancelledError:
                self._hang_up()  # whoever asks next must not be given what was asked for here
                raise
        if lent:
            return socket.socket(fileno=lent[0])
        if not said:
            raise HolderLostError(self._holder_id)
        raise OSError(int(said), os.strerror(int(said)))

    async def close(self) -> None:
        """Have the holder end, and close what was opened on its loopback for all its workers."""
        self._hang_up()
        async with self._turn:
            self._connection.close()
        if self._site is not None:
            await self._site.stop()

    def _hang_up(self) -> None:
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)


async def _readable(connection: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()

    def note() -> None:
        if not ready.done():
            ready.set_result(None)

    loop.add_reader(connection, note)
    try:
        await ready
    finally:
        loop.remove_reader(connection)
