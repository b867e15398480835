"""Every way in which a handler can fail gives AWS's payload, and the next invocation works."""

import json
import re
from typing import Any

import pytest

from emulator.functions.records import Outcome
from tests.integration.functions.conftest import Lab

FAILURES: dict[str, tuple[str, dict[str, Any], str, str]] = {
    # handler: (outcome, settings, error type, pattern of the message)
    "app.raises": ("error", {}, "ValueError", "Handler fails"),
    "app.exits": ("error", {}, "Runtime.ExitError", "RequestId: {id} Error: Runtime exited with error: exit status 1"),
    "app.exits_hard": (
        "error",
        {},
        "Runtime.ExitError",
        "RequestId: {id} Error: Runtime exited without providing a reason",
    ),
    "app.exits_with_status": (
        "error",
        {},
        "Runtime.ExitError",
        "RequestId: {id} Error: Runtime exited with error: exit status 7",
    ),
    "app.eats_memory": (
        "error",
        {"timeout_seconds": 30},
        "Runtime.ExitError",
        "RequestId: {id} Error: Runtime exited with error: signal: killed",
    ),
    "app.hangs": (
        "timeout",
        {"timeout_seconds": 1},
        "Sandbox.Timedout",
        "RequestId: {id} Error: Task timed out after 1.00 seconds",
    ),
    "app.unserialisable": ("error", {}, "Runtime.MarshalError", "Unable to marshal response: .*set.*"),
    "app.too_much": (
        "error",
        {"timeout_seconds": 10},
        "Function.ResponseSizeTooLarge",
        r"Response payload size exceeded maximum allowed payload size \(6291556 bytes\)\.",
    ),
    "app.missing": ("error", {}, "Runtime.HandlerNotFound", "Handler 'missing' missing on module 'app'"),
}


@pytest.mark.parametrize("handler", FAILURES)
def test_a_failing_handler_gives_the_error_of_aws_and_the_next_invocation_works(lab: Lab, handler: str) -> None:
    """The error table of AWS: type and message, whatever the cause, and a fresh worker afterwards."""
    outcome, settings, error_type, message = FAILURES[handler]
    function = lab.deploy("faults", handler, **settings)

    result = lab.invoke(function)
    after = lab.invoke(lab.deploy("faults", "app.good"))

    body = json.loads(result.payload)
    assert result.outcome == Outcome(outcome)
    assert result.function_error == "Unhandled"
    assert body["errorType"] == error_type
    assert re.fullmatch(message.format(id=result.request_id), body["errorMessage"])
    assert json.loads(after.payload) == {"ok": True}


@pytest.mark.parametrize("handler", ["app.raises", "app.exits_with_status", "app.eats_memory", "app.hangs"])
def test_the_same_function_works_on_after_a_failure(lab: Lab, handler: str) -> None:
    """A worker that died is replaced without anybody's help."""
    function = lab.deploy("faults", handler, **FAILURES[handler][1])

    first, second = lab.invoke(function), lab.invoke(function)

    assert first.outcome is second.outcome is not Outcome.SUCCESS
    assert first.request_id != second.request_id


@pytest.mark.parametrize(
    ("folder", "error_type", "message"),
    [
        ("broken_import", "Runtime.ImportModuleError", "Unable to import module 'app': No module named 'a_module"),
        ("broken_syntax", "Runtime.UserCodeSyntaxError", "Syntax error in module 'app'"),
    ],
)
def test_a_handler_that_does_not_load_says_why(lab: Lab, folder: str, error_type: str, message: str) -> None:
    """What goes wrong before the first event must reach the caller, each time."""
    function = lab.deploy(folder, "app.handler")

    results = [lab.invoke(function), lab.invoke(function)]

    for result in results:
        body = json.loads(result.payload)
        assert body["errorType"] == error_type
        assert body["errorMessage"].startswith(message)


def test_report_says_how_it_ended(lab: Lab) -> None:
    """People look at the REPORT line first."""
    function = lab.deploy("faults", "app.hangs", timeout_seconds=1)

    result = lab.invoke(function)

    lines = lab.log_lines(function)
    assert lines[0] == f"START RequestId: {result.request_id} Version: $LATEST"
    assert lines[1] == "about to hang"
    assert re.fullmatch(rf"\S+Z {result.request_id} Task timed out after 1.00 seconds", lines[2])
    assert lines[3] == f"END RequestId: {result.request_id}"
    assert re.fullmatch(
        rf"REPORT RequestId: {result.request_id}\tDuration: 1\d\d\d\.\d\d ms\tBilled Duration: \d+ ms\t"
        r"Memory Size: 128 MB\tMax Memory Used: \d+ MB\tInit Duration: \d+\.\d\d ms\tStatus: timeout\t",
        lines[4],
    )
