"""A worker's output, from the pipe to the log."""

import asyncio
import os
from pathlib import Path

from emulator.functions.workers.output_pipe import OutputPipe


def test_what_is_read_at_once_is_handed_on_at_once(tmp_path: Path) -> None:
    """A file opened for each of a hundred thousand lines holds up every other function for a second."""
    handed_on: list[tuple[str, ...]] = []

    async def print_and_read() -> None:
        pipe = OutputPipe(tmp_path / "pipe", lambda *lines: handed_on.append(lines))
        writer = os.open(pipe.path, os.O_WRONLY)
        os.write(writer, b"one\ntwo\nthree\nunfinished")
        pipe.drain()
        os.close(writer)
        pipe.close()

    asyncio.run(print_and_read())

    assert handed_on == [("one", "two", "three"), ("unfinished",)]
