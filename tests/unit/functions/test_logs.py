"""A function's log reads like CloudWatch's."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from emulator.functions.logs.reader import LogReader
from emulator.functions.logs.report import report_line
from emulator.functions.logs.stream import LogStream
from emulator.functions.records import InvocationResult, Outcome

NOW = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)


COLD = InvocationResult("id", b"", duration_ms=3.009, init_ms=110.101, max_memory_bytes=36 * 2**20)
WARM = InvocationResult("id", b"", duration_ms=2.0, max_memory_bytes=1)
LATE = InvocationResult("id", b"", Outcome.TIMEOUT, "Sandbox.Timedout", duration_ms=1000.0)
DEAD = InvocationResult("id", b"", Outcome.ERROR, "Runtime.ExitError", duration_ms=1.0)


@pytest.mark.parametrize(
    ("result", "duration", "memory", "rest"),
    [
        (COLD, "Duration: 3.01 ms\tBilled Duration: 114 ms", 36, "Init Duration: 110.10 ms\t"),
        (WARM, "Duration: 2.00 ms\tBilled Duration: 2 ms", 1, ""),
        (LATE, "Duration: 1000.00 ms\tBilled Duration: 1000 ms", 0, "Status: timeout\t"),
        (DEAD, "Duration: 1.00 ms\tBilled Duration: 1 ms", 0, "Status: error\tError Type: Runtime.ExitError\t"),
    ],
)
def test_report_has_the_fields_of_aws(result: InvocationResult, duration: str, memory: int, rest: str) -> None:
    """Tools parse it."""
    line = report_line(result, 128)

    assert line == f"REPORT RequestId: id\t{duration}\tMemory Size: 128 MB\tMax Memory Used: {memory} MB\t{rest}"


def test_a_stream_is_named_as_on_aws_and_is_a_plain_file(tmp_path: Path) -> None:
    """People open it in an editor."""
    stream = LogStream(tmp_path, "$LATEST", lambda: NOW)

    stream.begin("id")
    stream.write("hello")

    (file,) = tmp_path.rglob("*.log")
    assert str(file.relative_to(tmp_path)) == f"{stream.name}.log"
    assert stream.name.startswith("2026/01/02/[$LATEST]")
    assert file.read_text() == (
        "2026-01-02T03:04:05.678Z START RequestId: id Version: $LATEST\n2026-01-02T03:04:05.678Z hello\n"
    )


def test_the_tail_is_this_invocations_last_4_kb(tmp_path: Path) -> None:
    """LogType=Tail must not show another invocation's lines."""
    stream = LogStream(tmp_path, "$LATEST", lambda: NOW)
    stream.begin("first")
    stream.write("x" * 5000)
    stream.begin("second")

    tail = stream.end(InvocationResult("second", b""), 128)

    assert b"first" not in tail
    assert tail.startswith(b"START RequestId: second")


def test_streams_are_read_as_one_log_in_the_order_of_time(tmp_path: Path) -> None:
    """Two workers write at once; readers think of one function."""
    times = [NOW.replace(second=second) for second in (1, 2, 3, 4)]
    streams = [LogStream(tmp_path, "$LATEST", lambda: times[0]) for _ in range(2)]
    for number in range(4):
        streams[number % 2]._clock = lambda number=number: times[number]  # type: ignore[misc]
        streams[number % 2].write(str(number))

    lines = list(LogReader(tmp_path).new_lines())

    assert [line[-1] for line in lines] == ["0", "1", "2", "3"]


def test_a_traceback_is_one_event(tmp_path: Path) -> None:
    """The runtime client joins its lines with carriage returns; taken apart they would stand at the end of the log."""
    broken, whole = (
        LogStream(tmp_path, "$LATEST", lambda: NOW),
        LogStream(tmp_path, "$LATEST", lambda: NOW.replace(minute=5)),
    )
    broken.write("[ERROR] ValueError: no\rTraceback (most recent call last):\r  File app.py")
    whole.write("later")

    lines = list(LogReader(tmp_path).new_lines())

    assert [line[25:32] for line in lines] == ["[ERROR]", "later"]


def test_a_reader_goes_on_where_it_was_and_leaves_half_lines_alone(tmp_path: Path) -> None:
    """`--follow` must show each line once and whole."""
    stream = LogStream(tmp_path, "$LATEST", lambda: NOW)
    stream.write("one")
    reader = LogReader(tmp_path)
    (file,) = tmp_path.rglob("*.log")

    first = [line[25:] for line in reader.new_lines()]
    with file.open("a") as half:
        half.write("2026-01-02T03:04:05.678Z tw")
    second = [line[25:] for line in reader.new_lines()]
    with file.open("a") as rest:
        rest.write("o\n")
    third = [line[25:] for line in reader.new_lines()]

    assert (first, second, third) == (["one"], [], ["two"])


def test_a_log_that_cannot_be_written_does_not_fail_the_invocation(tmp_path: Path) -> None:
    """On a full disk a handler may still answer; its caller even gets the tail."""
    (tmp_path / "logs").write_text("no folder")
    stream = LogStream(tmp_path / "logs", "$LATEST", lambda: datetime(2026, 1, 1, tzinfo=UTC))

    stream.begin("r-1")
    stream.write("a line")
    tail = stream.end(InvocationResult("r-1", b"{}"), 128)

    assert b"a line\n" in tail
