"""How a server ends: who waits for an answer is waited for, for a while, and nobody is told what did not happen."""

import json
import os
import signal
import subprocess
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from cli.server import Reply, has_server
from emulator.engine import Kind
from emulator.functions import Function
from emulator.locks import locked
from tests.conftest import wait_for
from tests.integration.pipeline.conftest import House


def calling(house: House, callers: ThreadPoolExecutor, function: Function, event: bytes) -> "Future[Reply]":
    """Begin to invoke, and return when the handler is at work."""
    assert house.server is not None
    before = len(house.handled(function))
    path = f"/2015-03-31/functions/{function.name}/invocations"
    reply = callers.submit(house.server.request, "POST", path, event)
    wait_for(lambda: len(house.handled(function)) > before)
    return reply


def test_who_waits_for_an_answer_gets_it_or_is_told_that_the_server_ends(house: House) -> None:
    """A call of a few seconds is none of the function's errors, nor is one that takes too long for us to wait."""
    brief = house.deploy("faults", "app.sleeps", name="brief", timeout_seconds=60)
    long = house.deploy("faults", "app.sleeps", name="long", timeout_seconds=120)
    house.start()

    with ThreadPoolExecutor() as callers:
        answered = calling(house, callers, brief, b'{"seconds": 4}')
        cut_off = calling(house, callers, long, b'{"seconds": 100}')
        stopping = callers.submit(house.run, "stop")
        wait_for(lambda: house.find_server() is None)
        assert house.server is not None
        late = house.server.request("POST", "/2015-03-31/functions/brief/invocations", b'{"seconds": 0}')
        stopped = stopping.result()

    assert stopped.returncode == 0, stopped.stderr
    assert (answered.result().status, answered.result().body) == (200, b"null")
    for refused in (cut_off.result(), late):
        body = json.loads(refused.body)
        assert (refused.status, body["Type"], body["Message"]) == (500, "Service", "the server is ending")
        assert refused.headers["x-amzn-errortype"] == "ServiceException"
        assert "x-amz-function-error" not in refused.headers
    assert house.cloud.engine.containers.list() == []
    lines = house.cloud.functions.logs("long").new_lines()
    assert any(line.endswith("Cut off: the server is ending") for line in lines)
    (report,) = (line for line in lines if " REPORT " in line)
    assert report.endswith("\tStatus: error\tError Type: ServiceException\t")
    assert "Max Memory Used: 128 MB" not in report, "nothing was short of memory"


def test_the_first_ctrl_c_says_what_it_waits_for_and_the_second_one_does_not_wait(house: House) -> None:
    """Whoever presses it twice wants to be gone; workers are removed all the same."""
    function = house.deploy("faults", "app.hangs", timeout_seconds=300)
    process = subprocess.Popen(
        [*house.python, "start", "--foreground"],
        env=house.environment,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    house.server = wait_for(house.find_server)
    with ThreadPoolExecutor() as callers:
        cut_off = calling(house, callers, function, b"{}")

        os.killpg(process.pid, signal.SIGINT)
        wait_for(lambda: house.find_server() is None)
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=60)
        wait_for(cut_off.done)
    house.server = None

    assert process.returncode == 130, said
    assert "server waits for those who wait for an answer: calls=1" in said
    assert "a second signal cuts it off" in said
    assert "Traceback" not in said
    assert house.cloud.engine.containers.list(Kind.WORKER, Kind.HOLDER) == []
    assert not has_server(house.cloud.home)


def test_one_ctrl_c_ends_a_server_in_the_foreground(house: House) -> None:
    """What runs is finished, and that is a success."""
    function = house.deploy("faults", "app.sleeps", timeout_seconds=60)
    process = subprocess.Popen([*house.python, "start", "--foreground"], env=house.environment, start_new_session=True)
    house.server = wait_for(house.find_server)
    with ThreadPoolExecutor() as callers:
        answered = calling(house, callers, function, b'{"seconds": 2}')

        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(60) == 0
        assert answered.result().status == 200
    house.server = None


def test_who_changes_one_function_keeps_nobody_from_another(house: House) -> None:
    """Its lock is held for as long as requirements are installed; that may be minutes, and many may wait for it."""
    house.deploy("faults", "app.good", name="held")
    other = house.deploy("faults", "app.good", name="other")
    server = house.start()
    root = "/2015-03-31/functions"

    with ThreadPoolExecutor(40) as callers:
        with locked(house.cloud.home.build_lock("function-held")):
            changing = [
                callers.submit(server.request, "PUT", f"{root}/held/configuration", b'{"Timeout": 5}')
                for _ in range(30)
            ]
            wait_for(lambda: threads_of(server.pid) > 30)
            invoked = server.request("POST", f"{root}/{other.name}/invocations", b"{}", timeout_seconds=60)
            listed = server.request("GET", root, timeout_seconds=60)
            changed = server.request("PUT", f"{root}/other/configuration", b'{"Timeout": 7}', timeout_seconds=60)
            assert not any(one.done() for one in changing)
        statuses = {one.result().status for one in changing}

    assert (invoked.status, json.loads(invoked.body)) == (200, {"ok": True})
    assert len(json.loads(listed.body)["Functions"]) == 2
    assert changed.status == 200
    assert statuses == {200}


def threads_of(pid: int) -> int:
    return len([*Path(f"/proc/{pid}/task").iterdir()])
