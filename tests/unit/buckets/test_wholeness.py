"""The kernel knows who is writing; we ask it."""

import os
import subprocess
import sys
import time
from pathlib import Path

from emulator.buckets.wholeness import is_open_for_writing, is_whole

HOLD = "import sys; f = open(sys.argv[1], 'ab'); print('open', flush=True); sys.stdin.read()"


def test_a_file_that_another_process_writes_to_is_not_whole(tmp_path: Path) -> None:
    """
    A copy under way must not be taken for an object; as soon as it is closed, it is one. The writer notices nothing.
    """
    path = tmp_path / "a"
    path.write_bytes(b"x")
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer, path.open("rb") as file:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"open\n"

        held = is_open_for_writing(file.fileno())
        writer.communicate()

        assert (held, is_open_for_writing(file.fileno())) == (True, False)
        assert writer.returncode == 0


def test_asking_leaves_no_lease_behind(tmp_path: Path) -> None:
    """
    A lease kept would hold up every writer for 45 seconds.
    """
    path = tmp_path / "a"
    path.touch()
    with path.open("rb") as file:
        is_open_for_writing(file.fileno())

        descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK)

        os.close(descriptor)


def test_where_the_kernel_does_not_tell_stillness_decides() -> None:
    """
    A pipe takes no lease, like a file of another user: there only time tells.
    """
    reading, writing = os.pipe()
    now_ns = time.time_ns()

    def whole(age_seconds: float) -> bool:
        mtime_ns = now_ns - int(age_seconds * 1e9)
        return is_whole(reading, mtime_ns=mtime_ns, now_ns=now_ns, stillness_seconds=2)

    answers = [whole(0.5), whole(3), whole(-60)]
    os.close(reading)
    os.close(writing)

    assert answers == [False, True, True]
