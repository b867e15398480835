"""The server's end of the unix socket that holders have mounted, through which they lend it listening sockets.

A holder is known by the token that it was given when it was made: whoever comes without one is turned away.
"""

import asyncio
import contextlib
import logging
import os
import secrets
import socket
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from emulator.engine import Bind, ContainerSpec, Kind
from emulator.errors import EngineError
from emulator.functions.workers.transport.lender import HolderLostError, Lender
from emulator.threads import run_alone

log = logging.getLogger(__name__)

_COMING_SECONDS = 20.0
_MEET_AGAIN_SECONDS = 0.5
_TOKEN_BYTES = 16
_LONGEST_PATH = 100  # a unix socket's has at most 107 bytes, and a home may be deep
_MOUNTED_AT = "/run/cloudlet"


class Lenders:
    """The holders of one server. Used from one event loop."""

    def __init__(self, folder: Path, image: Callable[[], str]) -> None:
        """Meet holders made of *image*, which may be built when it is first asked for, at a socket in *folder*."""
        self._folder = folder
        self._image = image
        self._name = f"{secrets.token_hex(4)}.sock"
        self._socket: socket.socket | None = None
        self._accepting: asyncio.Task[None] | None = None
        self._awaited: dict[str, asyncio.Future[socket.socket]] = {}
        self._lenders: dict[str, Lender] = {}

    async def make(self, run: Callable[[ContainerSpec], Awaitable[str]]) -> str:
        """Have a holder started by *run*, and return its id when it has come; EngineError if it does not."""
        image = await run_alone(self._image)
        self._open()
        token = secrets.token_hex(_TOKEN_BYTES)
        awaited = self._awaited[token] = asyncio.get_running_loop().create_future()
        try:
            holder_id = await run(self._spec(image, token))
            connection = await asyncio.wait_for(awaited, _COMING_SECONDS)
        except TimeoutError:
            raise EngineError(
                f"no holder reaches the server's socket {self._folder / self._name}",
                hint="a mounted socket works with an engine on this machine, not with one in a machine of its own",
            ) from None
        finally:
            del self._awaited[token]
        self._lenders[holder_id] = Lender(holder_id, connection)
        return holder_id

    async def ended(self, holder_id: str) -> None:
        """Part with a holder; what it has lent to workers is theirs to close."""
        if lender := self._lenders.pop(holder_id, None):
            await lender.close()

    def get(self, holder_id: str) -> Lender:
        """Return the holder's own end; HolderLostError if there is none any more."""
        try:
            return self._lenders[holder_id]
        except KeyError:
            raise HolderLostError(holder_id) from None

    async def close(self) -> None:
        """Meet no holder any more."""
        for holder_id in list(self._lenders):
            await self.ended(holder_id)
        if self._accepting is not None:
            self._accepting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._accepting
        if self._socket is not None:
            self._socket.close()
            (self._folder / self._name).unlink(missing_ok=True)

    def _spec(self, image: str, token: str) -> ContainerSpec:
        return ContainerSpec(
            image=image,
            kind=Kind.HOLDER,
            command=("python3", "-I", "-S", "/opt/cloudlet/lend.py"),
            environment={"CLOUDLET_SOCKET": f"{_MOUNTED_AT}/{self._name}", "CLOUDLET_TOKEN": token},
            mounts=(Bind(self._folder, _MOUNTED_AT, read_only=True),),
            read_only=True,
            cap_drop=("ALL",),
            security_options=("no-new-privileges",),
            stop_signal="SIGKILL",
        )

    def _open(self) -> None:
        if self._socket is not None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        self._folder.chmod(0o711)  # an engine may give a holder's root the number of anybody here
        listening = socket.socket(socket.AF_UNIX)
        try:
            with _short(self._folder) as folder:
                listening.bind(f"{folder}/{self._name}")
            (self._folder / self._name).chmod(0o666)
            listening.listen()
        except OSError as error:
            listening.close()
            raise EngineError(
                f"no socket can be made in {self._folder}: {error}",
                hint="choose a home on another file system with CLOUDLET_HOME",
            ) from error
        listening.setblocking(False)
        self._socket = listening
        self._accepting = asyncio.create_task(self._accept(listening))

    async def _accept(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        greetings: set[asyncio.Task[None]] = set()
        while True:
            try:
                connection, _ = await loop.sock_accept(listening)
            except OSError as error:  # no descriptor is left, say: who knocks waits meanwhile
                log.warning("holder was not met: reason=%s", error)
                await asyncio.sleep(_MEET_AGAIN_SECONDS)
                continue
            greeting = asyncio.create_task(self._greet(connection))
            greetings.add(greeting)
            greeting.add_done_callback(greetings.discard)

    async def _greet(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        said = b""
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(_COMING_SECONDS):
                while not said.endswith(b"\n") and (more := await _receive(connection)):
                    said += more
        awaited = self._awaited.get(said.decode(errors="replace").strip())
        if awaited is None or awaited.done():
            connection.close()
        else:
            awaited.set_result(connection)


@contextlib.contextmanager
def _short(folder: Path) -> Iterator[str]:
    """Yield a path of *folder* that leaves room for the name of a socket."""
    if len(os.fsencode(folder)) < _LONGEST_PATH - len("/00000000.sock"):
        yield str(folder)
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)


async def _receive(connection: socket.socket) -> bytes:
    return await asyncio.get_running_loop().sock_recv(connection, 64)
