"""Building an AMI that is built: what every Makefile does again and again."""

from collections.abc import Iterator

from benchmarks.bench import PYTHON, bench
from benchmarks.figures import Figure, in_turns, milliseconds, timed, within

_ROUNDS = 10


def measure() -> Iterator[Figure]:
    """Measure the command; what is not built yet is built before."""
    with bench() as at:
        at.command("ami", "build", "web")
        taken = in_turns(
            {"python": timed(lambda: at.process(*PYTHON)), "build": timed(lambda: at.command("ami", "build", "web"))},
            _ROUNDS,
        )
        above = milliseconds(taken["build"].median - taken["python"].median)
        yield within("`ami build web`, built before", taken["build"], 500, f"{above} above `python -c pass`")
