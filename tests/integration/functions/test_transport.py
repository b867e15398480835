"""Workers that cannot reach this machine over TCP: all that they call is reached through sockets of their holder."""

import dataclasses
import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from emulator.cloud import Cloud
from emulator.doctor import Status, examine
from emulator.engine import Kind
from emulator.functions import Function
from emulator.functions.changes import Changes
from emulator.functions.deployment import Deployment
from emulator.functions.workers.transport.choice import Transport
from tests.conftest import wait_for
from tests.integration.functions.conftest import Lab
from tests.integration.pipeline.conftest import House, open_house

LISTENS = """
import socket
import time

held = []

def handler(event, context):
    held.append(socket.create_server(("127.0.0.1", event["port"])))
    time.sleep(event.get("seconds", 0))
"""


@pytest.fixture
def house(cloud: Cloud) -> Iterator[House]:
    """A home whose server uses the socket, whatever it would find out."""
    with open_house(cloud, CLOUDLET_WORKER_TRANSPORT="unix") as house:
        yield house


@pytest.fixture
def lab(small_lab: Callable[..., Lab]) -> Lab:
    """A fleet that does."""
    return small_lab(worker_transport="unix", max_workers=4)


def test_a_dropped_file_is_handled_and_answered_through_boto3(house: House) -> None:
    """Both that a worker calls go that way: the Runtime API and the endpoint. The second file finds a warm worker."""
    raw, results = house.bucket("raw"), house.bucket("results")
    function = house.deploy("objects", timeout_seconds=30)
    house.trigger(function, "raw", suffix=".csv")
    server = house.start()

    for name in ("cold", "warm"):
        (raw / f"{name}.csv").write_text(name)
        house.settle()

    assert [(results / f"{name}.csv").read_bytes() for name in ("cold", "warm")] == [b"COLD", b"WARM"]
    assert _inits(house.cloud, function) == 1
    assert server.status()["worker_transport"]["transport"] == "unix"
    assert "unix socket" in house.run("status").stdout


def test_the_worker_is_told_of_its_own_loopback(lab: Lab) -> None:
    """Clients take both addresses as they are."""
    environment = json.loads(lab.invoke(lab.deploy("echo", "app.handler")).payload)["environment"]

    assert environment["AWS_LAMBDA_RUNTIME_API"].startswith("127.0.0.1:")
    assert environment["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:")


def test_each_of_several_workers_gets_its_own_event(lab: Lab) -> None:
    """They share a loopback, and are told apart by the port they call."""
    function = lab.deploy("faults", "app.burns", memory_mb=1769)

    results = lab.invoke_together(function, [b'{"seconds": 0.5}'] * 4)

    assert all(b"share" in result.payload for result in results)
    assert len(lab.cloud.engine.containers.list(Kind.WORKER)) > 1


def test_a_handler_that_listens_itself_takes_no_port_from_the_next_worker(lab: Lab, tmp_path: Path) -> None:
    """Its loopback is its sisters', too."""
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "app.py").write_text(LISTENS)
    function = lab.cloud.functions.deploy(
        Deployment(tmp_path / "code", "listens", Changes(handler="app.handler", runtime="python3.11"))
    )

    first = lab.invoke(function, b'{"port": 10001}')  # which the next would have
    others = lab.invoke_together(function, [b'{"port": %d, "seconds": 1}' % port for port in range(20_000, 20_004)])

    assert {result.payload for result in (first, *others)} == {b"null"}
    assert len(lab.cloud.engine.containers.list(Kind.WORKER)) > 1


def test_after_its_holder_has_died_the_next_invocation_works(lab: Lab) -> None:
    """Its workers have lost their network, and are replaced with it."""
    function = lab.deploy("faults", "app.counts")
    assert lab.invoke(function).payload == b"1"
    (worker,) = lab.cloud.engine.containers.list(Kind.WORKER)

    for holder in lab.cloud.engine.containers.list(Kind.HOLDER):
        lab.cloud.engine.containers.kill(holder.id)

    assert lab.invoke(function).payload == b"1"
    assert worker.id not in {one.id for one in lab.cloud.engine.containers.list(Kind.WORKER) if one.state == "running"}


def test_a_killed_server_leaves_a_socket_and_the_next_one_clears_it_away(house: House) -> None:
    """Nobody listens at it, and every start would leave one more."""
    raw = house.bucket("raw")
    function = house.deploy("faults", "app.good")
    house.trigger(function, "raw")
    house.start()
    (raw / "before").touch()
    house.settle()
    house.kill()
    left = set(house.cloud.home.holders.iterdir())

    house.start()
    (raw / "after").touch()
    house.settle()

    assert len(left) == 1
    (now,) = house.cloud.home.holders.iterdir()
    assert now not in left
    assert len(house.handled(function)) == 2
    house.stop()
    assert list(house.cloud.home.holders.iterdir()) == []
    assert house.cloud.engine.containers.list(Kind.WORKER, Kind.HOLDER) == []


