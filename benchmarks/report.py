"""The table, on a terminal and in docs/benchmarks.md."""

import os
import platform
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from benchmarks.figures import Figure
from emulator.engine import EngineInfo
from emulator.units import format_bytes

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"

_BEGIN, _END = "<!-- figures: begin -->", "<!-- figures: end -->"
_COLUMNS = ("number", "measured", "compared with", "goal", "met", "n")


def cells(figure: Figure) -> tuple[str, ...]:
    """Return a row of the table."""
    met = {True: "yes", False: "no", None: ""}[figure.met]
    return (figure.number, figure.measured, figure.compared, figure.goal, met, str(figure.samples))


def circumstances(engine: EngineInfo, load: float, now: datetime) -> str:
    """Return when and on what was measured, without the machine's name."""
    python = platform.python_version()
    return (
        f"Measured on {now:%Y-%m-%d} on {platform.system()} with {engine.cpus} processors and "
        f"{format_bytes(engine.memory_bytes)} of memory, Python {python}, {engine.name} {engine.version} "
        f"(cgroup v{engine.cgroup_version}), load average {load:.1f} before the first number."
    )


def load_average() -> float:
    """Return how busy the machine has been in the last minute."""
    return os.getloadavg()[0]


def as_markdown(figures: Sequence[Figure]) -> str:
    """Return the table for the page."""
    lines = [_COLUMNS, tuple("---" for _ in _COLUMNS), *(cells(figure) for figure in figures)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def rewrite(page: str, told: str, table: str) -> str:
    """Return *page* with what stands between its markers replaced."""
    before, _, rest = page.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}\n{told}\n\n{table}\n{_END}{after}"
