"""The door without a server: one connection, for as long as somebody holds it. No port is opened."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web

from emulator.buckets import Buckets
from emulator.http.s3.door import S3Door
from emulator.http.strangers import expect_strangers
from emulator.settings import Settings


@contextmanager
def one_connection(buckets: Buckets, settings: Settings) -> Iterator[socket.socket]:
    """Yield a socket whose other end answers S3's requests from *buckets*, in a thread."""
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="s3-door")
    thread.start()
    expect_strangers()
    try:
        runner = asyncio.run_coroutine_threadsafe(_serve(buckets, settings, theirs), loop).result()
        try:
            yield ours
        finally:
            ours.close()
            asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
        theirs.close()


async def _serve(buckets: Buckets, settings: Settings, connection: socket.socket) -> web.AppRunner:
    app = web.Application()
    S3Door(buckets, settings).add_to(app)
    runner = web.AppRunner(app, access_log=None, handle_signals=False, auto_decompress=False)
    await runner.setup()
    assert runner.server is not None  # noqa: S101 - set up
    await asyncio.get_running_loop().connect_accepted_socket(runner.server, connection)
    return runner
