"""The table of `cloudlet top`: as lines, or on a terminal that it is drawn on again and again."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from cli.output import printable
from emulator.engine import Kind
from emulator.units import format_bytes

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from emulator.usage import Usage

COLUMNS = ("NAME", "KIND", "SIZE", "CPU", "MEMORY", "OF")

_NOT_MEASURED = "-"
_BAR_CELLS = 10
_WORKER_ID_LENGTH = 6


def cells(usage: "Usage") -> tuple[str, ...]:
    """Return the line of one instance or worker; of several workers of a function each has a name of its own."""
    name, stats = printable(usage.name or usage.id), usage.stats
    return (
        f"{name}/{usage.id[:_WORKER_ID_LENGTH]}" if usage.kind is Kind.WORKER else name,
        usage.kind.value,
        usage.size or _NOT_MEASURED,
        f"{stats.cpu_percent:.0f}%" if stats else _NOT_MEASURED,
        format_bytes(stats.memory_bytes) if stats else _NOT_MEASURED,
        format_bytes(stats.memory_limit_bytes) if stats else _NOT_MEASURED,
    )


def watch(measure: Callable[[], "list[Usage]"], nothing: str, console: "Console | None" = None) -> "list[Usage]":
    """
    Show what *measure* finds, or *nothing*, over and over on the whole terminal; Ctrl-C returns the last of it.

    A terminal that cannot be drawn on is given one measurement.
    """
    from rich.console import Console
    from rich.live import Live

    console = console or Console()
    if not console.is_terminal or console.is_dumb_terminal:
        return measure()
    usages: list[Usage] = []
    try:
        with Live("measuring …", console=console, screen=True, auto_refresh=False) as live:
            while True:
                usages = measure()
                live.update(_table(usages) if usages else nothing, refresh=True)
    except KeyboardInterrupt:
        return usages


def _table(usages: "Sequence[Usage]") -> "RenderableType":
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in COLUMNS:
        table.add_column(title, no_wrap=title != "NAME")  # a name gives way to all else, and is cut, not wrapped
    for usage in usages:
        name, kind, size, cpu, memory, limit = cells(usage)
        percent = usage.stats.cpu_percent if usage.stats else 0
        bars = [Text.assemble(_bar(percent), f" {cpu:>4}"), Text(f"{memory:>9}"), Text(limit)]
        table.add_row(Text(name, no_wrap=True, overflow="ellipsis"), kind, size, *bars)
    return table


def _bar(percent: float) -> tuple[str, str]:
    """Return a bar and its colour; a little more than the limit, which measuring may find, is full."""
    filled = min(_BAR_CELLS, round(percent / 100 * _BAR_CELLS))
    colour = "red" if percent >= 90 else "yellow" if percent >= 70 else "green"
    return "█" * filled + "·" * (_BAR_CELLS - filled), colour
