"""Every way in which a handler can fail gives AWS's payload and REPORT, and the next invocation works."""

import asyncio
import json
import re
import signal
from dataclasses import dataclass, field
from typing import Any

import pytest

from emulator.functions.records import Invocation, InvocationResult, Outcome
from emulator.units import MIB
from tests.integration.functions.conftest import Lab


@dataclass(frozen=True)
class Row:
    """A line of AWS's table of errors."""

    handler: str
    error_type: str
    message: str
    """`{id}` stands for the request's id."""
    status: str = "error"
    folder: str = "faults"
    more: dict[str, Any] | None = None
    """What the payload has besides type and message; None if that differs from place to place."""
    settings: dict[str, Any] = field(default_factory=dict)


def exited(handler: str, how: str, **settings: Any) -> Row:
    folder = settings.pop("folder", "faults")
    message = f"RequestId: {{id}} Error: Runtime exited {how}"
    return Row(handler, "Runtime.ExitError", message, more={}, folder=folder, settings=settings)


def not_loaded(handler: str, error_type: str, message: str, folder: str = "faults") -> Row:
    return Row(handler, error_type, message, folder=folder, more={"requestId": "", "stackTrace": []})


PYTHON_3_11 = (
    Row("app.raises", "ValueError", "Handler fails"),
    Row(
        "app.hangs",
        "Sandbox.Timedout",
        "RequestId: {id} Error: Task timed out after 1.00 seconds",
        status="timeout",
        more={},
        settings={"timeout_seconds": 1},
    ),
    exited("app.exits", "with error: exit status 1"),
    exited("app.exits_hard", "without providing a reason"),
    exited("app.exits_with_status", "with error: exit status 7"),
    exited("app.eats_memory", "with error: signal: killed", timeout_seconds=30),
    exited("app.segfaults", "with error: signal: segmentation fault", timeout_seconds=30),
    exited("app.good", "with error: exit status 127", environment={"AWS_LAMBDA_EXEC_WRAPPER": "/opt/nowhere"}),
    exited(
        "raises.handler",
        "with error: exit status 126",
        folder="fails_to_load",
        environment={"AWS_LAMBDA_EXEC_WRAPPER": "/var/task/no_executable.sh"},
    ),
    exited("exits.handler", "with error: exit status 4", folder="fails_to_load"),
    Row(
        "segfaults.handler",
        "Sandbox.Timedout",
        "RequestId: {id} Error: Task timed out after 2.00 seconds",
        status="timeout",
        folder="fails_to_load",
        more={},
        settings={"timeout_seconds": 2},
    ),
    exited("app.aborts", "with error: signal: aborted"),
    *(
        exited("app.signals_itself", f"with error: signal: {name}", environment={"SIGNAL": str(int(number))})
        for number, name in (
            (signal.SIGKILL, "killed"),
            (signal.SIGTERM, "terminated"),
            (signal.SIGHUP, "hangup"),
            (signal.SIGALRM, "alarm clock"),
            (signal.SIGUSR1, "user defined signal 1"),
        )
    ),
    Row("raises.handler", "ValueError", "Cannot be loaded", folder="fails_to_load"),
    not_loaded("app.missing", "Runtime.HandlerNotFound", "Handler 'missing' missing on module 'app'"),
    not_loaded(
        "nowhere.handler", "Runtime.ImportModuleError", "Unable to import module 'nowhere': No module named 'nowhere'"
    ),
    not_loaded(
        "app.handler",
        "Runtime.ImportModuleError",
        "Unable to import module 'app': No module named 'a_module_that_is_not_there'",
        folder="broken_import",
    ),
    not_loaded(
        "app",
        "Runtime.MalformedHandlerName",
        "Bad handler 'app': not enough values to unpack (expected 2, got 1)",
    ),
    Row(
        "app.handler",
        "Runtime.UserCodeSyntaxError",
        "Syntax error in module 'app': expected ':' (app.py, line 1)",
        folder="broken_syntax",
        more={
            "requestId": "",
            "stackTrace": ['  File "/var/task/app.py" Line 1\n    def handler(event, context)\n'],
        },
    ),
    Row(
        "app.unserialisable",
        "Runtime.MarshalError",
        "Unable to marshal response: Object of type set is not JSON serializable",
        more={"requestId": "{id}", "stackTrace": []},
    ),
    Row(
        "app.too_much",
        "Function.ResponseSizeTooLarge",
        "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
        more={},
        settings={"timeout_seconds": 30},
    ),
)

