"""Moves at random, told to the end whatever interferes: other scans, a kill. Real inotify."""

import hashlib
import multiprocessing
import os
import random
import signal
import sqlite3
import threading
from collections.abc import Iterable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

from emulator.buckets import Buckets, ObjectEvent, Watcher
from emulator.home import Home
from emulator.settings import Settings
from emulator.state import Database
from tests.unit.buckets.conftest import Recorder

COPY, DELETE = "ObjectCreated:Copy", "ObjectRemoved:Delete"


def folder_of(raw: Path) -> dict[str, str]:
    """Return the etag of every file that is an object."""
    return {
        path.relative_to(raw).as_posix(): hashlib.md5(path.read_bytes()).hexdigest()
        for path in raw.rglob("*")
        if path.is_file()
    }


def replayed(told: Iterable[tuple[str, str, str | None]]) -> dict[str, str]:
    """Return what a listener thinks is there who was told of these names, keys and etags; nothing is told twice."""
    there: dict[str, str] = {}
    for name, key, etag in told:
        if name == DELETE:
            assert key in there, f"{key} was removed twice"
            del there[key]
        else:
            assert there.get(key) != etag, f"{key} was made twice"
            there[key] = str(etag)
    return there


def stir(raw: Path, chance: random.Random, moves: int) -> None:
    """Write, move and remove files and folders as they come, with names that meet again and again."""
    folders = ["", "d/", "d/e/", "f/"]
    for _ in range(moves):
        files = [path for path in raw.rglob("*") if path.is_file()]
        place = raw / f"{chance.choice(folders)}{chance.randrange(6)}"
        place.parent.mkdir(parents=True, exist_ok=True)
        with suppress(OSError):  # a folder in the place of a file, and the like
            if not files or (dice := chance.random()) < 0.3:
                place.write_text(str(chance.random()))
            elif dice < 0.8:
                chance.choice(files).rename(place)
            elif dice < 0.9:
                (raw / "d").rename(raw / chance.choice(["f", "g"]))
            else:
                chance.choice(files).unlink()


def test_whatever_is_moved_who_listens_knows_what_is_there(
    buckets: Buckets, raw: Path, watcher: Watcher, recorder: Recorder
) -> None:
    """
    Scans of others tear pairs in two at any moment. Nothing is lost by that, and nothing told twice.
    """
    done = threading.Event()

    def scan() -> None:
        while not done.is_set():
            buckets.scan("raw")

    scanner = threading.Thread(target=scan)
    scanner.start()
    stir(raw, random.Random(5), 600)
    done.set()
    scanner.join()
    assert watcher.flush(60)
    buckets.scan("raw")

    told = sorted(recorder.events, key=lambda event: event.sequencer)
    assert replayed((event.name, event.key, event.etag) for event in told) == folder_of(raw)
    assert any(event.name == COPY for event in told)


def remember(connection: sqlite3.Connection, event: ObjectEvent) -> None:
    connection.execute("INSERT INTO tag VALUES (?, ?, ?)", (event.sequencer, event.key, f"{event.name} {event.etag}"))


def watch(home: Home, settings: Settings, ready: Connection) -> None:
    """Watch until killed."""
    watcher = Buckets(Database(home.state_file), home, settings, on_event=remember).watcher()
    watcher.start()
    assert watcher.flush(30)
    ready.send(True)
    threading.Event().wait()


def test_a_watcher_that_is_killed_amid_moves_loses_and_doubles_nothing(
    database: Database, home: Home, settings: Settings, raw: Path
) -> None:
    """
    Whichever half was told, the next look tells the other, once.
    """
    context = multiprocessing.get_context("spawn")
    chance = random.Random(7)
    for _ in range(5):
        ours, theirs = context.Pipe()
        process = context.Process(target=watch, args=(home, settings, theirs))
        process.start()
        assert ours.recv()
        stir(raw, chance, 100)
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        stir(raw, chance, 5)  # while nobody looks

    Buckets(database, home, settings, on_event=remember).scan_all()

    rows = database.rows("SELECT resource_id, key, value FROM tag ORDER BY resource_id")
    told = [(row["value"].partition(" ")[0], row["key"], row["value"].partition(" ")[2]) for row in rows]
    assert replayed(told) == folder_of(raw)
    assert any(name == COPY for name, _, _ in told)
