"""A log group keeps within its bound, whoever prints, and for as long as it was told."""

import os
import time
from datetime import timedelta

from emulator.units import utc_now
from tests.unit.functions.logs.conftest import Shelf

KIB = 1024


def _disk_bytes(shelf: Shelf) -> int:
    return sum(path.stat().st_size for path in shelf.root.rglob("*.log"))


def test_a_worker_that_prints_without_end_keeps_within_the_bound(shelf: Shelf) -> None:
    """Nobody asked for a full disk. What is left is the newest, without a gap."""
    shelf.bound(512 * KIB)
    stream = shelf.stream()

    for number in range(2000):
        stream.write(b"".join(b"%06d %s\n" % (number * 50 + line, b"x" * 50) for line in range(50)))
        assert _disk_bytes(shelf) <= 512 * KIB

    numbers = [int(message[:6]) for message in shelf.messages()]
    assert numbers == list(range(numbers[0], 100_000))
    assert len(numbers) * 84 > 300 * KIB, "no more is thrown away than has to be"


def test_the_oldest_stream_goes_first(shelf: Shelf) -> None:
    shelf.bound(128 * KIB)
    old, new = shelf.stream(), shelf.stream()
    old.write(b"old\n")
    (file,) = shelf.root.rglob("*.log")
    os.utime(file, (1, 1))

    for _ in range(40):
        new.write(b"new\n" + b"x" * 4 * KIB + b"\n")

    assert not file.exists()
    assert "new" in shelf.messages()


def test_many_small_streams_count_as_what_they_take_on_the_disk(shelf: Shelf) -> None:
    """A stream a second, of a line each, fills a disk too."""
    shelf.bound(256 * KIB)

    for _ in range(200):
        shelf.stream().write(b"one line\n")

    assert len(list(shelf.root.rglob("*.log"))) <= 64


def test_a_stream_whose_file_went_to_make_room_goes_on(shelf: Shelf) -> None:
    """A quiet worker is not forgotten for another that is loud."""
    shelf.bound(128 * KIB)
    quiet, loud = shelf.stream(), shelf.stream()
    quiet.write(b"before\n")
    (file,) = shelf.root.rglob("*.log")
    os.utime(file, (1, 1))
    for _ in range(50):
        loud.write(b"x" * 4 * KIB + b"\n")
    assert not file.exists()

    quiet.write(b"after\n")

    assert shelf.messages()[-1] == "after" or "after" in shelf.messages()
    assert "before" not in shelf.messages()


def test_what_is_older_than_the_retention_goes_when_a_worker_starts(shelf: Shelf) -> None:
    shelf.now = utc_now()
    for age_days in (0, 2, 4):
        stream = shelf.stream()
        stream.write(b"%d days old\n" % age_days)
        then = time.time() - age_days * 86_400
        os.utime(shelf.group().folder / f"{stream.name}.log", (then, then))
    shelf.group().keep_for(3)

    shelf.stream().init_start()

    messages = [message for message in shelf.messages() if "old" in message]
    assert sorted(messages) == ["0 days old", "2 days old"]

    shelf.group().keep_for(None)
    shelf.group().expire(shelf.now + timedelta(days=999))
    assert len(shelf.messages()) == 3


def test_a_removed_group_leaves_no_folder_behind(shelf: Shelf) -> None:
    """And takes no other group with it."""
    shelf.stream().write(b"x\n")
    shelf.group().keep_for(3)
    other = shelf.group("/aws/lambda/resize/other")
    (other.folder / "2026/01/02").mkdir(parents=True)
    (other.folder / "2026/01/02/[1]0.log").write_text("2026-01-02T03:04:05.678Z x\n")

    shelf.group().remove()

    assert not shelf.group().exists()
    assert other.exists()
    other.remove()
    shelf.group().remove()
    assert not shelf.group().folder.exists()
