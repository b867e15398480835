"""The table of docs/buckets.md, row by row: what each way of writing causes. Real inotify, real programs."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from emulator.buckets import Buckets, Watcher
from tests.conftest import cannot_run
from tests.unit.buckets.conftest import Recorder

PAGE = Path(__file__).parents[3] / "docs" / "buckets.md"

PUT, COPY, DELETE = "ObjectCreated:Put", "ObjectCreated:Copy", "ObjectRemoved:Delete"


@dataclass(frozen=True)
class Way:
    """A way of writing: what was there, what is done, and the events of it. Scripts run beside the buckets' folders."""

    name: str
    script: str
    expected: tuple[tuple[str, str], ...]
    before: str = ""
    needs: str = "sh"


WAYS = (
    Way("`cp` a file in", "echo x > f; cp f raw/a", ((PUT, "a"),)),
    Way(
        "`cp -r` a folder in",
        "mkdir -p t/d; echo x > t/d/a; echo y > t/b; cp -r t raw/",
        ((PUT, "t/b"), (PUT, "t/d/a")),
    ),
    Way("`mv` a file in", "echo x > f; mv f raw/a", ((PUT, "a"),)),
    Way("`mv` a folder in", "mkdir -p t/d; echo x > t/d/a; mv t raw/", ((PUT, "t/d/a"),)),
    Way("`mv` a file out", "mv raw/a f", ((DELETE, "a"),), before="echo x > raw/a"),
    Way(
        "`mv` a folder out",
        "mv raw/t .",
        ((DELETE, "t/a"), (DELETE, "t/b")),
        before="mkdir raw/t; echo > raw/t/a; echo > raw/t/b",
    ),
    Way("`mv` within a bucket", "mv raw/a raw/b", ((COPY, "b"), (DELETE, "a")), before="echo x > raw/a"),
    Way("`mv` between buckets", "mv raw/a other/a", ((COPY, "other/a"), (DELETE, "a")), before="echo x > raw/a"),
    Way("`mv` over an object", "echo xx > f; mv f raw/a", ((PUT, "a"),), before="echo x > raw/a"),
    Way("`rsync`", "echo x > f; rsync -a f raw/a", ((PUT, "a"),), needs="rsync"),
    Way(
        "an editor: a new file renamed over the old one",
        "echo xx > raw/a~; mv raw/a~ raw/a",
        ((PUT, "a"),),
        before="echo x > raw/a",
    ),
    Way("`sed -i`", "sed -i s/x/yy/ raw/a", ((PUT, "a"),), before="echo x > raw/a"),
    Way("a browser's download", "echo x > raw/a.crdownload; mv raw/a.crdownload raw/a", ((PUT, "a"),)),
    Way("`tar x`", "mkdir d; echo x > d/a; tar -cf t.tar d; tar -xf t.tar -C raw", ((PUT, "d/a"),)),
    Way("a program that opens, writes and closes", "python3 -c \"open('raw/a', 'w').write('x')\"", ((PUT, "a"),)),
    Way("an append", "echo y >> raw/a", ((PUT, "a"),), before="echo x > raw/a"),
    Way("a truncation", "truncate -s 0 raw/a", ((PUT, "a"),), before="echo x > raw/a"),
    Way(
        "a write through `mmap`",
        "python3 -c \"import mmap; f = open('raw/a', 'r+b'); m = mmap.mmap(f.fileno(), 0);"
        ' m[0] = 121; m.close(); f.close()"',
        ((PUT, "a"),),
        before="echo xxxx > raw/a",
    ),
    Way("a hard link", "echo x > f; ln f raw/a", ((PUT, "a"),)),
    Way("a symbolic link to a file of the bucket", "ln -s a raw/b", ((PUT, "b"),), before="echo x > raw/a"),
    Way("a symbolic link that leads out", "echo x > f; ln -s ../f raw/a", ()),
    Way("`mkdir -p` and a file in it, at once", "mkdir -p raw/d/e/f; echo x > raw/d/e/f/a", ((PUT, "d/e/f/a"),)),
    Way("`mkdir`", "mkdir raw/d", ()),
    Way("`touch`", "touch raw/a", ((PUT, "a"),)),
    Way("`rm`", "rm raw/a", ((DELETE, "a"),), before="echo x > raw/a"),
    Way(
        "`rm -r` a folder",
        "rm -r raw/d",
        ((DELETE, "d/a"), (DELETE, "d/b")),
        before="mkdir raw/d; echo > raw/d/a; echo > raw/d/b",
    ),
    Way("`chmod`, and other changes that leave the bytes", "chmod 600 raw/a", (), before="echo x > raw/a"),
    Way(
        "a name with spaces, a newline, `+`, `%` and any letter",
        "echo x > 'raw/a b\n+%20é.csv'",
        ((PUT, "a b\n+%20é.csv"),),
    ),
    Way("a FIFO, a socket, a device", "mkfifo raw/a", ()),
)


@pytest.fixture
def watcher(buckets: Buckets, raw: Path) -> Iterator[Watcher]:
    buckets.create_bucket("other")
    watcher = buckets.watcher()
    watcher.start()
    assert watcher.flush(30)
    yield watcher
    watcher.stop()


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_a_way_of_writing_causes_what_the_table_says(raw: Path, watcher: Watcher, recorder: Recorder, way: Way) -> None:
    if shutil.which(way.needs) is None:
        cannot_run(f"{way.needs} is not installed")
    run(raw.parent, way.before)
    assert watcher.flush(30)
    recorder.events.clear()

    run(raw.parent, way.script)
    assert watcher.flush(30)

    happened = [
        (event.name, event.key if event.bucket == "raw" else f"{event.bucket}/{event.key}") for event in recorder.events
    ]
    assert sorted(happened) == sorted(way.expected)


def test_the_table_and_these_tests_are_of_the_same_rows() -> None:
    rows = re.findall(
        r"^\| (.+?) \| .* \|$", PAGE.read_text().partition("## What each way of writing causes")[2], re.MULTILINE
    )

    assert [row for row in rows if row not in ("way", "---")] == [way.name for way in WAYS]


def run(folder: Path, script: str) -> None:
    subprocess.run(["sh", "-ec", script], cwd=folder, check=True)
