"""`cloudlet logs` beside a server that writes: followed, filtered, left in the middle."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import wait_for
from tests.integration.pipeline.conftest import House

GROUP = "/aws/lambda/summarize"


@contextmanager
def _follower(house: House, *words: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", "logs", "tail", GROUP, "--follow", *words],
        env=house.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_a_log_is_followed_from_the_group_on(house: House) -> None:
    """Across workers that come and go; Ctrl-C ends it as it ends every command."""
    house.deploy("faults", "app.talks", name="summarize")
    house.start()
    house.run("lambda", "invoke", "--function-name", "summarize")

    with _follower(house, "--format", "short", "--filter-pattern", "another -nobody") as follower:
        assert follower.stdout
        seen = [follower.stdout.readline()]
        house.stop()
        house.start()
        house.run("lambda", "invoke", "--function-name", "summarize")
        seen.append(follower.stdout.readline())
        follower.send_signal(signal.SIGINT)
        rest, complaint = follower.communicate(timeout=60)

    assert [line.split(maxsplit=1)[1] for line in seen] == ["another\n"] * 2
    assert (rest, complaint, follower.returncode) == ("", "", 130)


def test_who_leaves_is_not_told_off(house: House) -> None:
    """`| head` is how people look at a log."""
    house.deploy("faults", "app.talks", name="summarize")
    house.start()
    for _ in range(3):
        house.run("lambda", "invoke", "--function-name", "summarize")

    with _follower(house) as follower:
        assert follower.stdout
        assert follower.stderr
        assert "INIT_START" in follower.stdout.readline()
        follower.stdout.close()
        wait_for(lambda: house.run("lambda", "invoke", "--function-name", "summarize") and follower.poll() is not None)
        complaint = follower.stderr.read()

    assert complaint == ""


def test_a_quiet_log_is_followed_at_little_cost(house: House) -> None:
    """A terminal that is left open must not wear out a laptop's battery."""
    house.deploy("faults", "app.talks", name="summarize")
    house.start()
    house.run("lambda", "invoke", "--function-name", "summarize")

    with _follower(house) as follower:
        assert follower.stdout
        follower.stdout.readline()

        def ticks() -> int:
            fields = Path(f"/proc/{follower.pid}/stat").read_text().rsplit(")", 1)[1].split()
            return int(fields[11]) + int(fields[12])

        def switches() -> int:
            lines = Path(f"/proc/{follower.pid}/status").read_text().splitlines()
            return next(int(line.split()[1]) for line in lines if line.startswith("voluntary"))

        before, polls = ticks(), switches()
        wait_for(lambda: switches() - polls > 8)
        spent = ticks() - before

    assert spent <= 15, "hundredths of a second, for some eight looks"
