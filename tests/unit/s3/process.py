"""The S3 door and the watcher in a process of their own, as a server has them, so that a test can kill it.

Processes are forked from one that has imported everything: a test that kills fifty need not wait for fifty imports.
"""

import asyncio
import logging
import multiprocessing
import os
import resource
import signal
import sqlite3
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType

from aiohttp import web

from emulator.buckets import Buckets, ObjectEvent
from emulator.cloud import Cloud
from emulator.http.aws.s3 import s3
from emulator.http.guard import guard
from emulator.http.open_files import allow_most_open_files
from emulator.http.s3 import S3Door
from emulator.http.s3.pace import STRANGERS, Pace
from emulator.http.strangers import expect_strangers
from emulator.settings import Settings
from emulator.state import Database

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__])

s3()  # reads the model, once for all who are forked

_START_SECONDS = 60
_FILES_OF_A_SHELL = 256
"""What macOS lets a program open that asks for no more."""


def make_table(database: Database) -> None:
    """Make the table that `remember` writes to."""
    with database.transaction() as connection:
        connection.execute(
            "CREATE TABLE heard (bucket TEXT, key TEXT, name TEXT, sequencer TEXT, etag TEXT, request_id TEXT)"
        )


def remember(connection: sqlite3.Connection, event: ObjectEvent) -> None:
    """Write an event down in the transaction that it belongs to."""
    connection.execute(
        "INSERT INTO heard VALUES (?, ?, ?, ?, ?, ?)",
        (event.bucket, event.key, event.name, event.sequencer, event.etag, event.request_id),
    )


@dataclass
class ServerProcess:
    """A server of *settings*' home; leaving the context kills it. `log` is where it says what it does."""

    settings: Settings
    log: Path
    most_files: int | None = None
    """How many files it may open, None for as many as the system grants."""
    pace: Pace = STRANGERS
    port: int = 0

    def start(self) -> None:
        """Return when it answers."""
        mine, its = _CONTEXT.Pipe()
        self._process: BaseProcess = _CONTEXT.Process(
            target=_serve, args=(self.settings, self.log, self.most_files, self.pace, its), daemon=True
        )
        self._process.start()
        its.close()
        if not mine.poll(_START_SECONDS):
            raise TimeoutError(self.said)
        self.port = mine.recv()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def kill(self) -> None:
        """End it as a crash would."""
        os.kill(self.pid, signal.SIGKILL)
        self._process.join()

    @property
    def is_alive(self) -> bool:
        return self._process.is_alive()

    @property
    def said(self) -> str:
        return self.log.read_text() if self.log.exists() else ""

    def __enter__(self) -> "ServerProcess":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.is_alive():
            self.kill()


def _serve(settings: Settings, log: Path, most_files: int | None, pace: Pace, ready: Connection) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES_OF_A_SHELL, most if most_files is None else most_files))
    allow_most_open_files()
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(descriptor, 2)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", force=True)
    expect_strangers()
    asyncio.run(_run(settings, pace, ready))


async def _run(settings: Settings, pace: Pace, ready: Connection) -> None:
    cloud = Cloud(settings)
    buckets = Buckets(cloud.database, cloud.home, settings, on_event=remember)
    door = S3Door(buckets, settings, pace)
    app = web.Application(middlewares=[guard(set(), door.cors.lets_write)])
    door.add_to(app)
    runner = web.AppRunner(app, access_log=None, handle_signals=False, auto_decompress=False)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    await asyncio.to_thread(buckets.watcher().start)
    ready.send(runner.addresses[0][1])
    await asyncio.Event().wait()
