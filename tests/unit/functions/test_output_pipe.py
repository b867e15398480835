"""A worker's output, from the pipe to the log."""

import asyncio
import os
import resource
import threading
from pathlib import Path

import pytest

from emulator.functions.workers.frames import NOTE
from emulator.functions.workers.output_pipe import OutputPipe

MIB = 1024 * 1024


def test_what_is_read_at_once_is_handed_on_at_once(tmp_path: Path) -> None:
    """A call for each of a hundred thousand lines holds up every other function for a second."""
    handed_on: list[bytes] = []

    async def print_and_read() -> None:
        pipe = OutputPipe(tmp_path / "pipe", handed_on.append)
        writer = os.open(pipe.path, os.O_WRONLY)
        os.write(writer, b"one\ntwo\nthree\nunfinished")
        pipe.drain()
        os.close(writer)
        pipe.close()

    asyncio.run(print_and_read())

    assert handed_on == [b"one\ntwo\nthree\n", b"unfinished\n"]


def test_a_line_that_comes_in_pieces_is_handed_on_whole(tmp_path: Path) -> None:
    handed_on: list[bytes] = []

    async def print_and_read() -> None:
        pipe = OutputPipe(tmp_path / "pipe", handed_on.append)
        writer = os.open(pipe.path, os.O_WRONLY)
        for piece in (b"o", b"n", b"e\ntw", b"o\n"):
            os.write(writer, piece)
            await asyncio.sleep(0.01)
        os.close(writer)
        pipe.close()

    asyncio.run(print_and_read())

    assert handed_on == [b"one\n", b"two\n"]


def test_a_line_without_end_is_handed_on_in_pieces(tmp_path: Path) -> None:
    """What a handler prints without a single line break must not gather in the server's memory."""
    handed_on: list[bytes] = []

    async def print_and_read() -> None:
        pipe = OutputPipe(tmp_path / "pipe", handed_on.append)

        def print_much() -> None:
            with pipe.path.open("wb", buffering=0) as writer:
                for _ in range(8 * MIB // 65_536):
                    writer.write(b"x" * 65_536)

        await asyncio.to_thread(print_much)
        pipe.drain()
        pipe.close()

    asyncio.run(print_and_read())

    assert sum(len(block) - 1 for block in handed_on) == 8 * MIB
    assert max(len(block) for block in handed_on) <= 262_144 + 65_536 + 1


def test_what_never_stops_printing_does_not_keep_the_loop_from_others(tmp_path: Path) -> None:
    """Nor `drain`, which is called between an answer and the next invocation."""

    async def print_and_read() -> int:
        pipe = OutputPipe(tmp_path / "pipe", lambda _: None)
        stop = threading.Event()

        def print_on() -> None:
            with pipe.path.open("wb", buffering=0) as writer:
                while not stop.is_set():
                    writer.write(b"line\n" * 1000)

        printing = asyncio.create_task(asyncio.to_thread(print_on))
        turns = 0
        for _ in range(200):
            await asyncio.sleep(0)
            pipe.drain()
            turns += 1
        stop.set()
        await printing
        pipe.close()
        return turns

    assert asyncio.run(asyncio.wait_for(print_and_read(), 60)) == 200


def test_what_the_runtime_used_of_memory_is_noted_and_not_printed(tmp_path: Path) -> None:
    """It stands behind whatever the runtime printed last, half a line as often as not, and may come in two reads."""
    printed: list[bytes] = []
    noted: list[int] = []

    async def print_and_read() -> None:
        pipe = OutputPipe(tmp_path / "pipe", printed.append, noted.append)
        writer = os.open(pipe.path, os.O_WRONLY)
        for piece in (b"whole\nhal", b"f" + NOTE + b"1234", b"56\n"):
            os.write(writer, piece)
            await asyncio.sleep(0.01)
        pipe.drain()
        os.close(writer)
        pipe.close()

    asyncio.run(print_and_read())

    assert noted == [123456]
    assert b"".join(printed) == b"whole\nhalf\n"


def test_a_pipe_that_cannot_be_opened_leaves_nothing(tmp_path: Path) -> None:
    """When no descriptor is left: each try would otherwise leave a file for as long as the server runs."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken = []

    async def make() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, limits[1]))
        try:
            with pytest.raises(OSError, match="Too many open files"):
                while True:
                    taken.append(os.open("/dev/null", os.O_RDONLY))
            with pytest.raises(OSError, match="Too many open files"):
                OutputPipe(tmp_path / "pipe", lambda _: None)
        finally:
            for descriptor in taken:
                os.close(descriptor)
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)

    asyncio.run(make())

    assert list(tmp_path.iterdir()) == []
