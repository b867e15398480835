"""`lambda invoke` without a server: whatever becomes of the command, its own server ends and leaves nothing behind."""

import fcntl
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from emulator.engine import Kind
from emulator.functions import Function
from emulator.http.open_files import allow_most_open_files
from tests.conftest import wait_for
from tests.integration.pipeline.conftest import House


def servers(house: House) -> list[int]:
    """Return the processes that serve this home."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if b"emulator.http" in words and os.fsencode(house.cloud.home.root) in words:
            found.append(int(process.name))
    return found


def lock_is_held(house: House) -> bool:
    try:
        with house.cloud.home.server_lock.open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def present(house: House, kind: Kind) -> bool:
    return bool(house.cloud.engine.containers.list(kind))


MOMENTS: dict[str, Callable[[House], object]] = {
    "as it begins": servers,
    "as it opens the home": lock_is_held,
    "as its network is made": lambda house: present(house, Kind.HOLDER),
    "as its worker starts": lambda house: present(house, Kind.WORKER),
    "while the handler is at work": lambda house: house.handled(house.cloud.functions.find("worker-bee")),
}


def invoke(house: House) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [*house.python, "lambda", "invoke", "--function-name", "worker-bee"],
        env=house.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def deploy(house: House, handler: str = "app.hangs", timeout_seconds: int = 60) -> Function:
    return house.deploy("faults", handler, timeout_seconds=timeout_seconds)


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_command_that_dies_leaves_nothing(house: House, number: signal.Signals, moment: str) -> None:
    """A closed terminal, an impatient person, a machine without memory: its server notices, however new it is."""
    deploy(house)
    command = invoke(house)
    wait_for(lambda: MOMENTS[moment](house))

    command.send_signal(number)
    _, said = command.communicate(timeout=60)
    wait_for(lambda: not servers(house))

    assert command.returncode == -number
    assert b"Traceback" not in said
    assert house.cloud.engine.containers.list() == []


def test_what_a_killed_one_left_is_removed_by_the_next(house: House) -> None:
    """`kill -9` of the server itself: nothing can be done then, and people may never start another kind."""
    deploy(house)
    command = invoke(house)
    wait_for(lambda: present(house, Kind.WORKER))
    for process in servers(house):
        os.kill(process, signal.SIGKILL)
    command.communicate(timeout=60)
    left = {one.id for one in house.cloud.engine.containers.list()}

    deploy(house, "app.good")
    done = house.run("lambda", "invoke", "--function-name", "worker-bee")

    assert left
    assert done.returncode == 0, done.stderr
    assert house.cloud.engine.containers.list() == []


def test_several_at_once_do_not_take_each_others_workers_for_what_was_left(house: House) -> None:
    """Each removes what a killed one left only while nobody else is there."""
    deploy(house, "app.sleeps")

    commands = [
        subprocess.Popen(
            [*house.python, "lambda", "invoke", "--function-name", "worker-bee", "--payload", '{"seconds": 1}'],
            env=house.environment,
            stderr=subprocess.PIPE,
        )
        for _ in range(4)
    ]
    said = [command.communicate(timeout=120)[1] for command in commands]

    assert [command.returncode for command in commands] == [0] * 4, said
    assert house.cloud.engine.containers.list() == []


def test_a_start_waits_for_an_invocation_that_has_a_server_of_its_own(house: House) -> None:
    """It says so, rather than that it failed; then both have done what they were asked."""
    deploy(house, "app.sleeps")
    command = subprocess.Popen(
        [*house.python, "lambda", "invoke", "--function-name", "worker-bee", "--payload", '{"seconds": 6}'],
        env=house.environment,
        stderr=subprocess.PIPE,
    )
    wait_for(lambda: house.handled(house.cloud.functions.find("worker-bee")))

    started = house.run("start")
    house.server = house.find_server()
    _, said = command.communicate(timeout=60)

    assert command.returncode == 0, said
    assert started.returncode == 0, started.stderr
    assert "waiting for the end of an invocation" in started.stderr
    assert house.server is not None


@contextmanager
def most_ports_taken(address: str) -> Iterator[None]:
    """Have seven of eight ports that the kernel would hand out in use at *address* alone."""
    allow_most_open_files()
    first, last = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    with ExitStack() as stack:
        for port in range(first | 1, last, 2):  # to who listens at any port the kernel gives an odd one
            if port % 16 == 1:
                continue
            taken = stack.enter_context(socket.socket())
            with suppress(OSError):
                taken.bind((address, port))
        yield


def test_its_port_may_be_taken_in_the_vpc(house: House) -> None:
    """A port that is free on this machine's loopback need not be free at its address among the functions."""
    house.deploy("echo")
    house.cloud.engine.networks.ensure_vpc()

    with most_ports_taken(house.cloud.engine.networks.gateway()):
        told = [house.run("lambda", "invoke", "--function-name", "worker-bee", "--payload", "7") for _ in range(3)]

    assert [(done.returncode, done.stderr) for done in told] == [(0, "")] * 3
