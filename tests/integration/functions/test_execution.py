"""What a handler finds when it runs: AWS's context and environment, enforced limits, a warm worker, its own log."""

import json
import re

from emulator.engine import Kind
from emulator.functions import Function
from tests.conftest import wait_for
from tests.integration.functions.conftest import Lab


def answer_of(lab: Lab, function: Function, payload: bytes = b"{}") -> object:
    result = lab.invoke(function, payload)
    assert result.function_error is None, result.payload
    return json.loads(result.payload)


def test_a_handler_sees_what_it_would_see_on_aws(lab: Lab) -> None:
    """Unmodified handlers read these."""
    function = lab.deploy("echo", "app.handler", name="echo", memory_mb=256, environment={"TABLE": "penguins"})

    seen = answer_of(lab, function, b'{"a": [1, "\\u00e9"]}')

    assert isinstance(seen, dict)
    environment = seen.pop("environment")
    assert 0 < seen.pop("remaining_ms") <= 3000
    assert seen == {
        "event": {"a": [1, "é"]},
        "request_id": seen["request_id"],
        "memory_limit_in_mb": "256",
        "function_name": "echo",
        "arn": "arn:aws:lambda:us-east-1:000000000000:function:echo",
        "user": 993,
        "cwd": "/var/task",
    }
    assert environment["AWS_LAMBDA_LOG_STREAM_NAME"].startswith("20")
    for name in ("AWS_LAMBDA_LOG_STREAM_NAME", "AWS_LAMBDA_RUNTIME_API", "_X_AMZN_TRACE_ID", "AWS_ENDPOINT_URL"):
        assert environment.pop(name)
    assert environment == {
        "AWS_ACCESS_KEY_ID": "ASIACLOUDLET00000000",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.11",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_FUNCTION_NAME": "echo",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/echo",
        "AWS_REGION": "us-east-1",
        "AWS_SECRET_ACCESS_KEY": "cloudlet",
        "AWS_SESSION_TOKEN": "cloudlet",
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "AWS_XRAY_DAEMON_ADDRESS": "169.254.100.1:2000",
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "LAMBDA_TASK_ROOT": "/var/task",
        "LANG": "en_US.UTF-8",
        "LC_CTYPE": "C.UTF-8",
        "LD_LIBRARY_PATH": "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:"
        "/var/task:/var/task/lib:/opt/lib",
        "PATH": "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
        "PWD": "/var/task",
        "PYTHONPATH": "/var/runtime",
        "SHLVL": "0",
        "TABLE": "penguins",
        "TZ": ":UTC",
        "_AWS_XRAY_DAEMON_ADDRESS": "169.254.100.1",
        "_AWS_XRAY_DAEMON_PORT": "2000",
        "_HANDLER": "app.handler",
    }


def test_a_handler_is_locked_in_as_on_aws(lab: Lab) -> None:
    """Code that counts on more would fail there: a home to write to, files without end, another time zone."""
    seen = answer_of(lab, lab.deploy("sandbox", "app.looks"))

    assert isinstance(seen, dict)
    assert seen["user"] == [993, 990, "sbx_user1051", "/home/sbx_user1051"]
    assert seen["limits"] == {
        "NOFILE": [1024, 1024],
        "CORE": [10 * 2**30, 10 * 2**30],
        "STACK": [8 * 2**20, 8 * 2**20],
    }
    assert seen["zone"] == "UTC"
    assert seen["folders"] == {"/var/task": "0o755", "/opt": "0o755", "/tmp": "0o1777"}
    assert seen["arguments"] == ["/var/runtime/bootstrap.py", "app.looks"]
    assert seen["path"][:4] == [
        "/var/task",
        "/opt/python/lib/python3.11/site-packages",
        "/opt/python",
        "/var/runtime",
    ]


def test_tmp_is_as_large_as_asked_and_kept_while_a_worker_is(lab: Lab) -> None:
    """Handlers keep in it what is slow to fetch."""
    function = lab.deploy("sandbox", "app.keeps", ephemeral_storage_mb=640)

    answers = [answer_of(lab, function) for _ in range(2)]

    assert answers == [{"kept": 1, "size_mib": 640}, {"kept": 2, "size_mib": 640}]


def test_a_wrapper_script_begins_the_runtime(lab: Lab) -> None:
    """AWS_LAMBDA_EXEC_WRAPPER is how profilers and other agents come between."""
    wrapper = {"AWS_LAMBDA_EXEC_WRAPPER": "/var/task/wrapper.sh"}

    outcome = answer_of(lab, lab.deploy("sandbox", "app.wrapped", environment=wrapper))

    assert outcome == ["/var/lang/bin/python3.11", "/var/runtime/bootstrap.py"]


def test_nothing_is_null(lab: Lab) -> None:
    """`return None` is JSON's null, not an empty answer."""
    result = lab.invoke(lab.deploy("faults", "app.nothing"))

    assert result.payload == b"null"


