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
VIM = "vim -N -u NONE -i NONE -es -c 'set backupskip='"
"""It makes `.a.swp`, `.a.swpx` and `4913`, renames `a` to `a~`, writes `a`, and removes the others."""


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
    Way("`mv` from outside over an object", "echo xx > f; mv f raw/a", ((PUT, "a"),), before="echo x > raw/a"),
    Way(
        "`mv` of an object over another",
        "mv raw/a raw/b",
        ((COPY, "b"), (DELETE, "a")),
        before="echo x > raw/a; echo yy > raw/b",
    ),
    Way("`cp` over an object", "echo xx > f; cp f raw/a", ((PUT, "a"),), before="echo x > raw/a"),
    Way(
        "`mv` of a folder within a bucket",
        "mv raw/d raw/e",
        ((COPY, "e/a"), (COPY, "e/f/b"), (DELETE, "d/a"), (DELETE, "d/f/b")),
        before="mkdir -p raw/d/f; echo x > raw/d/a; echo y > raw/d/f/b",
    ),
    Way(
        "`mv` of a folder between buckets",
        "mv raw/d other/",
        ((COPY, "other/d/a"), (DELETE, "d/a")),
        before="mkdir raw/d; echo x > raw/d/a",
    ),
    Way("`rsync`", "echo x > f; rsync -a f raw/a", ((PUT, "a"),), needs="rsync"),
    Way(
        "an editor: a new file renamed over the old one",
        "echo xx > raw/.goutputstream-1X2Y3Z; mv raw/.goutputstream-1X2Y3Z raw/a",
        ((PUT, "a"),),
        before="echo x > raw/a",
    ),
    Way(
        "an editor: the old file renamed to `a~`, and a new one written (vim, emacs)",
        f"{VIM} -c '%s/x/yy/' -c wq raw/a",
        ((PUT, "a"),),
        before="echo x > raw/a",
        needs="vim",
    ),
    Way("an editor: a new file (vim)", f"{VIM} -c 'normal ix' -c wq raw/a", ((PUT, "a"),), needs="vim"),
    Way("an object renamed to `a~`, `a.part`, …", "mv raw/a raw/a~", ((DELETE, "a"),), before="echo x > raw/a"),
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
    Way(
        "a write through `mmap`, the file being closed before",
        "python3 -c \"import mmap; f = open('raw/a', 'r+b'); m = mmap.mmap(f.fileno(), 0); f.close();"
        ' m[0] = 121; m.close()"',
        ((PUT, "a"),),
        before="echo xxxx > raw/a",
    ),
    Way("a hard link", "echo x > f; ln f raw/a", ((PUT, "a"),)),
    Way("a symbolic link to a file of the bucket", "ln -s a raw/b", ((PUT, "b"),), before="echo x > raw/a"),
    Way(
        "a change through another name of the file, a link",
        "echo y >> raw/a",
        ((PUT, "a"), (PUT, "b"), (PUT, "c")),
        before="echo x > raw/a; ln raw/a raw/b; ln -s a raw/c",
    ),
    Way(
        "`rm` of what a symbolic link leads to",
        "rm raw/a",
        ((DELETE, "a"), (DELETE, "b")),
        before="echo x > raw/a; ln -s a raw/b",
    ),
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
    Way(
        "a FIFO, a socket, a device",
        "mkfifo raw/a; ln -s /dev/null raw/b; cd raw;"
        " python3 -c \"import socket; socket.socket(socket.AF_UNIX).bind('c')\"; mknod d c 1 3 2> /dev/null || true",
        (),
    ),
    Way("a file whose name is not UTF-8", "touch \"raw/$(printf 'a\\377')\"", ()),
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


def test_the_table_says_what_these_tests_show() -> None:
    table = PAGE.read_text().partition("## What each way of writing causes")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \| (.+) \|$", table, re.MULTILINE)[2:]

    assert [(name, *said(causes)) for name, causes in rows] == [(way.name, *meant(way)) for way in WAYS]


def said(causes: str) -> list[str]:
    """Return the words for events of a cell; those that say that nothing happens are none."""
    return sorted(re.findall(r"\b(?:Put|Copy|Delete)\b", causes)) or [causes.partition(":")[0]]


def meant(way: Way) -> list[str]:
    return sorted({name.rpartition(":")[2] for name, _ in way.expected}) or ["nothing"]


def run(folder: Path, script: str) -> None:
    subprocess.run(["sh", "-ec", script], cwd=folder, check=True)