PYTHON_3_13 = (
    Row("app.raises", "ValueError", "Handler fails"),
    exited("app.exits_with_status", "with error: exit status 7"),
    not_loaded(
        "nowhere.handler", "Runtime.ImportModuleError", "Unable to import module 'nowhere': No module named 'nowhere'"
    ),
    not_loaded("app.missing", "Runtime.HandlerNotFound", "Handler 'missing' missing on module 'app'"),
)

NODEJS = tuple(
    Row(handler, error_type, message, folder="node_faults", settings=settings)
    for handler, error_type, message, settings in (
        ("app.throws", "TypeError", "Handler fails", {}),
        ("app.throws_a_string", "string", "just words", {}),
        ("app.throws_at_once", "RangeError", "at once", {}),
        ("app.throws_more", "MyError", "line one\nline two", {}),
        ("app.calls_back_an_error", "Error", "through the callback", {}),
        ("app.circular", "Error", "Unable to stringify response body", {}),
        ("app.rejects_unheard", "Runtime.UnhandledPromiseRejection", "Error: unheard", {}),
        ("app.throws_later", "Error", "later", {}),
        ("app.exits", "Runtime.ExitError", "RequestId: {id} Error: Runtime exited with error: exit status 1", {}),
        ("app.missing", "Runtime.HandlerNotFound", "app.missing is undefined or not exported", {}),
        ("app.not_a_function", "Runtime.HandlerNotFound", "app.not_a_function is not a function", {}),
        ("app", "Runtime.MalformedHandlerName", "Bad handler", {}),
        (
            "nowhere.handler",
            "Runtime.ImportModuleError",
            "Error: Cannot find module 'nowhere'\nRequire stack:\n- /var/runtime/index.mjs",
            {},
        ),
        ("broken.handler", "Runtime.UserCodeSyntaxError", "SyntaxError: Illegal newline after throw", {}),
        ("fails_to_load.handler", "Error", "not today", {}),
        (
            "app.good",
            "Runtime.ExitError",
            "RequestId: {id} Error: Runtime exited with error: exit status 127",
            {"environment": {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/nowhere"}},
        ),
    )
)

TABLES = {"python3.11": PYTHON_3_11, "python3.13": PYTHON_3_13, "nodejs20.x": NODEJS}


@pytest.mark.parametrize("runtime", TABLES)
@pytest.mark.timeout(300)
def test_a_failing_handler_gives_the_error_of_aws(lab: Lab, runtime: str) -> None:
    """AWS's table, row by row: what the caller gets, and what the log says of it."""
    rows = {f"row-{number}": row for number, row in enumerate(TABLES[runtime])}
    functions = {name: lab.create(name, row.folder, row.handler, runtime, **row.settings) for name, row in rows.items()}

    async def all_of_them() -> list[InvocationResult]:
        return list(await asyncio.gather(*(lab.fleet.invoke(one, Invocation(b"{}")) for one in functions.values())))

    results = dict(zip(rows, lab.run(all_of_them()), strict=True))

    reports = {name: _end_of_report(lab, name) for name in rows}
    assert {name: _payload(rows[name], result) for name, result in results.items()} == {
        name: _expected(row, results[name].request_id) for name, row in rows.items()
    }
    assert reports == {name: _expected_end(row) for name, row in rows.items()}
    assert {result.function_error for result in results.values()} == {"Unhandled"}
    assert [rows[name].handler for name in rows if _used_mb(lab, name) == 0] == [], "each has used some memory"


def _payload(row: Row, result: InvocationResult) -> dict[str, Any]:
    payload = json.loads(result.payload)
    if row.more is None:
        return {name: payload[name] for name in ("errorType", "errorMessage")}
    return dict(payload)


def _expected(row: Row, request_id: str) -> dict[str, Any]:
    said = {"errorType": row.error_type, "errorMessage": row.message, **(row.more or {})}
    return {
        name: value.replace("{id}", request_id) if isinstance(value, str) else value for name, value in said.items()
    }


def _end_of_report(lab: Lab, name: str) -> str:
    (report,) = (line for line in lab.cloud.functions.logs(name).new_lines() if " REPORT " in line)
    return report[report.index("\tStatus") :]


def _used_mb(lab: Lab, name: str) -> int:
    (report,) = (line for line in lab.cloud.functions.logs(name).new_lines() if " REPORT " in line)
    (used,) = re.findall(r"Max Memory Used: (\d+) MB", report)
    return int(used)


def _expected_end(row: Row) -> str:
    return "\tStatus: timeout\t" if row.status == "timeout" else f"\tStatus: error\tError Type: {row.error_type}\t"


@pytest.mark.parametrize("handler", ["app.raises", "app.exits_with_status", "app.eats_memory", "app.hangs"])
def test_the_same_function_works_on_after_a_failure(lab: Lab, handler: str) -> None:
    """A worker that died is replaced without anybody's help."""
    (row,) = (row for row in PYTHON_3_11 if row.handler == handler)
    function = lab.deploy("faults", handler, **row.settings)

    first, second = lab.invoke(function), lab.invoke(function)
    after = lab.invoke(lab.deploy("faults", "app.good"))

    assert first.outcome is second.outcome is not Outcome.SUCCESS
    assert first.request_id != second.request_id
    assert json.loads(after.payload) == {"ok": True}


def test_a_handler_that_does_not_load_says_why_each_time(lab: Lab) -> None:
    """What goes wrong before the first event must reach the caller, not only the first one."""
    function = lab.deploy("broken_import", "app.handler")

    results = [lab.invoke(function), lab.invoke(function)]

    assert [json.loads(result.payload)["errorType"] for result in results] == ["Runtime.ImportModuleError"] * 2


def test_a_stack_trace_is_that_of_aws(lab: Lab) -> None:
    """People look for the line of their own code: it comes first, and nothing of the runtime's before it."""
    raised = json.loads(lab.invoke(lab.deploy("faults", "app.raises")).payload)
    unloadable = json.loads(lab.invoke(lab.create("unloadable", "fails_to_load", "raises.handler")).payload)

    (line,) = raised["stackTrace"]
    assert re.fullmatch(
        r'  File "/var/task/app\.py", line \d+, in raises\n    raise ValueError\("Handler fails"\)\n', line
    )
    assert unloadable["requestId"] == ""
    assert "/importlib/__init__.py" in unloadable["stackTrace"][0]
    assert unloadable["stackTrace"][-1] == (
        '  File "/var/task/raises.py", line 1, in <module>\n    raise ValueError("Cannot be loaded")\n'
    )


def test_an_error_may_have_any_name(lab: Lab) -> None:
    """Half a character has no code of its own in a header; the caller is told the error all the same."""
    function = lab.create("half", "node_faults", "app.throws_half_a_character", "nodejs20.x")

    told = json.loads(lab.invoke(function).payload)

    assert (told["errorType"], told["errorMessage"]) == ("\ud83d", "told")
    assert _end_of_report(lab, "half") == "\tStatus: error\tError Type: %EF%BF%BD\t"


@pytest.mark.parametrize(("megabytes", "least", "most"), [(5, 5, 60), (80, 80, 130)])
def test_a_handler_that_exits_has_used_what_it_has_used(lab: Lab, megabytes: int, least: int, most: int) -> None:
    """Its cgroup goes with it: what is not read in time would be told as nothing."""
    function = lab.deploy("faults", "app.holds", memory_mb=512)

    result = lab.invoke(function, json.dumps({"megabytes": megabytes}).encode())

    assert json.loads(result.payload)["errorType"] == "Runtime.ExitError"
    assert least * MIB <= result.max_memory_bytes <= most * MIB


def test_what_is_out_of_memory_has_used_all_of_it(lab: Lab) -> None:
    """By the cgroup's word, to the megabyte."""
    result = lab.invoke(lab.deploy("faults", "app.eats_memory", memory_mb=192, timeout_seconds=60))

    assert 191 * MIB <= result.max_memory_bytes <= 192 * MIB


def test_a_handler_is_a_process_like_any_other(lab: Lab) -> None:
    """Not the first one of its container, whom no signal reaches and who would have to bury orphans."""
    answer = json.loads(lab.invoke(lab.deploy("faults", "app.leaves_orphans", timeout_seconds=60)).payload)

    assert answer["orphans"] == 0
    assert answer["pid"] > 1


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
        rf"REPORT RequestId: {result.request_id}\tDuration: 1000\.00 ms\tBilled Duration: \d+ ms\t"
        r"Memory Size: 128 MB\tMax Memory Used: \d+ MB\tInit Duration: \d+\.\d\d ms\tStatus: timeout\t",
        lines[4],
    )
