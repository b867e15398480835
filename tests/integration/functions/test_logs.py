"""What workers log, on a live engine: in the words, the order and the forms of CloudWatch Logs."""

import asyncio
import contextlib
import dataclasses
import json
import logging
import os
import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from emulator.functions import Function
from emulator.functions.definition import LoggingConfig
from emulator.functions.records import Invocation
from tests.integration.functions.conftest import Lab

MIB = 1024 * 1024
LINE = 99 + 1


def _deploy(lab: Lab, handler: str, config: LoggingConfig | None = None, **settings: Any) -> Function:
    function = lab.deploy("logging", f"app.{handler}", **settings)
    if config is not None:
        function = dataclasses.replace(function, logging=config)
        lab.cloud.functions.repository.save(function)
    return function


def _lines(lab: Lab, function: Function) -> list[str]:
    """Return all that was logged, that the worker started included."""
    return [line.partition(" ")[2] for line in lab.cloud.functions.logs(function.name).new_lines()]


def forget_peak() -> None:
    """Have this process's peak of memory be what it uses now: the tests before may have used far more."""
    Path("/proc/self/clear_refs").write_text("5")


def peak_bytes() -> int:
    """Return the most memory that this process has had since `forget_peak`."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def test_a_workers_life_reads_as_on_aws(lab: Lab) -> None:
    """What is printed while the handler loads stands before START; only the cold invocation has an Init Duration."""
    function = _deploy(lab, "levels")

    cold, warm = lab.invoke(function), lab.invoke(function)

    lines = _lines(lab, function)
    ids = {cold.request_id: "COLD", warm.request_id: "WARM"}
    shapes = [re.sub("|".join(ids), lambda found: ids[found[0]], line) for line in lines]
    patterns = [
        r"INIT_START Runtime Version: python:3\.11\.cloudlet\tRuntime Version ARN: arn:aws:lambda:.*::runtime:\w{64}",
        r"loading",
    ]
    for name, init in (("COLD", r"Init Duration: \d+\.\d\d ms\t"), ("WARM", "")):
        report = rf"REPORT RequestId: {name}\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms"
        patterns += [
            rf"START RequestId: {name} Version: \$LATEST",
            rf"\[WARNING\]\t\S+Z\t{name}\ta warning",
            r"a printed line",
            rf"END RequestId: {name}",
            rf"{report}\tMemory Size: 128 MB\tMax Memory Used: \d+ MB\t{init}",
        ]
    assert len(shapes) == len(patterns)
    for shape, pattern in zip(shapes, patterns, strict=True):
        assert re.fullmatch(pattern, shape), shape
    assert cold.log_tail.startswith(b"START RequestId: ")


def test_an_error_is_one_event_of_several_lines(lab: Lab) -> None:
    """Both what a handler logs with its traceback and what it raises; what it prints is an event a line."""
    function = _deploy(lab, "raises")

    lab.invoke(function)

    events = [event.message for event in lab.cloud.functions.logs(function.name).new_events()]
    logged, printed, raised = events[3:6]
    assert re.fullmatch(
        r"\[ERROR\]\t.*\thandled\nTraceback \(most recent call last\):\n.*KeyError: 'a'", logged, re.DOTALL
    )
    assert printed == "printed between"
    assert re.fullmatch(
        r"\[ERROR\] ValueError: no\nsecond line\nTraceback \(most recent call last\):\n\xa0\xa0File .*",
        raised,
        re.DOTALL,
    )
    assert len(events) == 8


def test_json_is_what_the_runtime_client_writes_and_what_the_platform_writes(lab: Lab) -> None:
    """Each line can be parsed, and a handler's own fields are fields."""
    function = _deploy(lab, "levels", LoggingConfig("JSON", application_level="INFO"))

    result = lab.invoke(function)

    lines = _lines(lab, function)
    printed = [line for line in lines if not line.startswith("{")]
    events = [json.loads(line) for line in lines if line.startswith("{")]
    assert printed == ["loading", "a printed line"]
    kinds = [event.get("type") or event["level"] for event in events]
    assert kinds == ["platform.initStart", "platform.start", "INFO", "WARNING", "platform.report"]
    info = events[2]
    assert (info["message"], info["took"], info["requestId"]) == ("an info message", 7, result.request_id)
    report = events[-1]["record"]
    assert (report["requestId"], report["status"]) == (result.request_id, "success")
    assert report["metrics"]["initDurationMs"] > 0


def test_levels_are_those_that_were_asked_for(lab: Lab) -> None:
    """DEBUG shows all that there is; from WARN on, what names no level is not logged."""
    function = _deploy(lab, "levels", LoggingConfig("JSON", "WARN", "DEBUG"))

    lab.invoke(function)

    events = [json.loads(line) for line in _lines(lab, function)]
    assert [event.get("type") or event["level"] for event in events] == [
        *("platform.initStart", "platform.initReport", "platform.start", "WARNING"),
        *("platform.runtimeDone", "platform.report"),
    ]


