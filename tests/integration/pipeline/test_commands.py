"""`cloudlet lambda …` as people type it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from emulator.engine import Kind
from tests.conftest import wait_for
from tests.integration.pipeline.conftest import HANDLERS, House


def deploy(house: House, folder: str, *options: str) -> subprocess.CompletedProcess[str]:
    return house.run(
        "lambda", "deploy", str(HANDLERS / folder), "--name", "summarize", "--handler", "app.handler", *options
    )


def test_a_function_is_deployed_listed_shown_and_deleted(house: House) -> None:
    """The life of a function, by AWS's verbs and in AWS's shape."""
    deployed = deploy(house, "echo", "--memory-size", "256", "--timeout", "9", "--env", "AA=1", "BB=two words")
    listed = house.run("lambda", "list-functions", "--output", "json")
    shown = house.run("lambda", "get-function", "--function-name", "summarize", "--output", "json")
    deleted = house.run("lambda", "delete-function", "--function-name", "summarize")
    gone = house.run("lambda", "list-functions", "--output", "json")

    assert deployed.returncode == 0, deployed.stderr
    (function,) = json.loads(listed.stdout)["Functions"]
    assert (function["MemorySize"], function["Timeout"], function["Runtime"]) == (256, 9, "python3.11")
    assert function["Environment"] == {"Variables": {"AA": "1", "BB": "two words"}}
    assert json.loads(shown.stdout)["Configuration"] == function
    assert deleted.returncode == 0
    assert json.loads(gone.stdout) == {"Functions": []}


def test_deploying_again_keeps_what_is_not_said(house: House) -> None:
    """A new deployment of the code must not undo the configuration."""
    deploy(house, "echo", "--memory-size", "512")

    deploy(house, "faults", "--timeout", "7")

    function = house.cloud.functions.find("summarize")
    assert (function.memory_mb, function.timeout_seconds) == (512, 7)


def test_what_a_function_has_can_be_taken_away_by_deploying(house: House) -> None:
    """With the option that gave it, and nothing behind it."""
    deploy(house, "echo", "--env", "AA=1", "--memory-size", "512")

    taken = deploy(house, "echo", "--env", "", "--layers", "")

    assert taken.returncode == 0, taken.stderr
    function = house.cloud.functions.find("summarize")
    assert (function.environment, function.layers, function.memory_mb) == ({}, (), 512)


def test_triggers_are_added_listed_and_removed(house: House) -> None:
    """Our own verbs for S3's notification rules."""
    deploy(house, "echo")
    house.run("s3", "mb", "s3://raw")

    added = house.run("lambda", "add-trigger", "summarize", "--bucket", "raw", "--suffix", ".csv")
    listed = json.loads(house.run("lambda", "list-triggers", "summarize", "--output", "json").stdout)["Triggers"]
    removed = house.run("lambda", "remove-trigger", listed[0]["Id"])

    assert added.returncode == 0, added.stderr
    assert (listed[0]["Bucket"], listed[0]["Filter"]) == ("raw", {"Prefix": "", "Suffix": ".csv"})
    assert listed[0]["Events"] == ["s3:ObjectCreated:*"]
    assert removed.returncode == 0
    assert house.cloud.triggers.list() == []


