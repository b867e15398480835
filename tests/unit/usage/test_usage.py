"""What was measured, as a table and as a document."""

from datetime import UTC, datetime

import pytest
from rich.console import Console

from cli.usage_table import Seen, cells, head, watch
from emulator.engine import Kind
from emulator.engine.stats import ContainerStats
from emulator.units import GIB, MIB
from emulator.usage import Activity, Usage
from emulator.usage.document import usage_document

_WEB = Usage("i-0123456789abcdef0", "web", Kind.INSTANCE, "t3.micro", ContainerStats(0.5, 2, 256 * MIB, GIB))
_WORKER = Usage("3f2a9c1b77d0", "summarize", Kind.WORKER, "512 MB", ContainerStats(0.28, 0.29, 51 * MIB, 512 * MIB))

_ACTIVITY = Activity(12.345, {"queued": 7, "running": 2, "done": 50_000, "failed": 3})

_LATE = Usage(_WORKER.id, _WORKER.name, Kind.WORKER, None, None)


def _terminal(kind: str = "xterm") -> Console:
    return Console(width=80, height=24, color_system=None, force_terminal=True, _environ={"TERM": kind})


def test_shares_are_of_the_limit() -> None:
    """Half a processor of two is a quarter of what a t3.micro may use, whatever the machine has."""
    stats = ContainerStats(0.5, 2, 256 * MIB, GIB)

    assert (stats.cpu_percent, stats.memory_percent) == (25, 25)


def test_each_worker_of_a_function_has_a_name_of_its_own() -> None:
    """Two lines that are called the same could not be told apart."""
    assert cells(_WORKER) == ("summarize/3f2a9c", "worker", "512 MB", "97%", "51 MiB", "512 MiB")


def test_what_was_not_measured_in_time_has_a_dash() -> None:
    """It runs, so that it is listed; 0% would be a claim."""
    assert cells(_LATE) == ("summarize/3f2a9c", "worker", "-", "-", "-", "-")
    (document,) = usage_document([_LATE], _ACTIVITY, datetime(2026, 3, 1, tzinfo=UTC))["Usage"]
    assert {key for key, value in document.items() if value is None} == {
        "Size",
        "CpuPercent",
        "Cpus",
        "CpuLimit",
        "MemoryPercent",
        "MemoryBytes",
        "MemoryLimitBytes",
    }


def test_an_instance_without_a_name_is_called_by_its_id() -> None:
    """A table has a name in every line."""
    nameless = Usage(_WEB.id, None, Kind.INSTANCE, "t3.micro", _WEB.stats)

    assert cells(nameless)[0] == "i-0123456789abcdef0"


def test_a_name_cannot_write_on_the_terminal() -> None:
    """Anybody's tag may hold an escape."""
    sly = Usage(_WEB.id, "\x1b[2Jweb", Kind.INSTANCE, "t3.micro", _WEB.stats)

    assert cells(sly)[0] == "\\x1b[2Jweb"


def test_the_document_has_numbers_with_their_units_in_their_names() -> None:
    """For scripts: `Usage[?CpuPercent > `90`]`."""
    measured = datetime(2026, 3, 1, tzinfo=UTC)

    document = usage_document([_WEB], _ACTIVITY, measured)

    assert document == {
        "MeasuredAt": measured,
        "InvocationsPerSecond": 12.3,
        "Queue": {"Queued": 7, "Running": 2, "Done": 50_000, "Failed": 3},
        "Usage": [
            {
                "Id": "i-0123456789abcdef0",
                "Name": "web",
                "Kind": "instance",
                "Size": "t3.micro",
                "CpuPercent": 25.0,
                "Cpus": 0.5,
                "CpuLimit": 2,
                "MemoryPercent": 25.0,
                "MemoryBytes": 256 * MIB,
                "MemoryLimitBytes": GIB,
            }
        ],
    }


def test_ctrl_c_ends_the_watching_with_what_was_last_seen(capsys: pytest.CaptureFixture[str]) -> None:
    """The terminal is given back as it was, and the last table stays on it."""
    frames = iter([[], [_WEB, _WORKER, _LATE]])

    def measure() -> Seen:
        try:
            return Seen(next(frames), _ACTIVITY)
        except StopIteration:
            raise KeyboardInterrupt from None

    last = watch(measure, "nothing runs", _terminal())

    assert last.usages == [_WEB, _WORKER, _LATE]
    shown = capsys.readouterr().out
    assert "nothing runs" in shown
    assert "summarize/3f2a9c" in shown


@pytest.mark.parametrize("name", ["w" * 200, "[bold]web[/bold]"])
def test_no_line_is_wider_than_the_terminal(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A name gives way to the figures; what looks like markup is a name."""
    large = ContainerStats(95.5, 96, 380 * GIB, 384 * GIB)
    frames = iter([[Usage(_WEB.id, name, Kind.INSTANCE, "m7i-flex.16xlarge", large)]])

    def measure() -> Seen:
        try:
            return Seen(next(frames), _ACTIVITY)
        except StopIteration:
            raise KeyboardInterrupt from None

    watch(measure, "nothing runs", _terminal())

    line = next(line for line in capsys.readouterr().out.splitlines() if "m7i-flex.16xlarge" in line)
    assert "380 GiB  384 GiB" in line
    assert name[:9] in line
    assert len(line.rstrip()) <= 80


def test_a_terminal_that_cannot_be_drawn_on_is_given_one_measurement(capsys: pytest.CaptureFixture[str]) -> None:
    """An editor's shell, say: it would show nothing, for ever."""
    seen = Seen([_WEB], _ACTIVITY)

    assert watch(lambda: seen, "nothing runs", _terminal("dumb")) == seen
    assert capsys.readouterr().out == ""


def test_the_head_says_what_functions_do_and_what_waits(capsys: pytest.CaptureFixture[str]) -> None:
    """In every frame, also when nothing runs; within 80 columns, however large the figures."""
    full = Activity(9999.9, dict.fromkeys(("queued", "running", "done", "failed"), 9_999_999))
    frames = iter([Seen([], _ACTIVITY), Seen([_WEB], full)])

    def measure() -> Seen:
        try:
            return next(frames)
        except StopIteration:
            raise KeyboardInterrupt from None

    watch(measure, "nothing runs", _terminal())

    shown = capsys.readouterr().out
    assert head(_ACTIVITY) == "invocations 12.3/s   events 7 queued, 2 running, 3 failed"
    assert head(_ACTIVITY) in shown
    assert head(full) in shown
    assert len(head(full)) <= 80
