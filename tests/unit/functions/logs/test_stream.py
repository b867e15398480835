"""A worker's log stream reads like CloudWatch's, on a disk that works and on one that does not."""

import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest

from emulator.functions.definition import LoggingConfig
from emulator.functions.logs.report import report_line
from emulator.functions.records import Failure, InvocationResult, Outcome
from tests.unit.functions.logs.conftest import Shelf, a_function

COLD = InvocationResult("id", b"", duration_ms=3.009, init_ms=110.101, max_memory_bytes=36 * 2**20)
WARM = InvocationResult("id", b"{}", duration_ms=2.0, max_memory_bytes=1)
LATE = InvocationResult("id", b"", Outcome.TIMEOUT, "Sandbox.Timedout", duration_ms=1000.0)
DEAD = InvocationResult("id", b"", Outcome.ERROR, "Runtime.ExitError", duration_ms=1.0)
NO_MODULE = Failure(b"", "Runtime.ImportModuleError")

JSON = LoggingConfig("JSON")


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


def test_a_stream_is_named_as_on_aws_and_is_a_plain_file(shelf: Shelf) -> None:
    """People open it in an editor."""
    stream = shelf.stream()

    stream.begin("id")
    stream.write(b"hello\n\n")

    (file,) = shelf.root.rglob("*.log")
    assert file == shelf.root / "aws" / "lambda" / "resize" / f"{stream.name}.log"
    assert re.fullmatch(r"2026/01/02/\[\$LATEST\][0-9a-f]{32}", stream.name)
    stamp = "2026-01-02T03:04:05.678Z"
    assert file.read_text() == f"{stamp} START RequestId: id Version: $LATEST\n{stamp} hello\n{stamp} \n"


def test_in_a_group_of_several_functions_a_stream_has_its_functions_name(shelf: Shelf) -> None:
    """Else nobody could tell whose it is."""
    stream = shelf.stream(a_function(LoggingConfig(group="shop")))

    stream.begin("id")

    assert re.fullmatch(r"2026/01/02/resize\[\$LATEST\][0-9a-f]{32}", stream.name)
    assert (shelf.root / "shop" / f"{stream.name}.log").is_file()


def test_a_worker_begins_with_its_runtime(shelf: Shelf) -> None:
    """It says which version of a runtime an error came with."""
    shelf.stream().init_start()

    (line,) = shelf.messages()
    assert re.fullmatch(
        r"INIT_START Runtime Version: python:3\.11\.cloudlet\t"
        r"Runtime Version ARN: arn:aws:lambda:us-east-1::runtime:[0-9a-f]{64}",
        line,
    )


def test_a_container_image_has_no_runtime_to_begin_with(shelf: Shelf) -> None:
    """AWS says nothing of one either."""
    shelf.stream(a_function(package_type="Image")).init_start()

    assert shelf.messages() == []


def test_a_handler_that_does_not_load_is_reported_one_that_does_is_not(shelf: Shelf) -> None:
    """The line INIT_REPORT is AWS's for what went wrong before any invocation."""
    stream = shelf.stream()

    stream.init_report(10.0, None)
    stream.init_report(10.004, NO_MODULE)
    stream.init_report(10_000.0, Failure(b"", "Sandbox.Timedout", Outcome.TIMEOUT))

    assert shelf.messages() == [
        "INIT_REPORT Init Duration: 10.00 ms\tPhase: init\tStatus: error\tError Type: Runtime.ImportModuleError",
        "INIT_REPORT Init Duration: 10000.00 ms\tPhase: init\tStatus: timeout",
    ]


def test_the_tail_is_this_invocations_last_4_kb(shelf: Shelf) -> None:
    """LogType=Tail must not show another invocation's lines, nor the start of the worker."""
    stream = shelf.stream()
    stream.init_start()
    stream.begin("first")
    stream.write(b"x" * 5000 + b"\n")
    stream.begin("second")

    tail = stream.end(InvocationResult("second", b""))

    assert tail.startswith(b"START RequestId: second")
    assert tail.endswith(b"Max Memory Used: 0 MB\t\n")
    assert b"first" not in tail

    stream.begin("third")
    stream.write(b"y" * 5000 + b"\n")
    assert len(stream.end(InvocationResult("third", b""))) == 4096


def _events(shelf: Shelf) -> list[dict[str, Any]]:
    return [json.loads(message) for message in shelf.messages()]


def test_in_json_the_platform_logs_events_of_the_telemetry_api(shelf: Shelf) -> None:
    """Tools that read one read the other."""
    stream = shelf.stream(a_function(JSON))

    stream.init_start()
    stream.begin("id")
    stream.end(COLD)

    start, begin, report = _events(shelf)
    assert {event["time"] for event in (start, begin, report)} == {"2026-01-02T03:04:05.678Z"}
    assert start["type"] == "platform.initStart"
    assert start["record"]["runtimeVersion"] == "python:3.11.cloudlet"
    assert start["record"]["instanceMaxMemory"] == 128 * 2**20
    assert begin["type"] == "platform.start"
    assert begin["record"] == {
        "requestId": "id",
        "functionArn": "arn:aws:lambda:us-east-1:000000000000:function:resize",
        "version": "$LATEST",
    }
    assert report["type"] == "platform.report"
    assert report["record"] == {
        "requestId": "id",
        "metrics": {
            "durationMs": 3.009,
            "billedDurationMs": 114,
            "memorySizeMB": 128,
            "maxMemoryUsedMB": 36,
            "initDurationMs": 110.101,
        },
        "status": "success",
    }