def test_a_deleted_function_takes_its_triggers_along(house: House) -> None:
    """Events for nobody would all fail."""
    deploy(house, "echo")
    house.run("s3", "mb", "s3://raw")
    house.run("lambda", "add-trigger", "summarize", "--bucket", "raw")

    house.run("lambda", "delete-function", "--function-name", "summarize")

    assert house.cloud.triggers.list() == []


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("lambda", "get-function", "--function-name", "sumarize"), 1, "did you mean summarize?"),
        (("lambda", "invoke", "--function-name", "nobody"), 1, "Function not found: arn:aws:lambda:"),
        (("lambda", "logs", "nobody"), 1, "ResourceNotFoundException"),
        (("lambda", "invoke", "--function-name", "summarize", "--payload", "{no"), 2, "Could not parse request body"),
        (("lambda", "invoke", "--function-name", "summarize", "--payload", "file:///nowhere"), 2, "No such file"),
        (("lambda", "add-trigger", "summarize", "--bucket", "nowhere"), 1, "NoSuchBucket"),
        (("lambda", "add-trigger", "nobody", "--bucket", "raw"), 1, "Function not found"),
        (("lambda", "add-trigger", "summarize", "--bucket", "raw", "--events", "s3:Nonsense"), 2, "s3:Nonsense"),
        (("lambda", "remove-trigger", "nothing"), 1, "nothing"),
        (("wait",), 1, "cloudlet start"),
    ],
)
def test_a_mistake_is_told_with_its_exit_code(house: House, arguments: tuple[str, ...], code: int, says: str) -> None:
    """Errors are part of the feature."""
    house.bucket("raw")
    deploy(house, "echo")

    done = house.run(*arguments)

    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("folder", "options", "code", "says"),
    [
        ("echo", ("--runtime", "python2.7"), 2, "Value python2.7 at 'runtime' failed to satisfy constraint"),
        ("echo", ("--memory-size", "64"), 2, "Value '64' at 'memorySize' failed to satisfy constraint"),
        ("echo", ("--env", "AWS_REGION=x"), 2, "Reserved keys used in this request: AWS_REGION"),
        ("echo", ("--env", "NOVALUE"), 2, "'NOVALUE' has no '='"),
        ("nowhere", (), 2, "is neither a folder nor a file"),
        ("bad_requirements", (), 1, "No matching distribution found for a-package-that-nobody-ever-published==1.0"),
    ],
)
def test_a_bad_deployment_changes_nothing(
    house: House, folder: str, options: tuple[str, ...], code: int, says: str
) -> None:
    """Nothing half-made: no function, no folder, no container."""
    done = deploy(house, folder, *options)

    assert done.returncode == code, done.stderr
    assert says in done.stderr
    assert house.cloud.functions.list() == []
    assert house.cloud.engine.containers.list() == []
    assert [path.name for path in house.cloud.home.dependencies.glob("[!.]*")] == []


def test_ctrl_c_while_requirements_are_installed_leaves_nothing(house: House) -> None:
    """People change their mind in the middle of a long step."""
    process = subprocess.Popen(
        [
            *(*house.python, "lambda", "deploy", str(HANDLERS / "with_requirements")),
            *("--name", "f", "--handler", "app.handler"),
        ],
        env=house.environment,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    wait_for(lambda: house.cloud.engine.containers.list(Kind.BUILD))

    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)

    assert process.returncode == 130
    assert house.cloud.engine.containers.list() == []
    assert house.cloud.functions.list() == []
    assert {path.name for path in house.cloud.home.dependencies.iterdir()} <= {".pip-cache", ".npm-cache"}


