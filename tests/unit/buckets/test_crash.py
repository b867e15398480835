"""A process that is killed loses nothing, doubles nothing and leaves nothing behind."""

import hashlib
import io
import multiprocessing
import os
import random
import signal
import sqlite3
import time
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from emulator.buckets import Buckets, ObjectEvent
from emulator.buckets.keys import OWN_FOLDER
from emulator.home import Home
from emulator.settings import Settings
from emulator.state import Database
from tests.conftest import wait_for
from tests.unit.s3.process import ServerProcess, make_table
from tests.unit.s3.process import remember as remember_in_table
from tests.unit.s3.writers import BUCKETS, FAR, OWN, WRITTEN, Notes, Writer, name_of

ROUNDS = int(os.environ.get("CLOUDLET_FAULT_ROUNDS", "50"))
SEED = int(os.environ.get("CLOUDLET_FAULT_SEED", "20261126"))
MOST_ANSWERS = 100

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


class House:
    """A home whose server is killed again and again, and what is known of it."""

    def __init__(self, home: Home, database: Database, settings: Settings, log: Path) -> None:
        self.home = home
        self.database = database
        self.buckets = Buckets(database, home, settings, on_event=remember_in_table)
        self.notes = Notes()
        self._settings = settings
        self._log = log

    def prepare(self, elsewhere: Path) -> None:
        make_table(self.database)
        for name, versioning in BUCKETS.items():
            if name in FAR:
                (elsewhere / name).mkdir()
            self.buckets.create_bucket(name, elsewhere / name if name in FAR else None)
            if versioning:
                self.buckets.set_versioning(name, versioning)

    def crash(self, number: int, chance: random.Random) -> None:
        """Kill the server while everybody writes."""
        with ServerProcess(self._settings, self._log) as server:
            writers = [
                Writer(one, f"w{number}", chance.randrange(1 << 30), server.port, self.home.buckets, self.notes)
                for one in range(len(OWN))
            ]
            for writer in writers:
                writer.start()
            answers = self.notes.statuses.total() + chance.randrange(MOST_ANSWERS)
            wait_for(lambda: self.notes.statuses.total() >= answers, pause_seconds=0.002)
            server.kill()
            for writer in writers:
                writer.stop()
            for writer in writers:
                writer.join()
            assert "Traceback" not in server.said

    def recover(self) -> None:
        """Have all that is left be found at once: what is young is given time otherwise."""
        ways_in = (self.home.staging, *(self.home.buckets / name / OWN_FOLDER for name in FAR))
        for leftover in (path for way in ways_in if way.exists() for path in way.iterdir()):
            os.utime(leftover, (0, 0))
        self.buckets.scan_all()
        self.buckets.sweep(0)

    def check(self) -> None:
        """See that the bytes, the rows, the blobs and the events tell the same story."""
        assert self.notes.strange == []
        assert list(self.home.staging.iterdir()) == []
        for bucket in BUCKETS:
            self._check_objects(bucket)
            self._check_versions(bucket)
            self._check_events(bucket)
        self._check_blobs()
        self._check_told()

    def _check_objects(self, bucket: str) -> None:
        folder = self.home.buckets / bucket
        files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        rows = self.database.rows("SELECT key, etag, in_folder FROM object WHERE bucket = ?", bucket)
        assert {row["key"] for row in rows if row["in_folder"]} == {file for file in files if ".part" not in file}
        for row in rows:
            with self.buckets.objects.open(bucket, row["key"]) as opened:
                name = name_of(opened.file.read())
            assert name is not None, f"{bucket}/{row['key']} is torn"
            assert self.notes.names[row["etag"]] == name

    def _check_versions(self, bucket: str) -> None:
        """Every version that is there is whole, and every one that somebody was told of is there."""
        there: set[tuple[str, str, str, str]] = set()
        for table in ("object", "object_version WHERE NOT is_marker AND TRUE"):
            where = "AND" if "WHERE" in table else "WHERE"
            for row in self.database.rows(f"SELECT * FROM {table} {where} bucket = ? AND blob NOT NULL", bucket):
                name = name_of(self.buckets._blobs.path(row["blob"]).read_bytes())
                assert self.notes.names[row["etag"]] == name
                there.add((bucket, row["key"], row["version_id"], name))
        assert {version for version in self.notes.versions if version[0] == bucket} <= there

    def _check_blobs(self) -> None:
        sql = " UNION ALL ".join(
            f"SELECT blob FROM {table} WHERE blob NOT NULL" for table in ("object", "object_version", "upload_part")
        )
        named = [row["blob"] for row in self.database.rows(sql)]
        assert sorted(named) == sorted(path.name for path in self.home.blobs.rglob("*") if path.is_file())

    def _check_events(self, bucket: str) -> None:
        """What is there was told last, what is not there was told to have gone, and nothing was told twice."""
        objects = {
            row["key"]: (row["etag"], row["sequencer"])
            for row in self.database.rows("SELECT * FROM object WHERE bucket = ?", bucket)
        }
        heard = self.database.rows("SELECT * FROM heard WHERE bucket = ? ORDER BY sequencer", bucket)
        last = {row["key"]: row for row in heard if not row["key"].startswith("back/")}
        alive = {
            key: (row["etag"], row["sequencer"]) for key, row in last.items() if row["name"].startswith("ObjectCreated")
        }
        assert alive == {key: fact for key, fact in objects.items() if not key.startswith("back/")}
        assert len({row["sequencer"] for row in heard}) == len(heard)
        told = Counter(
            (row["key"], self.notes.names[row["etag"]])
            for row in heard
            if row["key"] in WRITTEN and row["name"].startswith("ObjectCreated")
        )
        assert [what for what, times in told.items() if times > 1] == []

    def _check_told(self) -> None:
        """Whoever was told that a change was made finds one event of it."""
        heard = Counter(
            (row["request_id"], row["bucket"], row["key"]) for row in self.database.rows("SELECT * FROM heard")
        )
        assert [change for change in self.notes.done if heard[change] != 1] == []
        assert max(heard.values()) == 1


@pytest.mark.timeout(60 + 10 * ROUNDS)
def test_a_server_that_is_killed_under_eight_writers_tears_and_doubles_nothing(
    home: Home, database: Database, settings: Settings, tmp_path: Path, other_file_system: Path
) -> None:
    """
    Whatever it was at, fifty times over: what is there is whole, has been told once, and nothing else is left.

    Set CLOUDLET_FAULT_ROUNDS to have it killed more often, CLOUDLET_FAULT_SEED for other moments.
    """
    house = House(home, database, settings, tmp_path / "log")
    house.prepare(other_file_system)
    chance = random.Random(SEED)

    for number in range(ROUNDS):
        house.crash(number, chance)
        if number % 3 != 1:  # else the next server is to find everything, with writers at work already
            house.recover()
            house.check()

    house.recover()
    house.check()
    assert {200, 204} <= house.notes.statuses.keys()
    assert len(house.notes.done) > ROUNDS
