"""Sockets that a holder lends: the program of its image against the server's end, both real, in one network."""

import asyncio
import contextlib
import errno
import os
import resource
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from emulator.engine import ContainerSpec
from emulator.errors import EngineError
from emulator.functions.workers.transport.holder_images import HOLDER_DEFINITIONS
from emulator.functions.workers.transport.lender import HolderLostError
from emulator.functions.workers.transport.lenders import Lenders

PROGRAM = HOLDER_DEFINITIONS / "holder" / "lend.py"


class Processes:
    """Runs holders as processes of this machine, which have the folder where it is instead of mounted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.started: dict[str, subprocess.Popen[bytes]] = {}

    async def run(self, spec: ContainerSpec) -> str:
        socket_file = spec.environment["CLOUDLET_SOCKET"].rpartition("/")[2]
        process = await asyncio.to_thread(
            subprocess.Popen,
            (sys.executable, "-I", "-S", str(PROGRAM)),
            env={**spec.environment, "CLOUDLET_SOCKET": socket_file},
            cwd=self._folder,  # a container sees it below a short path
        )
        self.started[f"holder-{process.pid}"] = process
        return f"holder-{process.pid}"

    def close(self) -> None:
        for process in self.started.values():
            process.kill()
            process.wait()


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    processes = Processes(tmp_path / "run" / "holders")
    yield processes
    processes.close()


@asynccontextmanager
async def lenders(folder: Path) -> AsyncIterator[Lenders]:
    made = Lenders(folder, lambda: "image")
    try:
        yield made
    finally:
        await made.close()


def test_a_lent_socket_listens_where_it_was_made_and_answers_here(processes: Processes, tmp_path: Path) -> None:
    """The whole trick: whoever connects over there is accepted here, and nothing is copied in between."""

    async def story() -> bytes:
        async with lenders(tmp_path / "run" / "holders") as at:
            lender = at.get(await at.make(processes.run))
            with await lender.lend(0) as listening, socket.create_connection(listening.getsockname()) as caller:
                accepted, _ = await asyncio.to_thread(listening.accept)
                with accepted:
                    accepted.sendall(b"here")
                return await asyncio.to_thread(caller.recv, 10)

    assert asyncio.run(story()) == b"here"


def test_a_home_may_be_deeper_than_the_path_of_a_socket_may_be_long(tmp_path: Path) -> None:
    """The kernel takes 107 bytes, and homes of tests alone are longer."""
    folder = tmp_path / ("deep" * 20) / ("deeper" * 10) / "holders"
    processes = Processes(folder)

    async def story() -> None:
        async with lenders(folder) as at:
            (await at.get(await at.make(processes.run)).lend(0)).close()
            assert len(list(folder.iterdir())) == 1

    assert len(str(folder)) > 108
    asyncio.run(story())
    assert list(folder.iterdir()) == []
    processes.close()


def test_many_may_ask_at_once_and_each_gets_what_it_asked_for(processes: Processes, tmp_path: Path) -> None:
    """Workers start beside each other; a port that is mixed up would answer one worker with another's event."""

    async def story() -> None:
        async with lenders(tmp_path / "run" / "holders") as at:
            lender = at.get(await at.make(processes.run))
            ports = [_free_port() for _ in range(20)]
            lent = await asyncio.gather(*(lender.lend(port) for port in ports))
            assert [one.getsockname()[1] for one in lent] == ports
            for one in lent:
                one.close()

    asyncio.run(story())


def test_a_port_that_is_taken_is_said_and_the_next_can_be_had(processes: Processes, tmp_path: Path) -> None:
    """Handlers may listen, too, and have the same loopback."""

    async def story() -> None:
        async with lenders(tmp_path / "run" / "holders") as at:
            lender = at.get(await at.make(processes.run))
            with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use") as caught:
                await lender.lend(taken.getsockname()[1])
            assert caught.value.errno == errno.EADDRINUSE
            (await lender.lend(0)).close()

    asyncio.run(story())


def test_who_has_no_token_is_turned_away(processes: Processes, tmp_path: Path) -> None:
    """Everybody on this machine may reach the socket; to be taken for a holder takes more."""
    folder = tmp_path / "run" / "holders"

    async def story() -> bytes:
        async with lenders(folder) as at:
            await at.make(processes.run)
            (file,) = folder.iterdir()
            loop = asyncio.get_running_loop()
            with socket.socket(socket.AF_UNIX) as stranger, _at(folder):
                stranger.setblocking(False)
                await loop.sock_connect(stranger, file.name)
                await loop.sock_sendall(stranger, b"0" * 32 + b"\n")
                return await asyncio.wait_for(loop.sock_recv(stranger, 10), 10)

    assert asyncio.run(story()) == b""


def test_holders_are_met_again_once_there_are_descriptors(
    processes: Processes, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A server that has none left for a moment must not be deaf for the rest of its life."""
    folder = tmp_path / "run" / "holders"

    async def story() -> bytes:
        async with lenders(folder) as at:
            await at.make(processes.run)
            (file,) = folder.iterdir()
            loop = asyncio.get_running_loop()
            with socket.socket(socket.AF_UNIX) as stranger, _at(folder):
                stranger.setblocking(False)
                with _no_descriptors():
                    await loop.sock_connect(stranger, file.name)
                    async with asyncio.timeout(30):
                        while "holder was not met" not in caplog.text:  # noqa: ASYNC110 - nobody tells
                            await asyncio.sleep(0.01)
                await loop.sock_sendall(stranger, b"0" * 32 + b"\n")
                return await asyncio.wait_for(loop.sock_recv(stranger, 10), 30)

    assert asyncio.run(story()) == b"", "it was heard, and turned away"


def test_a_holder_that_has_ended_is_lost_at_the_first_question(processes: Processes, tmp_path: Path) -> None:
    """The error is one that has the pool take another holder, and its message names this one."""

    async def story() -> None:
        async with lenders(tmp_path / "run" / "holders") as at:
            holder_id = await at.make(processes.run)
            processes.started[holder_id].kill()
            with pytest.raises(HolderLostError, match=holder_id):
                await at.get(holder_id).lend(0)
            await at.ended(holder_id)
            with pytest.raises(HolderLostError):
                at.get(holder_id)

    asyncio.run(story())


def test_a_holder_ends_with_the_server_that_made_it(processes: Processes, tmp_path: Path) -> None:
    """A server that is killed cannot end it."""

    async def story() -> None:
        async with lenders(tmp_path / "run" / "holders") as at:
            await at.make(processes.run)

    asyncio.run(story())
    (process,) = processes.started.values()
    assert process.wait(timeout=20) == 0


def test_a_holder_that_cannot_be_started_leaves_nobody_waiting(tmp_path: Path) -> None:
    """The reason is the engine's own."""

    async def refuse(_: ContainerSpec) -> str:
        raise EngineError("no such image")

    async def story() -> None:
        async with lenders(tmp_path) as at:
            with pytest.raises(EngineError, match="no such image"):
                await at.make(refuse)

    asyncio.run(story())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def _no_descriptors() -> Iterator[None]:
    limits, taken = resource.getrlimit(resource.RLIMIT_NOFILE), list[int]()
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, limits[1]))
    try:
        with contextlib.suppress(OSError):
            while True:
                taken.append(os.open("/dev/null", os.O_RDONLY))
        yield
    finally:
        for descriptor in taken:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


@contextlib.contextmanager
def _at(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