def test_a_worker_is_reused(lab: Lab) -> None:
    """A warm worker keeps the module's globals: that is why handlers cache in them."""
    function = lab.deploy("faults", "app.counts")

    counts = [answer_of(lab, function) for _ in range(3)]

    assert counts == [1, 2, 3]
    assert len(lab.cloud.engine.containers.list(Kind.WORKER)) == 1


def test_only_the_first_report_has_an_init_duration(lab: Lab) -> None:
    """It tells a cold start from a warm one."""
    function = lab.deploy("faults", "app.good")

    lab.invoke(function)
    lab.invoke(function)

    reports = [line for line in lab.log_lines(function) if line.startswith("REPORT")]
    assert ["Init Duration" in report for report in reports] == [True, False]


def test_a_handler_may_write_to_tmp_only(lab: Lab) -> None:
    """Code that writes elsewhere would fail on AWS, so it must fail here."""
    outcome = answer_of(lab, lab.deploy("faults", "app.writes"))

    assert outcome == {
        "/tmp/mine": "written",
        "/var/task/mine": "OSError",
        "/opt/mine": "OSError",
        "/etc/mine": "OSError",
    }


def test_a_handler_cannot_fork_without_end(lab: Lab) -> None:
    """A fork bomb in a handler must not take the machine with it."""
    outcome = answer_of(lab, lab.deploy("faults", "app.forks", memory_mb=1024, timeout_seconds=60))

    assert isinstance(outcome, dict)
    assert outcome["stopped_at"] is not None
    assert outcome["stopped_at"] < 742


def test_the_processor_is_shared_by_memory_size(lab: Lab) -> None:
    """885 MB buy half a processor; a function that is fast here and slow on AWS would be a bad surprise."""
    function = lab.deploy("faults", "app.burns", memory_mb=885, timeout_seconds=30)
    lab.invoke(function, b'{"seconds": 0.1}')  # its share is set while this runs
    measured: list[float] = []

    def nearly_half() -> bool:
        outcome = answer_of(lab, function, b'{"seconds": 2}')
        assert isinstance(outcome, dict)
        measured.append(outcome["share"])
        return measured[-1] > 0.35  # less only if others want the processor, too

    wait_for(nearly_half, deadline_seconds=120)

    assert max(measured) < 0.65


def test_all_that_is_printed_stands_between_start_and_end(lab: Lab) -> None:
    """Lines that come late, or not at all, make a log useless."""
    function = lab.deploy("faults", "app.talks")

    result = lab.invoke(function)

    lines = lab.log_lines(function)
    assert lines[1:4] == ["one line", "another", "no newline at its end"]
    assert [lines[0].split()[0], lines[4].split()[0], lines[5].split()[0]] == ["START", "END", "REPORT"]
    assert b"one line\nanother\n" in result.log_tail


def test_memory_used_is_measured(lab: Lab) -> None:
    """It is how people choose a memory size."""
    lab.invoke(function := lab.deploy("faults", "app.good"))

    (report,) = [line for line in lab.log_lines(function) if line.startswith("REPORT")]
    used = re.search(r"Max Memory Used: (\d+) MB", report)
    assert used
    assert 3 <= int(used[1]) <= 128


def test_requirements_are_installed_for_the_runtime_once(lab: Lab) -> None:
    """A second deployment with the same requirements must not install them again."""
    function = lab.deploy("with_requirements", "app.handler", memory_mb=512)
    installed = sorted(lab.cloud.home.dependencies.iterdir())

    again = lab.deploy("with_requirements", "app.handler", memory_mb=512)

    assert answer_of(lab, function, b'{"number": 1234567}') == "1,234,567"
    assert again == function
    assert sorted(lab.cloud.home.dependencies.iterdir()) == installed


def test_new_code_is_used_by_the_next_invocation(lab: Lab) -> None:
    """A worker of the old code must not answer for the new."""
    first = answer_of(lab, lab.deploy("faults", "app.good"))
    second = answer_of(lab, lab.deploy("faults", "app.nothing"))

    assert (first, second) == ({"ok": True}, None)


def test_no_worker_or_holder_is_left_when_the_fleet_closes(lab: Lab) -> None:
    """A stopped server must leave the engine as it found it, also while workers are starting."""
    function = lab.deploy("faults", "app.good")
    lab.invoke(function)

    lab.run(lab.fleet.close())

    assert lab.cloud.engine.containers.list() == []


def test_an_idle_worker_that_is_killed_from_outside_is_replaced(lab: Lab) -> None:
    """The pool must not hand out the dead."""
    function = lab.deploy("faults", "app.good")
    lab.invoke(function)
    (worker,) = lab.cloud.engine.containers.list(Kind.WORKER)

    lab.cloud.engine.containers.remove(worker.id)

    assert answer_of(lab, function) == {"ok": True}
    wait_for(lambda: worker.id not in [one.id for one in lab.cloud.engine.containers.list(Kind.WORKER)])
