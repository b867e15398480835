"""Many files that land in a bucket at once, and what the handler says of them."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.figures import wait_until
from emulator.buckets import Rule

_BUCKET = "dropped"


@dataclass
class Handled:
    """What the handler printed: which files it was given, how often, when the last was done, and by which workers."""

    keys: Counter[str] = field(default_factory=Counter)
    workers: set[str] = field(default_factory=set)
    last_ns: int = 0

    @property
    def twice(self) -> int:
        """How many files were handled more than once."""
        return sum(times > 1 for times in self.keys.values())


class Drops:
    """A bucket whose files run a function, and the log of that."""

    def __init__(self, at: Bench, name: str, handler: str, memory_mb: int) -> None:
        self._at = at
        self.function = at.deploy(name, memory_mb, handler)
        self._folder = at.cloud.buckets.create_bucket(_BUCKET).path
        at.cloud.buckets.rules.add(Rule.plain(_BUCKET, self.function.arn(at.cloud.settings.region)))

    def run(self, count: int, prefix: str, *, seconds: float, watch: Callable[[], None] = lambda: None) -> "Run":
        """Drop *count* files and wait until all are handled; *watch* is called meanwhile, again and again."""
        outside = self._at.folder / prefix
        outside.mkdir()
        files = [outside / f"{prefix}-{number}.csv" for number in range(count)]
        for file in files:
            file.write_text("a,b\n1,2\n")
        reader = self._at.cloud.functions.logs(self.function.name)
        handled = Handled()
        list(reader.new_lines())
        began = time.time_ns()
        for file in files:
            file.rename(self._folder / file.name)
        dropped = time.time_ns()

        def all_handled() -> bool:
            watch()
            for line in reader.new_lines():
                _note(line, handled)
            return len(handled.keys) >= count

        try:
            wait_until(all_handled, f"{count} files", seconds=seconds, pause_seconds=0.05)
        except TimeoutError:  # those that are missing are a figure, too
            handled.last_ns = time.time_ns()
        return Run(count, handled, (handled.last_ns - began) / 1e6, (dropped - began) / 1e6)

    @property
    def folder(self) -> Path:
        """Where files are dropped."""
        return self._folder


@dataclass(frozen=True)
class Run:
    """One heap of files. Times are milliseconds from the first drop: until the last was handled, and dropped."""

    count: int
    handled: Handled
    taken_ms: float
    dropped_ms: float

    @property
    def lost(self) -> int:
        return self.count - len(self.handled.keys)

    @property
    def is_whole(self) -> bool:
        """Tell whether each file was handled once."""
        return not self.lost and not self.handled.twice


def _note(line: str, handled: Handled) -> None:
    _, _, said = line.partition(" handled ")
    if said:
        key, nanoseconds, worker = said.split()
        handled.keys[key] += 1
        handled.last_ns = max(handled.last_ns, int(nanoseconds))
        handled.workers.add(worker)