def test_two_homes_have_the_same_ports_and_do_not_meet(cloud: Cloud, tmp_path: Path) -> None:
    """Each holder is a network of its own. One of the homes lies deeper than the path of a socket may be long."""
    settings = dataclasses.replace(cloud.settings, worker_transport="unix")
    deep = dataclasses.replace(settings, home=tmp_path / ("deep" * 15) / ("deeper" * 10))
    cloud.settings = settings
    labs = []
    with Cloud(deep) as other:
        try:
            labs = [Lab(cloud), Lab(other)]
            answers = []
            for lab in labs:
                function = lab.deploy("echo", "app.handler", name=lab.cloud.home.id)
                answers.append(json.loads(lab.invoke(function).payload))
        finally:
            for lab in labs:
                lab.close()
            other.engine.containers.remove_all()

    assert [answer["function_name"] for answer in answers] == [cloud.home.id, other.home.id]
    assert len({answer["environment"]["AWS_LAMBDA_RUNTIME_API"] for answer in answers}) == 1


def test_an_invocation_without_a_server_takes_that_way_too(house: House) -> None:
    """It is a server for one invocation."""
    house.deploy("faults", "app.good")

    done = house.run("lambda", "invoke", "--function-name", "worker-bee", "--payload", "{}")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["ok"] is True
    assert house.cloud.engine.containers.list(Kind.WORKER, Kind.HOLDER) == []


def test_tcp_is_found_to_work_where_nothing_is_in_its_way(small_lab: Callable[..., Lab]) -> None:
    """The usual case is the fast one to decide, and needs no image."""
    lab = small_lab(worker_transport="auto")
    lab.invoke(lab.deploy("faults", "app.good"))

    assert lab.fleet.transport is not None
    assert lab.fleet.transport.transport is Transport.TCP


def test_a_firewall_is_found_out_told_and_gone_round_until_it_is_lifted(cloud: Cloud) -> None:
    """What ufw does, for the port of this server alone: packets from the engine's bridge to this machine vanish."""
    with open_house(cloud) as house:
        raw, results = house.bucket("raw"), house.bucket("results")
        house.trigger(house.deploy("objects", timeout_seconds=30), "raw")
        with firewall(int(house.environment["CLOUDLET_PORT"])):
            house.start()
            (raw / "a").write_text("a")
            house.settle()
            in_use, check = _transport(house), _check(house)
            house.stop()
            known = _check(house)

            house.start()  # and it is known from the beginning, without waiting for what does not come
            assert _transport(house)["transport"] == "unix"

        house.stop()
        house.start()  # which looks again
        wait_for(lambda: json.loads(cloud.home.worker_transport_file.read_text())["transport"] == "tcp")
        house.stop()
        house.start()
        lifted = wait_for(lambda: _transport(house))

    assert (results / "a").read_bytes() == b"A"
    assert in_use["transport"] == "unix"
    assert "does not answer a container: a firewall" in in_use["reason"]
    assert check[:2] == (Status.WARN, f"unix, a mounted socket: {in_use['reason']}")
    assert "ufw allow" in str(check[2])
    assert known[1].endswith("when a server last started")
    assert lifted["transport"] == "tcp"


@contextmanager
def firewall(port: int) -> Iterator[None]:
    """Drop what comes from the VPC to *port* of this machine, and nothing else."""
    words = ("docker", "network", "inspect", "cloudlet-vpc", "--format", "{{.Id}}")
    bridge = f"br-{subprocess.check_output(words, text=True)[:12]}"
    rule = ("INPUT", "-i", bridge, "-p", "tcp", "--dport", str(port), "-j", "DROP")
    subprocess.run(("iptables", "-w", "-I", *rule), check=True)
    try:
        yield
    finally:
        subprocess.run(("iptables", "-w", "-D", *rule), check=True)


def _transport(house: House) -> Any:
    assert house.server is not None
    return house.server.status()["worker_transport"]


def _check(house: House) -> tuple[Status, str, str | None]:
    settings = dataclasses.replace(house.cloud.settings, home=house.cloud.home.root)
    (check,) = [one for one in examine(settings).checks if one.name == "worker transport"]
    return check.status, check.fact, check.hint


def _inits(cloud: Cloud, function: Function) -> int:
    return sum("Init Duration" in line for line in cloud.functions.logs(function.name).new_lines())
