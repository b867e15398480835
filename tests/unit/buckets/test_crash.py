"""A process that is killed loses nothing, doubles nothing and leaves nothing behind."""

import hashlib
import io
import multiprocessing
import os
import random
import signal
import sqlite3
import time
from multiprocessing.connection import Connection
from pathlib import Path

from emulator.buckets import Buckets, ObjectEvent
from emulator.home import Home
from emulator.settings import Settings
from emulator.state import Database

KEYS = [f"d{number % 3}/{number}" for number in range(12)]


def remember(connection: sqlite3.Connection, event: ObjectEvent) -> None:
    connection.execute("INSERT INTO tag VALUES (?, ?, ?)", (event.key, event.sequencer, event.etag or ""))


def write_at_random(home: Home, settings: Settings, seed: int, ready: Connection) -> None:
    buckets = Buckets(Database(home.state_file), home, settings, on_event=remember)
    chance = random.Random(seed)
    ready.send(True)
    while True:
        key = chance.choice(KEYS)
        if chance.random() < 0.3:
            buckets.objects.delete("raw", key)
        else:
            buckets.objects.put("raw", key, io.BytesIO(chance.randbytes(chance.randrange(100_000))))


def test_after_a_kill_the_index_is_the_folder_and_every_change_has_its_event(home: Home, settings: Settings) -> None:
    """
    A crash between the rename and the row is healed by the next look, with its event.
    """
    Buckets(Database(home.state_file), home, settings).create_bucket("raw")
    context = multiprocessing.get_context("spawn")
    chance = random.Random(0)
    for round_number in range(4):
        pipes = [context.Pipe() for _ in range(3)]
        writers = [
            context.Process(target=write_at_random, args=(home, settings, round_number * 10 + index, pipe[1]))
            for index, pipe in enumerate(pipes)
        ]
        for writer in writers:
            writer.start()
        for pipe in pipes:
            assert pipe[0].recv()
        time.sleep(chance.random() * 0.2)
        for writer in writers:
            assert writer.pid is not None
            os.kill(writer.pid, signal.SIGKILL)
            writer.join()
    database = Database(home.state_file)
    for leftover in home.staging.iterdir():
        os.utime(leftover, (0, 0))

    Buckets(database, home, settings, on_event=remember).scan_all()

    raw = home.buckets / "raw"
    in_folder = {
        path.relative_to(raw).as_posix(): hashlib.md5(path.read_bytes()).hexdigest()
        for path in raw.rglob("*")
        if path.is_file()
    }
    rows = database.rows("SELECT key, etag, sequencer FROM object")
    assert {row["key"]: row["etag"] for row in rows} == in_folder
    last_events = database.rows("SELECT resource_id, value, max(key) AS last FROM tag GROUP BY resource_id")
    alive = {row["resource_id"]: (row["value"], row["last"]) for row in last_events if row["value"]}
    assert alive == {row["key"]: (row["etag"], row["sequencer"]) for row in rows}
    assert list(home.staging.iterdir()) == []
    database.close()


def test_a_staged_file_whose_process_lives_is_left_alone(buckets: Buckets, raw: Path, home: Home) -> None:
    """
    Tidying up runs beside other processes' uploads.
    """
    with buckets.objects.stage("raw", "a") as staged:
        staged.write(b"x")
        os.utime(staged.path, (0, 0))
        (home.staging / "leftover").touch()
        os.utime(home.staging / "leftover", (0, 0))

        buckets.tidy()

        assert list(home.staging.iterdir()) == [Path(staged.path)]
