"""What people look at, on a terminal of 80 columns and 24 lines."""

import fcntl
import os
import pty
import struct
import subprocess
import termios

from emulator.functions.event_config import EventInvokeConfig
from tests.integration.pipeline.conftest import House


def _screen(house: House, *words: str) -> list[str]:
    """Return the lines that a command writes to its terminal."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    with subprocess.Popen(
        [*house.python, *words], stdin=its, stdout=its, stderr=its, env=house.environment | {"TERM": "xterm"}
    ) as process:
        os.close(its)
        written = b""
        while part := _read(ours):
            written += part
        assert process.wait(60) == 0, written
    os.close(ours)
    return written.decode().splitlines()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # nobody writes there any more
        return b""


def test_an_event_and_the_whole_fit_on_a_screen(house: House) -> None:
    """The timeline is what is left on the screen, and no line of it is broken by the terminal."""
    raw, _ = house.bucket("raw"), house.bucket("ends")
    function = house.deploy("objects", timeout_seconds=30)
    house.trigger(function, "raw")
    ends = EventInvokeConfig(max_retries=1, on_failure="arn:aws:s3:::ends")
    house.cloud.functions.event_configs.save(function.name, ends)
    house.environment["CLOUDLET_TIME_SCALE"] = "0.01"
    house.start()
    (raw / "a.txt").write_text("fail")
    house.settle()
    (failed,) = house.run("events", "list", "--state", "failed", "--quiet").stdout.split()

    left = _screen(house, "events", "show", failed)[-24:]
    status = _screen(house, "status")

    first = next(number for number, line in enumerate(left) if " UTC  AFTER" in line)
    column = left[first].index("STEP")
    steps = [line[column:].split("  ")[0].strip() for line in left[first + 1 :]]
    assert [step for step in steps if step] == ["drop", "event", "try 1", "wait", "try 2", "result", "told"]
    assert max(len(line) for line in left[first:]) <= 80
    assert len(status) < 24
    assert max(map(len, status)) <= 80
    assert any(line.startswith("disk ") and "state " in line for line in status)
