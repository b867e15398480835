"""The server as a process, `python -m emulator.http`: ends on SIGTERM, on Ctrl-C or, with --once, with its parent."""

import argparse
import asyncio
import contextlib
import dataclasses
import logging
import signal
import sys
from pathlib import Path

from emulator.cloud import Cloud
from emulator.errors import EmulatorError, EngineUnavailableError
from emulator.http.lock import ServerLock
from emulator.http.open_files import allow_most_open_files
from emulator.http.server import Server
from emulator.http.strangers import expect_strangers
from emulator.settings import Settings

_FAILED, _NO_ENGINE = 1, 3


async def _serve(cloud: Cloud, *, once: bool) -> None:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    server = Server(cloud, once=once)
    try:
        await server.start()
    except BaseException:
        await server.stop()  # what was started before it failed is not left behind
        raise
    if once:
        print(server.port, flush=True)  # noqa: T201 - the parent reads it
        loop.add_reader(sys.stdin, ended.set)
    await ended.wait()
    for number in (signal.SIGTERM, signal.SIGINT):  # a second one forces
        loop.remove_signal_handler(number)
        signal.signal(number, signal.SIG_DFL)
    await server.stop()


def main(arguments: list[str]) -> int:
    """Run until ended; return the exit code."""
    asked = _parser().parse_args(arguments)
    once = asked.once
    allow_most_open_files()
    logging.basicConfig(
        level=logging.WARNING if once else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    expect_strangers()
    settings = Settings.from_environment()
    if asked.home is not None:
        settings = dataclasses.replace(settings, home=asked.home)
    with Cloud(settings) as cloud:
        try:
            with ServerLock(cloud.home.server_lock, shared=once), contextlib.suppress(KeyboardInterrupt):
                asyncio.run(_serve(cloud, once=once))
        except EmulatorError as error:
            print(f"error: {error.message}", file=sys.stderr)  # noqa: T201
            if error.hint:
                print(f"hint: {error.hint}", file=sys.stderr)  # noqa: T201
            return _NO_ENGINE if isinstance(error, EngineUnavailableError) else _FAILED
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m emulator.http")
    parser.add_argument("--home", type=Path, help="whose server this is; default: CLOUDLET_HOME")
    parser.add_argument(
        "--once",
        action="store_true",
        help="serve until stdin ends, say the port on stdout, watch and dispatch nothing",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
