"""The head and the table of `cloudlet top`: as lines, or on a terminal that it is drawn on again and again."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from cli.output import printable
from emulator.engine import Kind
from emulator.units import format_bytes

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

    from emulator.usage import Activity, Usage

COLUMNS = ("NAME", "KIND", "SIZE", "CPU", "MEMORY", "OF")

_NOT_MEASURED = "-"
_BAR_CELLS = 10
_WORKER_ID_LENGTH = 6
_WAITING = ("queued", "running", "failed")


class Seen(NamedTuple):
    """What one look found."""

    usages: "Sequence[Usage]"
    activity: "Activity"


def head(activity: "Activity") -> str:
    """Return the line above the table."""
    waiting = ", ".join(f"{activity.queue[state]} {state}" for state in _WAITING)
    return f"invocations {activity.invocations_per_second:.1f}/s   events {waiting}"


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


def watch(measure: Callable[[], Seen], nothing: str, console: "Console | None" = None) -> Seen:
    """
    Show what *measure* finds over and over on the whole terminal; Ctrl-C returns the last of it.

    Where nothing runs *nothing* is said. A terminal that cannot be drawn on is given one measurement.
    """
    from rich.console import Console
    from rich.live import Live

    console = console or Console()
    if not console.is_terminal or console.is_dumb_terminal:
        return measure()
    seen: Seen | None = None
    try:
        with Live("measuring …", console=console, screen=True, auto_refresh=False) as live:
            while True:
                seen = measure()
                live.update(_screen(seen, nothing), refresh=True)
    except KeyboardInterrupt:
        if seen is None:
            raise
        return seen


def _screen(seen: Seen, nothing: str) -> "RenderableType":
    from rich.console import Group

    return Group(_coloured_head(seen.activity), "", _table(seen.usages) if seen.usages else nothing)


def _coloured_head(activity: "Activity") -> "Text":
    """Return the head, red where events were given up."""
    from rich.text import Text

    text = Text(head(activity), no_wrap=True, overflow="ellipsis")
    if activity.queue["failed"]:
        text.highlight_regex(r"\d+ failed", "red")
    return text


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
