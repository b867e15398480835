"""Buckets without a server: a home of their own, and a subscriber that remembers what it was told."""

import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.buckets import Buckets, ObjectEvent, Watcher
from emulator.home import Home
from emulator.settings import Settings
from emulator.state import Database
from tests.conftest import cannot_run


class Recorder:
    """A subscriber."""

    def __init__(self) -> None:
        self.events: list[ObjectEvent] = []

    def __call__(self, connection: sqlite3.Connection, event: ObjectEvent) -> None:
        self.events.append(event)

    @property
    def seen(self) -> list[tuple[str, str]]:
        """What happened to which key, in the order of the announcements."""
        return [(event.name, event.key) for event in self.events]


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def home(settings: Settings) -> Home:
    home = Home(settings.home)
    home.create()
    return home


@pytest.fixture
def database(home: Home) -> Iterator[Database]:
    database = Database(home.state_file)
    yield database
    database.close()


@pytest.fixture
def buckets(database: Database, home: Home, settings: Settings, recorder: Recorder) -> Buckets:
    return Buckets(database, home, settings, on_event=recorder)


@pytest.fixture
def raw(buckets: Buckets) -> Path:
    """The folder of a bucket named raw."""
    return buckets.create_bucket("raw").path


@pytest.fixture
def watcher(buckets: Buckets) -> Iterator[Watcher]:
    watcher = buckets.watcher()
    watcher.start()
    assert watcher.flush(30)
    yield watcher
    watcher.stop()


@pytest.fixture
def other_file_system(home: Home) -> Iterator[Path]:
    """A folder that no rename reaches from the home."""
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == home.root.stat().st_dev:
        cannot_run("this machine has no second file system at hand")
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)
