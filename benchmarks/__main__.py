"""`python -m benchmarks [NAME...]`: measures, prints a table and, after a whole run, rewrites the one in the docs."""

import importlib
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from benchmarks.bench import bench
from benchmarks.figures import Figure
from benchmarks.report import PAGE, as_markdown, cells, circumstances, load_average, rewrite
from emulator.errors import EmulatorError

NAMES = (
    "command_line",
    "ami_build",
    "idle_server",
    "warm_invoke",
    "paused_invoke",
    "burst_of_drops",
    "many_functions",
    "sustained_drops",
    "drop",
    "object_store",
    "million_objects",
    "heaps_of_files",
    "cold_invoke",
    "instance_start",
    "many_instances",
)


def main(wanted: Sequence[str]) -> int:
    """Measure what *wanted* names, or everything, and return an exit code: 2 for an unknown name."""
    if unknown := set(wanted) - set(NAMES):
        print(f"error: {', '.join(sorted(unknown))} is none of {', '.join(NAMES)}", file=sys.stderr)
        return 2
    try:
        _measure(wanted or NAMES, whole=not wanted)
    except EmulatorError as error:
        print(f"error: {error.message}\nhint: {error.hint}", file=sys.stderr)
        return 1
    return 0


def _measure(names: Sequence[str], *, whole: bool) -> None:
    load = load_average()
    with bench() as at:
        told = circumstances(at.cloud.engine.info(), load, datetime.now(UTC))
    figures: list[Figure] = []
    for name in names:
        for figure in importlib.import_module(f"benchmarks.{name}").measure():
            figures.append(figure)
            print("  ".join(cell for cell in cells(figure) if cell), flush=True)
    table = as_markdown(figures)
    print(f"\n{told}\n\n{table}")
    if whole:
        PAGE.write_text(rewrite(PAGE.read_text(), told, table))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
