"""Samples and what is told of them. Times are milliseconds unless a name says otherwise."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One row of the table."""

    number: str
    measured: str
    compared: str
    """With what it was compared in the same run, or nothing."""
    goal: str
    met: bool | None
    """None where no goal is set."""
    samples: int


@dataclass(frozen=True)
class Samples:
    """What one thing took, again and again."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def p99(self) -> float:
        """The value that one in a hundred exceeds; the largest one where there are less than a hundred."""
        return sorted(self.values)[min(len(self.values) - 1, int(len(self.values) * 0.99))]

    def __len__(self) -> int:
        return len(self.values)


def in_turns(things: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, Samples]:
    """Run *things*, which return what they took, in turns; a first round, which fills caches, does not count."""
    taken: dict[str, list[float]] = {name: [] for name in things}
    for turn in range(rounds + 1):
        for name, thing in things.items():
            value = thing()
            if turn > 0:
                taken[name].append(value)
    return {name: Samples(tuple(values)) for name, values in taken.items()}


def timed(thing: Callable[[], object]) -> Callable[[], float]:
    """Return *thing* as something that returns what it took."""

    def run() -> float:
        started = time.perf_counter()
        thing()
        return since(started)

    return run


def since(started: float) -> float:
    """Return the milliseconds since a moment of `time.perf_counter`."""
    return (time.perf_counter() - started) * 1000


def wait_until(fact: Callable[[], object], what: str, *, seconds: float = 60, pause_seconds: float = 0.005) -> None:
    """Return once *fact* is true; TimeoutError names *what* was waited for."""
    deadline = time.monotonic() + seconds
    while not fact():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {seconds:g} s")
        time.sleep(pause_seconds)


def within(
    number: str,
    samples: Samples,
    goal_ms: float,
    compared: str = "",
    *,
    tail: bool = False,
    tail_goal_ms: float | None = None,
) -> Figure:
    """Return the row of a time whose median is to be at most *goal_ms*, and its p99 at most *tail_goal_ms*."""
    tail = tail or tail_goal_ms is not None
    measured = (
        f"{milliseconds(samples.median)}, p99 {milliseconds(samples.p99)}" if tail else milliseconds(samples.median)
    )
    goal, met = f"≤ {milliseconds(goal_ms)}", samples.median <= goal_ms
    if tail_goal_ms is not None:
        goal, met = f"{goal}, p99 ≤ {milliseconds(tail_goal_ms)}", met and samples.p99 <= tail_goal_ms
    return Figure(number, measured, compared, goal, met, len(samples))


def times(number: str, samples: Samples, floor: Samples, name: str, most: float | None) -> Figure:
    """Return the row of a time that is to be at most *most* times that of a floor called *name*."""
    ratio = samples.median / floor.median
    return Figure(
        number,
        milliseconds(samples.median),
        f"{ratio:.2f} × {name} ({milliseconds(floor.median)})",
        f"≤ {most:g} ×" if most is not None else "",
        ratio <= most if most is not None else None,
        len(samples),
    )


def milliseconds(value: float) -> str:
    """
    Return a time as one reads it.

    >>> [milliseconds(value) for value in (3.14159, 42.4, 2000)]
    ['3.14 ms', '42 ms', '2.00 s']
    """
    if value >= 1000:
        return f"{value / 1000:.2f} s"
    return f"{value:.0f} ms" if value >= 20 else f"{value:.2f} ms"