@pytest.mark.parametrize(
    ("level", "result", "kinds"),
    [
        ("DEBUG", WARM, ["initStart", "initReport", "start", "runtimeDone", "report"]),
        ("INFO", WARM, ["initStart", "start", "report"]),
        ("", WARM, ["initStart", "start", "report"]),
        ("WARN", WARM, []),
        ("WARN", LATE, ["runtimeDone", "report"]),
        ("INFO", DEAD, ["initStart", "start", "runtimeDone", "report"]),
    ],
)
def test_the_system_level_chooses_the_platforms_events(
    shelf: Shelf, level: str, result: InvocationResult, kinds: list[str]
) -> None:
    """As in AWS's table of events and levels: what fails is a warning."""
    stream = shelf.stream(a_function(LoggingConfig("JSON", system_level=level)))

    stream.init_start()
    stream.init_report(10.0, None)
    stream.begin("id")
    stream.explain("RequestId: id Error: Runtime exited without providing a reason")
    stream.end(result)

    assert [event["type"].removeprefix("platform.") for event in _events(shelf)] == kinds


def test_in_json_a_failure_has_its_status_and_type(shelf: Shelf) -> None:
    """There is no line that explains it: each line is JSON."""
    stream = shelf.stream(a_function(JSON))

    stream.end(DEAD)
    stream.end(LATE)
    stream.init_report(10.0, NO_MODULE)

    records = [event["record"] for event in _events(shelf)]
    assert [(one["status"], one.get("errorType")) for one in records] == [
        *[("error", "Runtime.ExitError")] * 2,
        *[("timeout", None)] * 2,
        ("error", "Runtime.ImportModuleError"),
    ]


PRINTED = (
    b'{"level": "debug", "message": "d"}\n'
    b"plain\n"
    b'{"level": "WARNING", "message": "w"}\n'
    b'{"message": "the \\"level\\" of nobody"}\n'
    b'{"level": "no such"}\n'
    b'{"level": broken\n'
    b'{"level": "FATAL"}\n'
)


@pytest.mark.parametrize(
    ("config", "kept"),
    [
        (LoggingConfig("Text", application_level="ERROR"), 7),
        (LoggingConfig("JSON", application_level="TRACE"), 7),
        (LoggingConfig("JSON", application_level="DEBUG"), 7),
        (LoggingConfig("JSON"), 6),
        (LoggingConfig("JSON", application_level="WARN"), 2),
        (LoggingConfig("JSON", application_level="FATAL"), 1),
    ],
)
def test_the_application_level_chooses_what_a_handler_prints(shelf: Shelf, config: LoggingConfig, kept: int) -> None:
    """A line that names no level is of INFO, as on AWS; text has no levels at all."""
    stream = shelf.stream(a_function(config))

    stream.write(PRINTED)

    lines = [f"{message}\n".encode() for message in shelf.messages()]
    assert len(lines) == kept
    assert b"".join(lines) in (PRINTED, b"".join(line for line in PRINTED.splitlines(True) if line in lines))


def test_a_log_that_cannot_be_written_does_not_fail_the_invocation(
    shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    """On a full disk a handler may still answer; its caller even gets the tail, and the server's log one line."""
    shelf.root.write_text("no folder")
    stream = shelf.stream()

    with caplog.at_level(logging.WARNING):
        stream.init_start()
        stream.begin("r-1")
        for _ in range(100):
            stream.write(b"a line\n")
        tail = stream.end(InvocationResult("r-1", b"{}"))

    assert b"a line\n" in tail
    assert len(caplog.records) == 1

    shelf.root.unlink()
    stream.write(b"again\n")

    assert shelf.messages() == ["again"]


def test_a_file_that_somebody_removed_is_made_anew(shelf: Shelf) -> None:
    """People tidy up; what is logged afterwards must not go into a file that nobody can open."""
    stream = shelf.stream()
    stream.write(b"before\n")
    (file,) = shelf.root.rglob("*.log")

    file.unlink()
    file.parent.rmdir()
    stream.write(b"after\n")

    assert shelf.messages() == ["after"]


def test_a_closed_stream_holds_no_file(shelf: Shelf) -> None:
    """A server that has had thousands of workers must not run out of files."""
    stream = shelf.stream()
    stream.write(b"one\n")
    (file,) = shelf.root.rglob("*.log")

    stream.close()

    assert not [one for one in Path("/proc/self/fd").iterdir() if one.exists() and one.resolve() == file]
