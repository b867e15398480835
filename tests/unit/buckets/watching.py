"""A watcher in a process of its own: with other rights, with other limits, or to see what it needs."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from emulator.home import Home

_PROGRAM = """
import logging, sys
from pathlib import Path
from emulator.buckets import Buckets
from emulator.home import Home
from emulator.settings import Settings
from emulator.state import Database

logging.basicConfig(stream=sys.stderr)
home = Home(Path(sys.argv[1]))
buckets = Buckets(Database(home.state_file), home, Settings(home=home.root))
watcher = buckets.watcher()
watcher.start()
assert watcher.flush(60)
print("watching", flush=True)
sys.stdin.read()
watcher.stop()
"""


@dataclass(frozen=True)
class WatcherProcess:
    """A process that watches a home's buckets."""

    pid: int
    log: Path

    @property
    def most_bytes(self) -> int:
        """The most memory that it has ever had."""
        (line,) = (
            line for line in Path(f"/proc/{self.pid}/status").read_text().splitlines() if line.startswith("VmHWM:")
        )
        return int(line.split()[1]) * 1024


@contextmanager
def watching(home: Home, log: Path, wrapper: Sequence[str] = ()) -> Iterator[WatcherProcess]:
    """Watch the buckets of *home* by a process that *wrapper*, which execs its arguments, starts; it logs to *log*."""
    with (
        log.open("w") as output,
        subprocess.Popen(
            [*wrapper, sys.executable, "-c", _PROGRAM, str(home.root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
        ) as process,
    ):
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == b"watching\n", log.read_text()
        yield WatcherProcess(process.pid, log)
        process.stdin.close()
        assert process.wait(60) == 0, log.read_text()
