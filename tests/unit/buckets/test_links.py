"""A file that has several names is as many objects, and a change through one name is a change of all. Real inotify."""

import io
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.buckets import Buckets, Watcher
from emulator.buckets.polling import PollingWatcher
from emulator.home import Home
from emulator.settings import Settings
from emulator.state import Database
from tests.conftest import wait_for
from tests.unit.buckets.conftest import Recorder

PUT, DELETE = "ObjectCreated:Put", "ObjectRemoved:Delete"


@pytest.fixture
def watcher(buckets: Buckets, raw: Path) -> Iterator[Watcher]:
    buckets.create_bucket("other")
    watcher = buckets.watcher()
    watcher.start()
    assert watcher.flush(30)
    yield watcher
    watcher.stop()


WAYS = {
    "symbolic": (
        "echo 1 > raw/t; ln -s t raw/l",
        "echo 2222 > raw/t",
        [(PUT, "raw/l", 5), (PUT, "raw/t", 5)],
    ),
    "symbolic, from a folder": (
        "mkdir -p raw/d/e; echo 1 > raw/t; ln -s ../../t raw/d/e/l",
        "echo 2222 > raw/t",
        [(PUT, "raw/d/e/l", 5), (PUT, "raw/t", 5)],
    ),
    "symbolic, what it leads to is replaced": (
        "echo 1 > raw/t; ln -s t raw/l",
        "echo 2222 > f; mv f raw/t",
        [(PUT, "raw/l", 5), (PUT, "raw/t", 5)],
    ),
    "symbolic, what it leads to is removed": (
        "echo 1 > raw/t; ln -s t raw/l",
        "rm raw/t",
        [(DELETE, "raw/l", None), (DELETE, "raw/t", None)],
    ),
    "symbolic, what it leads to comes later": (
        "ln -s t raw/l",
        "echo 1 > raw/t",
        [(PUT, "raw/l", 2), (PUT, "raw/t", 2)],
    ),
    "symbolic, to a link that leads elsewhere now": (
        "echo 1 > raw/t; echo 22 > raw/u; ln -s t raw/l; ln -s l raw/m",
        "ln -s u f; mv -T f raw/l",
        [(PUT, "raw/l", 3), (PUT, "raw/m", 3)],
    ),
    "symbolic, no more": (
        "echo 1 > raw/t; ln -s t raw/l; rm raw/l; echo 333 > raw/l",
        "echo 22 > raw/t",
        [(PUT, "raw/t", 3)],
    ),
    "symbolic, its folder goes": (
        "mkdir raw/d; echo 1 > raw/d/t; ln -s d/t raw/l",
        "mv raw/d .",
        [(DELETE, "raw/d/t", None), (DELETE, "raw/l", None)],
    ),
    "hard, through the first name": (
        "echo 1 > raw/h; ln raw/h raw/i",
        "printf zz >> raw/h",
        [(PUT, "raw/h", 4), (PUT, "raw/i", 4)],
    ),
    "hard, through the last name": (
        "echo 1 > raw/h; ln raw/h raw/i",
        "printf zz >> raw/i",
        [(PUT, "raw/h", 4), (PUT, "raw/i", 4)],
    ),
    "hard, in another bucket": (
        "echo 1 > raw/h; mkdir other/d; ln raw/h other/d/i",
        "printf zz >> other/d/i",
        [(PUT, "other/d/i", 4), (PUT, "raw/h", 4)],
    ),
    "hard, and a symbolic link to one": (
        "echo 1 > raw/h; ln raw/h raw/i; ln -s i raw/l",
        "printf zz >> raw/h",
        [(PUT, "raw/h", 4), (PUT, "raw/i", 4), (PUT, "raw/l", 4)],
    ),
    "hard, no more": (
        "echo 1 > raw/h; ln raw/h raw/i; echo 22 > f; mv f raw/i",
        "printf zz >> raw/h",
        [(PUT, "raw/h", 4)],
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_change_through_one_name_is_told_of_every_name(
    buckets: Buckets, raw: Path, watcher: Watcher, recorder: Recorder, way: str
) -> None:
    before, script, expected = WAYS[way]
    run(raw.parent, before)
    assert watcher.flush(30)
    recorder.events.clear()

    run(raw.parent, script)
    assert watcher.flush(30)

    assert told(recorder) == expected
    assert {key: size for name, key, size in expected if name == PUT}.items() <= listed(buckets).items()


def test_an_object_that_is_put_by_a_program_is_told_of_the_link_that_leads_to_it(
    buckets: Buckets, raw: Path, watcher: Watcher, recorder: Recorder
) -> None:
    """The server knows its own moves, and overlooks them; a link's name is none that it wrote."""
    run(raw.parent, "echo 1 > raw/t; ln -s t raw/l")
    assert watcher.flush(30)
    recorder.events.clear()

    buckets.objects.put("raw", "t", io.BytesIO(b"2222\n"))
    assert watcher.flush(30)

    assert told(recorder) == [(PUT, "raw/l", 5), (PUT, "raw/t", 5)]


@pytest.mark.parametrize("way", [way for way in WAYS if "no more" not in way])
def test_links_from_before_the_start_are_known(
    database: Database, home: Home, settings: Settings, recorder: Recorder, way: str
) -> None:
    """
    Nobody watched when they were made, and an earlier process wrote their rows.
    """
    before, script, expected = WAYS[way]
    buckets = Buckets(database, home, settings, on_event=recorder)
    for name in ("raw", "other"):
        buckets.create_bucket(name)
    run(home.buckets, before)
    buckets.scan_all()
    watcher = buckets.watcher()
    watcher.start()
    try:
        assert watcher.flush(30)
        recorder.events.clear()

        run(home.buckets, script)
        assert watcher.flush(30)
    finally:
        watcher.stop()

    assert told(recorder) == expected


def test_a_large_file_is_told_of_every_name(raw: Path, watcher: Watcher, recorder: Recorder) -> None:
    """
    It is hashed beside.
    """
    run(raw.parent, "head -c 20000000 /dev/zero > raw/h; ln raw/h raw/i; ln -s h raw/l")
    assert watcher.flush(60)
    recorder.events.clear()

    run(raw.parent, "printf zz >> raw/i")
    assert watcher.flush(60)

    assert told(recorder) == [(PUT, f"raw/{key}", 20_000_002) for key in "hil"]


def test_links_in_a_circle_are_no_objects_and_hold_nobody_up(raw: Path, watcher: Watcher, recorder: Recorder) -> None:
    run(raw.parent, "ln -s b raw/a; ln -s a raw/b; ln -s c raw/c; echo 1 > raw/d; ln -s d f; mv -T f raw/a")

    assert watcher.flush(30)

    assert told(recorder) == [(PUT, f"raw/{key}", 2) for key in "abd"]


def test_thousands_of_hard_links_are_told_once_each(
    buckets: Buckets, raw: Path, watcher: Watcher, recorder: Recorder
) -> None:
    """
    Looking for the other names of each would be a pass over all rows each.
    """
    run(raw.parent, "mkdir raw/d; for n in $(seq 2000); do echo $n > raw/d/$n; done; cp -al raw/d raw/e")
    assert watcher.flush(120)
    assert len(recorder.seen) == len(set(recorder.seen)) == 4000
    recorder.events.clear()

    run(raw.parent, "for n in $(seq 2000); do echo more >> raw/d/$n; done")
    assert watcher.flush(120)

    assert len(recorder.seen) == len(set(recorder.seen)) == 4000


def test_without_inotify_links_are_told_of_too(buckets: Buckets, raw: Path, recorder: Recorder) -> None:
    run(raw.parent, "echo 1 > raw/t; ln -s t raw/l; ln raw/t raw/h")
    watcher = PollingWatcher(buckets, 300)
    watcher.start()
    try:
        wait_for(lambda: len(recorder.events) == 3)
        recorder.events.clear()

        run(raw.parent, "echo 22 >> raw/t")

        wait_for(lambda: told(recorder) == [(PUT, f"raw/{key}", 5) for key in "hlt"])
    finally:
        watcher.stop()


def told(recorder: Recorder) -> list[tuple[str, str, int | None]]:
    return sorted((event.name, f"{event.bucket}/{event.key}", event.size_bytes) for event in recorder.events)


def listed(buckets: Buckets) -> dict[str, int]:
    """What the index has, without a look at the folders."""
    return {
        f"{bucket}/{stored.key}": stored.size_bytes
        for bucket in buckets.names()
        for stored in buckets.objects.page(bucket).objects
    }


def run(folder: Path, script: str) -> None:
    subprocess.run(["sh", "-ec", script], cwd=folder, check=True)