def test_a_group_of_ones_own_is_a_folder_of_its_own(lab: Lab) -> None:
    """And the handler is told its name."""
    function = _deploy(lab, "levels", LoggingConfig(group="/shop/prod"))

    lab.invoke(function)

    (file,) = (lab.cloud.home.logs / "shop" / "prod").rglob("*.log")
    assert file.name.startswith("function-under-test[$LATEST]")
    assert not lab.cloud.home.function_logs(function.name).exists()
    assert "a printed line" in _lines(lab, function)


def test_no_group_leads_out_of_the_folder_of_logs(lab: Lab) -> None:
    """Even one that was never checked."""
    function = _deploy(lab, "levels", LoggingConfig(group="/../../../escaped"))

    lab.invoke(function)

    (file,) = lab.cloud.home.root.parent.rglob("function-under-test*.log")
    assert file.is_relative_to(lab.cloud.home.logs)


@pytest.mark.parametrize("folder", ["broken_import", "broken_syntax"])
def test_a_handler_that_does_not_load_has_an_init_report(lab: Lab, folder: str) -> None:
    """Behind the error, before START."""
    function = lab.deploy(folder, "app.handler")

    lab.invoke(function)

    words = [line.split()[0] for line in _lines(lab, function)]
    assert [word for word in words if word != "[WARNING]"] == [
        *("INIT_START", "[ERROR]", "INIT_REPORT", "START", "END", "REPORT")
    ]
    (report,) = [line for line in _lines(lab, function) if line.startswith("INIT_REPORT")]
    assert re.fullmatch(
        r"INIT_REPORT Init Duration: \d+\.\d\d ms\tPhase: init\tStatus: error\tError Type: Runtime\.\w+", report
    )


def test_a_handler_that_prints_without_end_harms_nobody(small_lab: Callable[..., Lab]) -> None:
    """A hundred megabytes: the log keeps its bound, the server its memory, and other functions their time."""
    lab = small_lab(log_bytes=8 * MIB)
    loud = _deploy(lab, "floods", memory_mb=1769, timeout_seconds=120)
    calm = lab.deploy("faults", "app.good", name="calm")
    lab.invoke(calm)
    lab.invoke(loud, b'{"megabytes": 1}')
    forget_peak()
    before_bytes = peak_bytes()
    waited: list[float] = []

    async def both() -> bytes:
        flood = asyncio.create_task(lab.fleet.invoke(loud, Invocation(b'{"megabytes": 100}')))
        while not flood.done():
            began = time.monotonic()
            await lab.fleet.invoke(calm, Invocation(b"{}"))
            waited.append(time.monotonic() - began)
            await asyncio.sleep(0.01)
        return (await flood).payload

    assert lab.run(both()) == b"100"

    folder = lab.cloud.home.function_logs(loud.name)
    assert sum(file.stat().st_size for file in folder.rglob("*.log")) <= 8 * MIB
    lines = _lines(lab, loud)
    assert [line.split()[0] for line in lines[-3:]] == ["the", "END", "REPORT"]
    assert {len(line) for line in lines[:-3]} == {LINE - 1}
    assert peak_bytes() - before_bytes < 20 * MIB
    assert len(waited) > 10, "others were served meanwhile"
    assert sorted(waited)[len(waited) // 2] < 1


def test_on_a_disk_without_room_for_logs_handlers_answer_all_the_same(
    lab: Lab, caplog: pytest.LogCaptureFixture
) -> None:
    """A file system of its own is under the logs, and full; the server complains once a worker."""
    logs = lab.cloud.home.logs
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(logs)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        with contextlib.suppress(OSError):
            (logs / "filler").write_bytes(b"x" * MIB)
        function = _deploy(lab, "levels")

        with caplog.at_level(logging.WARNING, "emulator.functions.logs"):
            results = [lab.invoke(function) for _ in range(3)]

        assert [result.payload for result in results] == [b"null"] * 3
        assert all(b"a printed line\n" in result.log_tail for result in results)
        assert len(caplog.records) == 1
    finally:
        subprocess.run(["umount", "--lazy", str(logs)], check=True)


def test_a_line_without_end_is_cut_into_events(lab: Lab) -> None:
    """As CloudWatch does, whose events have a largest size."""
    function = _deploy(lab, "one_line")

    result = lab.invoke(function)

    pieces = [line for line in _lines(lab, function) if line.startswith("xxx")]
    assert sum(map(len, pieces)) == 1_000_000
    assert len(pieces) > 1
    assert len(result.log_tail) == 4096
