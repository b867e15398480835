"""Streams are read as one log, each event once, from any moment on, and without reading what is not wanted."""

import os
import random
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.functions.logs.reader import streams_named
from tests.unit.functions.logs.conftest import NOW, Shelf, texts


def test_streams_are_read_as_one_log_in_the_order_of_time(shelf: Shelf) -> None:
    """Two workers write at once; readers think of one function."""
    streams = [shelf.stream(), shelf.stream()]
    for number in range(6):
        streams[number % 2].write(b"%d\n" % number)
        shelf.later(seconds=1)

    assert shelf.messages() == ["0", "1", "2", "3", "4", "5"]


def test_a_traceback_is_one_event(shelf: Shelf) -> None:
    """The runtime client joins its lines with carriage returns; taken apart they would stand at the end of the log."""
    shelf.stream().write(b"[ERROR] ValueError: no\rTraceback (most recent call last):\r\xc2\xa0\xc2\xa0File app.py\n")
    shelf.later(minutes=5)
    shelf.stream().write(b"later\n")

    first, second = shelf.reader().new_events()

    assert first.message == "[ERROR] ValueError: no\nTraceback (most recent call last):\n\xa0\xa0File app.py"
    assert second.message == "later"


def test_a_reader_goes_on_where_it_was_and_leaves_half_lines_alone(shelf: Shelf) -> None:
    """`--follow` must show each line once and whole."""
    stream = shelf.stream()
    stream.write(b"one\n")
    reader = shelf.reader()
    (file,) = shelf.root.rglob("*.log")

    first = texts(reader.new_events())
    with file.open("a") as half:
        half.write("2026-01-02T03:04:05.678Z tw")
    second = texts(reader.new_events())
    with file.open("a") as rest:
        rest.write("o\n")
    third = texts(reader.new_events())

    assert (first, second, third) == (["one"], [], ["two"])


def test_new_streams_appear_by_themselves(shelf: Shelf) -> None:
    """A function scales out while somebody follows it; the folder of a new day is seen, too."""
    reader = shelf.reader()
    seen = texts(reader.new_events())
    for days in (0, 0, 1, 40):
        shelf.later(days=days)
        shelf.stream().write(b"from a new stream\n")
        seen += texts(reader.new_events())

    assert seen == ["from a new stream"] * 4


@pytest.mark.parametrize("bound_kib", [64, 256, 4096])
def test_rotation_under_a_reader_loses_and_repeats_nothing(shelf: Shelf, bound_kib: int) -> None:
    """A stream goes on in other files, and the first are thrown away, while somebody follows."""
    shelf.bound(bound_kib * 1024)
    streams = [shelf.stream(), shelf.stream()]
    reader = shelf.reader()
    chance = random.Random(1)
    seen: list[str] = []

    for number in range(3000):
        chance.choice(streams).write(b"%d %s\n" % (number, b"x" * chance.randrange(500)))
        if not number % 7:
            seen += texts(reader.new_events())
    seen += texts(reader.new_events())

    assert sorted(int(text.split()[0]) for text in seen) == list(range(3000))
    assert len(list(shelf.root.rglob("*.log"))) > 1


def test_a_stream_that_was_removed_and_made_anew_is_read_from_its_beginning(shelf: Shelf) -> None:
    stream = shelf.stream()
    stream.write(b"a long line that was there before\n")
    reader = shelf.reader()
    list(reader.new_events())

    shutil.rmtree(shelf.root)
    list(reader.new_events())
    stream.write(b"anew\n")

    assert texts(reader.new_events()) == ["anew"]


def test_only_the_wanted_streams_are_read(shelf: Shelf) -> None:
    one, other = shelf.stream(), shelf.stream()
    one.write(b"one\n")
    other.write(b"other\n")

    reader = shelf.reader(wanted=streams_named([other.name]))

    assert texts(reader.new_events()) == ["other"]


def test_a_line_that_an_editor_made_is_shown_where_it_stands(shelf: Shelf) -> None:
    """The files are people's; a note in one must not break the log."""
    stream = shelf.stream()
    stream.write(b"one\n")
    (file,) = shelf.root.rglob("*.log")
    with file.open("a") as note:
        note.write("a note of mine, which has no time\n\xff\n")
    stream.write(b"two\n")

    events = list(shelf.reader().new_events())

    assert texts(events) == ["one", "a note of mine, which has no time", "\xff", "two"]
    assert {event.time for event in events} == {NOW}


@settings(max_examples=60, deadline=None)
@given(
    gaps=st.lists(st.integers(0, 3), min_size=1, max_size=40),
    lengths=st.lists(st.integers(0, 3000), min_size=1, max_size=5),
    at=st.integers(-2, 60),
)
def test_since_finds_the_first_event_of_a_moment(
    tmp_path_factory: pytest.TempPathFactory, gaps: list[int], lengths: list[int], at: int
) -> None:
    """By halves, not by reading: it must come out the same."""
    shelf = Shelf(tmp_path_factory.mktemp("since"))
    stream = shelf.stream()
    expected = []
    since = NOW + timedelta(milliseconds=at)
    for number, gap in enumerate(gaps):
        shelf.later(milliseconds=gap)
        stream.write(b"%d %s\n" % (number, b"x" * lengths[number % len(lengths)]))
        if shelf.now >= since:
            expected.append(str(number))
    stream.close()

    found = texts(shelf.reader(since).new_events())

    assert [text.split()[0] for text in found] == expected


def _read_bytes() -> int:
    """Return how many bytes this process has asked the system for so far."""
    fields = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(fields["rchar"])


def test_the_last_minutes_of_a_long_log_are_found_without_reading_the_rest(shelf: Shelf) -> None:
    """`tail --since 10m` of a busy function must not take as long as its log is."""
    stream = shelf.stream()
    for _ in range(320):
        stream.write(b"x" * 99 + b"\n" + b"y" * 99_899 + b"\n")
        shelf.later(seconds=10)
    old = shelf.stream()
    old.write(b"old\n" * 250_000)
    os.utime(shelf.group().folder / f"{old.name}.log", (1, 1))

    before = _read_bytes()
    found = list(shelf.reader(shelf.now - timedelta(seconds=30)).new_events())
    read = _read_bytes() - before

    assert len(found) == 6
    assert read < 4_000_000, "of 32 million"


def test_a_poll_that_finds_nothing_reads_nothing(shelf: Shelf) -> None:
    """Who follows a quiet log must not wear out the machine."""
    for _ in range(50):
        shelf.stream().write(b"x" * 10_000 + b"\n")
    reader = shelf.reader()
    list(reader.new_events())

    before = _read_bytes()
    for _ in range(20):
        assert not list(reader.new_events())

    assert _read_bytes() - before < 10_000
