"""Programs that write one file at the same time: what counts is whole, whoever closes it. Real inotify."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from emulator.buckets import Buckets
from tests.unit.buckets.conftest import Recorder

SIZE_BYTES = 3000
WRITER = f"""
import sys, time
path, letter, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
end = time.monotonic() + seconds
while time.monotonic() < end:
    with open(path, "w") as file:
        file.write(letter * {SIZE_BYTES})
"""


@pytest.mark.parametrize("versioning", ["", "Enabled"])
def test_what_two_programs_write_again_and_again_is_told_when_it_is_whole(
    buckets: Buckets, raw: Path, recorder: Recorder, versioning: str
) -> None:
    """
    The one closes the file, and the other has just opened and emptied it: nobody meant an empty object.
    """
    if versioning:
        buckets.set_versioning("raw", versioning)
    watcher = buckets.watcher()
    watcher.start()
    try:
        assert watcher.flush(30)

        writers = [subprocess.Popen([sys.executable, "-c", WRITER, raw / "a", letter, "3"]) for letter in "xy"]
        assert [writer.wait(60) for writer in writers] == [0, 0]
        assert watcher.flush(30)
    finally:
        watcher.stop()

    whole = {hashlib.md5(letter * SIZE_BYTES).hexdigest() for letter in (b"x", b"y")}
    assert recorder.events
    assert {event.etag for event in recorder.events} <= whole
    kept = [version.stored for version in buckets.objects.versions("raw").versions] if versioning else []
    assert {stored.etag for stored in kept} <= whole
    assert buckets.objects.head("raw", "a").etag == hashlib.md5((raw / "a").read_bytes()).hexdigest()
