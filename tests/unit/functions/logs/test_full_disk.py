"""A disk with no room for logs: a real one, of one megabyte."""

import logging
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.functions.records import InvocationResult
from tests.unit.functions.logs.conftest import Shelf

MIB = 1024 * 1024


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system in memory that is soon full; only root may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root may mount a file system")
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_on_a_full_disk_whole_lines_are_kept_and_the_warning_is_given_once(
    small_disk: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The invocation goes on, its caller gets the tail; nobody's log is filled with complaints about another's."""
    shelf = Shelf(small_disk / "logs")
    stream = shelf.stream()

    with caplog.at_level(logging.WARNING):
        stream.begin("r-1")
        for number in range(40):
            stream.write(b"".join(b"%d %s\n" % (number, b"x" * 100) for _ in range(600)))
        tail = stream.end(InvocationResult("r-1", b"{}"))

    assert tail.endswith(b"Max Memory Used: 0 MB\t\n")
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == ["log could not be written"]
    assert "No space left on device" in caplog.records[0].getMessage()
    messages = shelf.messages()
    assert len(messages) > 5000
    whole = re.compile(r"\d+ x{100}|START .*|END .*|REPORT .*\t")
    assert all(whole.fullmatch(message) for message in messages), "no half line"


def test_the_log_goes_on_when_there_is_room_again(small_disk: Path) -> None:
    shelf = Shelf(small_disk / "logs")
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * (MIB - 64 * 1024))
    stream = shelf.stream()
    for _ in range(20):
        stream.write(b"y" * 8000 + b"\n")
    lost = len(shelf.messages())
    assert lost < 20

    filler.unlink()
    stream.write(b"there is room\n")

    assert shelf.messages()[-1] == "there is room"


def test_a_bound_keeps_logs_from_filling_the_disk_at_all(small_disk: Path, caplog: pytest.LogCaptureFixture) -> None:
    shelf = Shelf(small_disk / "logs")
    shelf.bound(512 * 1024)
    stream = shelf.stream()

    with caplog.at_level(logging.WARNING):
        for _ in range(100):
            stream.write(b"z" * 60_000 + b"\n")

    assert not caplog.records
    assert shelf.messages()[-1].startswith("zzz")
