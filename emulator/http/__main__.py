"""The server as a process, `python -m emulator.http`: ends on SIGTERM, on Ctrl-C or, with --once, with its parent."""

import asyncio
import dataclasses
import logging
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from emulator.cloud import Cloud
from emulator.errors import EmulatorError, EngineUnavailableError
from emulator.http import frugal
from emulator.http.lock import ServerLock
from emulator.http.open_files import allow_most_open_files
from emulator.http.strangers import expect_strangers
from emulator.settings import Settings

if TYPE_CHECKING:
    from emulator.http.server import Server

log = logging.getLogger(__name__)

_FAILED, _NO_ENGINE, _INTERRUPTED = 1, 3, 130
_REQUIRE_AUTH = "--require-auth"
_ONCE = "--once"
"""Serve until stdin ends, say the port on stdout, watch and dispatch nothing."""


async def _serve(server: "Server", *, once: bool) -> int:
    """Serve until told to end; return the exit code."""
    ended = asyncio.Event()
    _on_signals(ended.set)
    try:
        await server.start()
        if once and _says(server.port):
            asyncio.get_running_loop().add_reader(sys.stdin, ended.set)
            await ended.wait()
        elif not once:
            await ended.wait()
    finally:
        is_whole = await _stop(server)
    return 0 if is_whole else _INTERRUPTED


def _new(cloud: Cloud, lock: ServerLock, *, once: bool) -> "Server":
    frugal.use_one_arena()
    with frugal.without_certificates():
        from emulator.http.server import Server
    return Server(cloud, lock, once=once)


def _says(port: int) -> bool:
    """Tell the parent where we are; whether there is one (any more)."""
    try:
        print(port, flush=True)  # noqa: T201 - the parent reads it
    except BrokenPipeError:
        sys.stdout = None  # so that Python does not try once more at the end
        return False
    return True


async def _stop(server: "Server") -> bool:
    """End in order, however far the start had come; another signal cuts that short. Tell whether it did not."""
    stopping = asyncio.create_task(server.stop())
    _on_signals(stopping.cancel)
    try:
        await stopping
    except asyncio.CancelledError:
        _on_signals(None)  # the next one ends the process as it stands
        await server.abandon()
        return False
    return True


def _on_signals(action: Callable[[], object] | None) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        if action is not None:
            loop.add_signal_handler(number, action)
        elif loop.remove_signal_handler(number):
            signal.signal(number, signal.SIG_DFL)


def main(arguments: list[str]) -> int:
    """Run until ended; return the exit code."""
    home, once, require_auth = _asked(arguments)
    allow_most_open_files()
    logging.basicConfig(
        level=logging.WARNING if once else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    expect_strangers()
    settings = Settings.from_environment()
    if home is not None:
        settings = dataclasses.replace(settings, home=home)
    if require_auth:
        settings = dataclasses.replace(settings, require_auth=True)
    with Cloud(settings) as cloud:
        try:
            with ServerLock(cloud.home.server_lock, shared=once) as lock:
                return asyncio.run(_serve(_new(cloud, lock, once=once), once=once))
        except KeyboardInterrupt:
            return _INTERRUPTED  # before anything was begun
        except EmulatorError as error:
            print(f"error: {error.message}", file=sys.stderr)  # noqa: T201
            if error.hint:
                print(f"hint: {error.hint}", file=sys.stderr)  # noqa: T201
            return _NO_ENGINE if isinstance(error, EngineUnavailableError) else _FAILED
        except Exception as error:  # nobody is above us, and whoever started the server reads the last line
            log.exception("server failed")
            print(f"error: {type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201
            return _FAILED


def _asked(arguments: list[str]) -> tuple[Path | None, bool, bool]:
    """Return whose server this is, None for CLOUDLET_HOME's, if it is for one call, and if it requires signatures."""
    once, require_auth = _ONCE in arguments, _REQUIRE_AUTH in arguments
    match [word for word in arguments if word not in (_ONCE, _REQUIRE_AUTH)]:
        case []:
            return None, once, require_auth
        case ["--home", home]:
            return Path(home), once, require_auth
    raise SystemExit(f"usage: python -m emulator.http [--home FOLDER] [{_ONCE}] [{_REQUIRE_AUTH}]")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
