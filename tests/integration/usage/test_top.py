"""`cloudlet top` on real instances and workers."""

import json
import os
import pty
import re
import select
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from emulator.cloud import Cloud
from emulator.functions.events.event import Arrival
from emulator.units import GIB, MIB
from emulator.usage import Usage
from tests.conftest import wait_for
from tests.integration.functions.conftest import HANDLERS
from tests.integration.instances.conftest import CLOUDLET, cloudlet, environment, launch

_BUSY = "nohup sh -c 'while :; do :; done' >/dev/null 2>&1 &"


def test_an_instance_is_measured_against_its_type(cloud: Cloud) -> None:
    """One of two processors is busy: half of what it may use, or what a machine under load leaves of it."""
    (machine,) = launch(cloud, "base", "t3.micro", tags={"Name": "busy"})
    machine.says("sh", "-c", _BUSY)

    def busy() -> list[Usage]:
        return [one for one in cloud.monitor.measure() if one.stats and 15 <= one.stats.cpu_percent <= 75]

    (usage,) = wait_for(busy)

    assert (usage.id, usage.name, usage.size) == (machine.id, "busy", "t3.micro")
    assert usage.stats is not None
    assert usage.stats.memory_limit_bytes == GIB
    assert 1 * MIB < usage.stats.memory_bytes < 200 * MIB


def test_an_instance_is_listed_although_its_figures_are_late(cloud: Cloud) -> None:
    """The engine looks twice, a second apart: at once there is nothing. It runs, and is seen to run."""
    (machine,) = launch(cloud, "base", "t2.nano", tags={"Name": "late"})

    (late,) = cloud.monitor.measure(longest_seconds=0)
    (measured,) = wait_for(lambda: [one for one in cloud.monitor.measure() if one.stats])

    assert (late.id, late.name, late.size, late.stats) == (machine.id, "late", "t2.nano", None)
    assert measured.id == machine.id


def test_an_instance_that_does_not_run_is_not_listed(cloud: Cloud) -> None:
    """Stopped, it uses nothing."""
    (machine,) = launch(cloud, "base", "t2.nano")
    cloud.instances.stop([machine.id])

    assert cloud.monitor.measure() == []


def test_workers_are_measured_against_their_memory_size(cloud: Cloud) -> None:
    """As a shell sees it: one line for the function's worker, in every format."""
    handler = str(HANDLERS / "echo")
    assert cloudlet(cloud, "lambda", "deploy", handler, "--name", "echo", "--handler", "app.handler").returncode == 0
    try:
        assert cloudlet(cloud, "start").returncode == 0
        assert cloudlet(cloud, "lambda", "invoke", "--function-name", "echo").returncode == 0

        table = cloudlet(cloud, "top").stdout.decode().splitlines()
        (worker,) = wait_for(lambda: _measured(cloud))
    finally:
        cloudlet(cloud, "stop")

    assert table[0].startswith("invocations ")
    assert table[0].endswith("/s   events 0 queued, 0 running, 0 failed")
    assert table[2].split() == ["NAME", "KIND", "SIZE", "CPU", "MEMORY", "OF"]
    assert table[3].startswith("echo/")
    assert (worker["Name"], worker["Kind"], worker["Size"]) == ("echo", "worker", "128 MB")
    assert worker["MemoryLimitBytes"] == 128 * MIB
    assert 0 < worker["CpuLimit"] <= 128 / 1769 + 0.01


def _measured(cloud: Cloud) -> list[Any]:
    """Return what `top` says of all that it could measure in time."""
    document = json.loads(cloudlet(cloud, "top", "--output", "json").stdout)
    return [one for one in document["Usage"] if one["CpuPercent"] is not None]


def test_with_nothing_running_there_is_a_hint(cloud: Cloud) -> None:
    """And on stdout nothing but the head; no id, which a script may count."""
    outcome = cloudlet(cloud, "top")
    ids = cloudlet(cloud, "top", "-q")

    assert (outcome.returncode, ids.stdout) == (0, b"")
    assert outcome.stdout == b"invocations 0.0/s   events 0 queued, 0 running, 0 failed\n"
    assert outcome.stderr.startswith(b"nothing runs; launch one: cloudlet ec2 run-instances")


def test_the_head_counts_what_a_server_does_meanwhile(cloud: Cloud) -> None:
    """Invocations that end while it looks, in the document and on a terminal that is redrawn."""
    handler = str(HANDLERS / "echo")
    assert cloudlet(cloud, "lambda", "deploy", handler, "--name", "echo", "--handler", "app.handler").returncode == 0
    try:
        assert cloudlet(cloud, "start").returncode == 0
        with _on_a_terminal(cloud, "top") as (process, screen):
            wait_for(lambda: b"0 failed" in screen())
            for _ in range(20):
                cloud.queue.enqueue(Arrival("echo", b"{}", "test"))

            wait_for(lambda: re.search(rb"invocations (?!0\.0)[0-9]+\.[0-9]/s", screen()))

            process.send_signal(signal.SIGINT)
            wait_for(lambda: (screen(), process.poll() is not None)[1])
        document = json.loads(cloudlet(cloud, "top", "--output", "json").stdout)
    finally:
        cloudlet(cloud, "stop")

    assert document["Queue"].keys() == {"Queued", "Running", "Done", "Failed"}
    assert document["Queue"]["Done"] + document["Queue"]["Running"] + document["Queue"]["Queued"] == 20
    assert document["InvocationsPerSecond"] >= 0


def test_on_a_terminal_it_goes_on_until_ctrl_c(cloud: Cloud) -> None:
    """What comes and goes meanwhile is shown and gone; in the end the terminal is as it was."""
    (machine,) = launch(cloud, "base", "t2.nano", tags={"Name": "first"})
    with _on_a_terminal(cloud, "top") as (process, screen):
        wait_for(lambda: b"first" in screen())
        launch(cloud, "base", "t2.nano", tags={"Name": "second"})
        wait_for(lambda: b"second" in screen())
        cloud.instances.terminate([machine.id])
        wait_for(lambda: screen().count(b"second") > 3)

        process.send_signal(signal.SIGINT)
        wait_for(lambda: (screen(), process.poll() is not None)[1])

        assert process.returncode == 0
        left = screen().rpartition(b"\x1b[?1049l")[2]  # what is written after the screen was given back
        assert b"second" in left
        assert b"Traceback" not in screen()


@contextmanager
def _on_a_terminal(cloud: Cloud, *words: str) -> Iterator[tuple["subprocess.Popen[bytes]", "Screen"]]:
    """Yield a process with a terminal of its own, and all that it wrote there so far."""
    ours, its = pty.openpty()
    process = subprocess.Popen(
        (*CLOUDLET, *words), stdin=its, stdout=its, stderr=its, env=environment(cloud) | {"TERM": "xterm"}
    )
    os.close(its)
    try:
        yield process, Screen(ours)
    finally:
        process.kill()
        process.wait()
        os.close(ours)


class Screen:
    """All that was written to a terminal."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._written = b""

    def __call__(self) -> bytes:
        while select.select([self._descriptor], [], [], 0)[0]:
            try:
                self._written += os.read(self._descriptor, 65536)
            except OSError:  # nobody writes there any more
                break
        return self._written