def test_logs_can_be_followed(house: House) -> None:
    """The lines of an invocation that comes later appear by themselves."""
    house.deploy("faults", "app.talks", name="summarize")
    house.start()
    follower = subprocess.Popen(
        [*house.python, "lambda", "logs", "summarize", "--follow"],
        env=house.environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert follower.stdout

    house.run("lambda", "invoke", "--function-name", "summarize")
    lines = [follower.stdout.readline() for _ in range(7)]
    follower.send_signal(signal.SIGINT)
    follower.communicate()

    assert [line.split()[1] for line in lines] == [*("INIT_START", "START", "one", "another", "no", "END", "REPORT")]
    assert follower.returncode == 130


def test_status_tells_what_is_up(house: House) -> None:
    """Scripts read it as JSON."""
    house.deploy("faults", "app.good")
    house.bucket("raw")
    server = house.start()

    status = json.loads(house.run("status", "--output", "json").stdout)

    assert Path(status["home"]) == house.cloud.home.root
    assert (status["pid"], status["port"]) == (server.pid, server.port)
    assert status["endpoint"] == f"http://127.0.0.1:{server.port}"
    assert (status["functions"], status["buckets"]) == (1, 1)
    assert status["queue"] == {"queued": 0, "running": 0, "done": 0, "failed": 0}


def test_stop_waits_for_a_server_that_is_ending_already(house: House) -> None:
    """After Ctrl-C during a stop, the next one, or a reset, must not believe that nothing runs."""
    house.deploy("faults", "app.hangs", timeout_seconds=3)
    server = house.start()
    house.run("lambda", "invoke", "--function-name", "worker-bee", "--invocation-type", "Event")
    wait_for(lambda: house.cloud.engine.containers.list(Kind.WORKER))
    os.kill(server.pid, signal.SIGTERM)
    wait_for(lambda: house.find_server() is None)

    stopped = house.run("stop")

    assert stopped.returncode == 0, stopped.stderr
    assert stopped.stdout == "the server has ended\n"
    assert house.cloud.engine.containers.list() == []


def test_the_logs_of_a_deleted_function_can_still_be_read(house: House) -> None:
    """They are what one looks at to find out why it was deleted."""
    house.deploy("faults", "app.talks", name="summarize")
    house.run("lambda", "invoke", "--function-name", "summarize")
    house.run("lambda", "delete-function", "--function-name", "summarize")

    logs = house.run("lambda", "logs", "summarize")
    elsewhere = house.run("lambda", "logs", "../../..")

    assert "one line" in logs.stdout
    assert elsewhere.returncode == 1


def test_a_home_may_be_named_relative_to_where_one_is(house: House, tmp_path: Path) -> None:
    """The server works elsewhere, and must not take another folder of the same name for it."""
    house.environment["CLOUDLET_HOME"] = house.cloud.home.root.name

    house.server = None
    started = house.run("start", cwd=tmp_path)
    house.server = house.find_server()

    assert started.returncode == 0, started.stderr
    assert house.server is not None


def test_what_lies_in_the_current_folder_is_not_imported(house: House, tmp_path: Path) -> None:
    """A folder of handlers may well hold a queue.py."""
    (tmp_path / "queue.py").write_text("raise SystemExit('not yours to import')\n")
    process = subprocess.Popen(
        [str(Path(sys.executable).with_name("cloudlet")), "start", "--foreground"],
        env=house.environment,
        cwd=tmp_path,
        start_new_session=True,
    )

    server = wait_for(lambda: house.find_server() or process.poll() is not None)
    os.killpg(process.pid, signal.SIGINT)

    assert server is not True
    assert process.wait(60) == 0


def test_invoke_without_an_engine_says_so_by_its_exit_code(house: House) -> None:
    """Scripts tell "no engine" from "it failed"."""
    deploy(house, "echo")
    house.environment["DOCKER_HOST"] = "unix:///nowhere/docker.sock"

    done = house.run("lambda", "invoke", "--function-name", "summarize")

    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr


def test_a_result_that_cannot_be_written_is_no_traceback(house: House) -> None:
    """The function ran; only the last step failed."""
    deploy(house, "echo")

    done = house.run("lambda", "invoke", "--function-name", "summarize", "/nowhere/out.json")

    assert done.returncode == 1
    assert "/nowhere/out.json" in done.stderr
    assert "Traceback" not in done.stderr


def test_ctrl_c_during_an_invocation_without_a_server_leaves_nothing(house: House) -> None:
    """Neither a container nor a page of traceback."""
    house.deploy("faults", "app.hangs", timeout_seconds=60)
    process = subprocess.Popen(
        [*house.python, "lambda", "invoke", "--function-name", "worker-bee"],
        env=house.environment,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    wait_for(lambda: house.cloud.engine.containers.list(Kind.WORKER))

    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)

    assert process.returncode == 130
    assert b"Traceback" not in said
    assert house.cloud.engine.containers.list() == []
